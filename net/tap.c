/* tap.c - a tap with addresses and routes, in one netlink conversation. */
#include "net/tap.h"

#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define TUN_PATH "/dev/net/tun"
#define BATCH_MAX 8192
#define BATCH_REQUESTS 80
#define TABLE_INSIDE 100
#define LO_INDEX 1

/*
 * Theory of operation: all requests go to the kernel in one message, which
 * works them off in order and answers each with an nlmsgerr (NLM_F_ACK).
 */
struct batch {
	_Alignas(struct nlmsghdr) char buf[BATCH_MAX];
	size_t len;
	struct nlmsghdr *last;
	const char *what[BATCH_REQUESTS]; /* by sequence number, for errors */
	uint32_t n;
};

static void *batch_add(struct batch *b, int type, int flags, size_t size,
		       const char *what)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(b->buf + b->len);

	h->nlmsg_len = NLMSG_LENGTH(size);
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	h->nlmsg_seq = b->n;
	b->what[b->n++] = what;
	b->last = h;
	b->len += NLMSG_ALIGN(h->nlmsg_len);
	return NLMSG_DATA(h);
}

static void batch_attr(struct batch *b, int type, const void *data, size_t n)
{
	struct rtattr *a = (struct rtattr *)(b->buf + b->len);

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(n);
	memcpy(RTA_DATA(a), data, n);
	b->len += RTA_ALIGN(a->rta_len);
	b->last->nlmsg_len += RTA_ALIGN(a->rta_len);
}

static int take_acks(int fd, const struct batch *b, struct err *e)
{
	_Alignas(struct nlmsghdr) char buf[4096];

	for (uint32_t seen = 0; seen < b->n;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *h = (struct nlmsghdr *)buf;

		if (n <= 0)
			return err_sys(e, "hear from netlink");
		for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n), seen++) {
			const struct nlmsgerr *r = NLMSG_DATA(h);

			if (h->nlmsg_type != NLMSG_ERROR || !r->error)
				continue;
			errno = -r->error;
			return err_sys(e, "%s", h->nlmsg_seq < b->n ?
				       b->what[h->nlmsg_seq] : "netlink");
		}
	}
	return 0;
}

static int batch_run(const struct batch *b, struct err *e)
{
	auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				   NETLINK_ROUTE);

	if (fd < 0 || send(fd, b->buf, b->len, 0) < 0)
		return err_sys(e, "talk to netlink");
	return take_acks(fd, b, e);
}

static void add_link_up(struct batch *b, int index, const char *what)
{
	struct ifinfomsg *m = batch_add(b, RTM_NEWLINK, 0, sizeof(*m), what);

	*m = (struct ifinfomsg){
		.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};
}

static void add_address(struct batch *b, int family, int index, int bits,
			const void *addr, size_t n)
{
	struct ifaddrmsg *m = batch_add(b, RTM_NEWADDR, NLM_F_CREATE,
					sizeof(*m), "set the container's "
					"address");

	*m = (struct ifaddrmsg){
		.ifa_family = family, .ifa_prefixlen = bits,
		.ifa_index = index, .ifa_flags = IFA_F_NODAD,
	};
	batch_attr(b, IFA_LOCAL, addr, n);
	batch_attr(b, IFA_ADDRESS, addr, n);
}

/*
 * Answer each segment as it comes, not when the program has read it: the
 * other end's window is small, and it would wait (RTAX_QUICKACK).  And there
 * is nobody else on this wire to be careful of: BBR, where that is the host's
 * choice, paces it and costs a fifth of its speed (RTAX_CC_ALGO; reno is in
 * every kernel).
 */
static void add_default_route(struct batch *b, int family, int index,
			      const void *gateway, size_t n)
{
	struct {
		struct rtattr quick;
		uint32_t on;
		struct rtattr control;
		char name[8];
	} metrics = {
		{ RTA_LENGTH(sizeof(uint32_t)), RTAX_QUICKACK }, 1,
		{ RTA_LENGTH(sizeof("reno")), RTAX_CC_ALGO }, "reno",
	};
	struct rtmsg *m = batch_add(b, RTM_NEWROUTE, NLM_F_CREATE, sizeof(*m),
				    "set the default route");

	*m = (struct rtmsg){
		.rtm_family = family, .rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST,
		.rtm_scope = RT_SCOPE_UNIVERSE,
	};
	batch_attr(b, RTA_GATEWAY, gateway, n);
	batch_attr(b, RTA_OIF, &index, sizeof(index));
	batch_attr(b, RTA_METRICS, &metrics, sizeof(metrics));
}

int tap_loopback_up(struct err *e)
{
	struct batch b = { .len = 0 };

	add_link_up(&b, LO_INDEX, "bring the loopback up");
	return batch_run(&b, e);
}

static int configure(const struct wire_config *c, int index, struct err *e)
{
	static const unsigned char mac[] = TAP_MAC;
	struct batch b = { .len = 0 };
	int bits = __builtin_popcount(c->mask.s_addr);

	add_link_up(&b, LO_INDEX, "bring the loopback up");
	add_link_up(&b, index, "bring the tap up");
	batch_attr(&b, IFLA_MTU, &c->mtu, sizeof(c->mtu));
	batch_attr(&b, IFLA_ADDRESS, mac, sizeof(mac));
	add_address(&b, AF_INET, index, bits, &c->addr, sizeof(c->addr));
	add_default_route(&b, AF_INET, index, &c->gateway,
			  sizeof(c->gateway));
	if (c->ipv6) {
		add_address(&b, AF_INET6, index, c->prefix6, &c->addr6,
			    sizeof(c->addr6));
		add_default_route(&b, AF_INET6, index, &c->gateway6,
				  sizeof(c->gateway6));
	}
	return batch_run(&b, e);
}

/* Everything in the table is delivered here: ip-route(8), type local. */
static void add_local_table(struct batch *b, int family)
{
	struct rtmsg *m = batch_add(b, RTM_NEWROUTE, NLM_F_CREATE, sizeof(*m),
				    "route answers inside");
	int lo = LO_INDEX;

	*m = (struct rtmsg){
		.rtm_family = family, .rtm_table = TABLE_INSIDE,
		.rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_LOCAL,
		.rtm_scope = family == AF_INET ? RT_SCOPE_HOST :
						 RT_SCOPE_UNIVERSE,
	};
	batch_attr(b, RTA_OIF, &lo, sizeof(lo));
}

static void add_port_rule(struct batch *b, int family,
			  const struct port_range *r)
{
	struct fib_rule_hdr *m = batch_add(b, RTM_NEWRULE, NLM_F_CREATE,
					   sizeof(*m), "route answers inside");
	struct fib_rule_port_range range = { r->first, r->last };
	uint32_t priority = TABLE_INSIDE;
	uint8_t protocol = IPPROTO_TCP;

	*m = (struct fib_rule_hdr){
		.family = family, .table = TABLE_INSIDE,
		.action = FR_ACT_TO_TBL,
	};
	batch_attr(b, FRA_PRIORITY, &priority, sizeof(priority));
	batch_attr(b, FRA_IP_PROTO, &protocol, sizeof(protocol));
	batch_attr(b, FRA_SPORT_RANGE, &range, sizeof(range));
}

int tap_answer_inside(const struct wire_config *c, const struct port_range *r,
		      size_t n, struct err *e)
{
	struct batch b = { .len = 0 };

	add_local_table(&b, AF_INET);
	if (c->ipv6)
		add_local_table(&b, AF_INET6);
	for (size_t i = 0; i < n && i < TAP_RANGES_MAX; i++) {
		add_port_rule(&b, AF_INET, &r[i]);
		if (c->ipv6)
			add_port_rule(&b, AF_INET6, &r[i]);
	}
	return batch_run(&b, e);
}

static int no_tun(struct err *e)
{
	return err_sys(e, "open " TUN_PATH " (missing: sudo modprobe tun; "
		       "refused: sudo chmod 666 " TUN_PATH ")");
}

int tap_possible(struct err *e)
{
	return access(TUN_PATH, R_OK | W_OK) < 0 ? no_tun(e) : 0;
}

int tap_make(const struct wire_config *c, int *ret_fd, struct err *e)
{
	auto_close int fd = open(TUN_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	auto_close int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC,
					  0);
	struct ifreq r = {
		.ifr_name = TAP_NAME, .ifr_flags = IFF_TAP | IFF_NO_PI,
	};

	if (fd < 0)
		return no_tun(e);
	if (ioctl(fd, TUNSETIFF, &r) < 0)
		return err_sys(e, "make a tap");
	if (socket_fd < 0 || ioctl(socket_fd, SIOCGIFINDEX, &r) < 0)
		return err_sys(e, "find the tap");
	TRY(configure(c, r.ifr_ifindex, e));
	*ret_fd = steal_fd(fd);
	return 0;
}
