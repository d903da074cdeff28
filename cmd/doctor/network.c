/* network.c - doctor: what networks this host lets users make. */
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"
#include "core/base/proc.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>

static const struct remedy netns_remedies[] = {
	{ "no network namespaces may be made",
	  "sudo sysctl -w user.max_net_namespaces=15000" },
	{ 0 },
};

static int new_network(void *arg UNUSED, struct err *e)
{
	return unshare(CLONE_NEWNET) < 0 ?
		       err_sys(e, "make a network namespace") : 0;
}

static int probe_netns(const struct doctor *d, struct finding *f,
		       struct err *e)
{
	f->remedy = &netns_remedies[0];
	return doctor_inside(d, new_network, NULL, e);
}

enum { T_MISSING, T_MODE };

static const struct remedy tun_remedies[] = {
	[T_MISSING] = { "/dev/net/tun is not there", "sudo modprobe tun" },
	[T_MODE] = { "/dev/net/tun cannot be opened",
		"sudo chmod 666 /dev/net/tun" },
	{ 0 },
};

/* As a user-mode network does: a tap device in a namespace of its own. */
static int make_tap(void *arg, struct err *e)
{
	auto_close int fd = -1;
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	TRY(new_network(arg, e));
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open /dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "tap0");
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return err_sys(e, "make a tap device");
	return 0;
}

static int probe_tun(const struct doctor *d, struct finding *f, struct err *e)
{
	f->remedy = &tun_remedies[access("/dev/net/tun", F_OK) < 0 ? T_MISSING :
								     T_MODE];
	return doctor_inside(d, make_tap, NULL, e);
}

static const struct remedy ping_remedies[] = {
	{ "this user's group may not open ping sockets",
	  "sudo sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"" },
	{ 0 },
};

static int probe_ping(const struct doctor *d, struct finding *f, struct err *e)
{
	auto_free char *text = NULL;
	unsigned int low, high;

	f->remedy = &ping_remedies[0];
	TRY(file_read(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", 256,
		      &text, NULL, e));
	if (sscanf(text, "%u %u", &low, &high) != 2 || d->host.gid < low ||
	    d->host.gid > high)
		return err_set(e, EACCES, "net.ipv4.ping_group_range is %.*s",
			       (int)strcspn(text, "\n"), text);
	return 0;
}

static const struct remedy port_remedies[] = {
	{ "ports below 1024 are root's",
	  "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80" },
	{ 0 },
};

static int probe_ports(const struct doctor *d UNUSED, struct finding *f,
		       struct err *e)
{
	auto_free char *start =
		doctor_read("/proc/sys/net/ipv4/ip_unprivileged_port_start");

	f->remedy = &port_remedies[0];
	if (start && atoi(start) > 80)
		return err_set(e, EACCES, "the first port for users is %s",
			       start);
	return 0;
}

const struct rung doctor_network[] = {
	{ "network", "network namespace", "--network none", netns_remedies,
	  probe_netns },
	{ "network", "tap device", "networks in user mode", tun_remedies,
	  probe_tun },
	{ "network", "ping", "ping from inside", ping_remedies, probe_ping },
	{ "network", "low ports", "publishing ports below 1024", port_remedies,
	  probe_ports },
	{ 0 },
};
