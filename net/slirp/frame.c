/* frame.c - Ethernet, IP, TCP, UDP and ICMP headers. */
#include "net/slirp/frame.h"

#include <arpa/inet.h>

#define ETH_IP4 0x0800
#define ETH_IP6 0x86dd
#define IP4_MIN 20
#define IP6_HEAD 40
#define TCP_MIN 20
#define UDP_HEAD 8
#define ICMP_HEAD 8
#define TTL 64

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

struct in6_addr frame_mapped(struct in_addr a)
{
	struct in6_addr r = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(r.s6_addr + 12, &a, sizeof(a));
	return r;
}

/* ---- taking apart ---- */

/* `p` has `n` bytes of what follows the IP header. */
static enum frame_kind parse_ports(const uint8_t *p, size_t n,
				   struct frame *f)
{
	size_t need = f->protocol == IPPROTO_TCP ? TCP_MIN :
		      f->protocol == IPPROTO_UDP ? UDP_HEAD : 0;

	f->payload = p;
	f->len = n;
	if (!need || f->fragment)
		return FRAME_IP;
	if (n < need)
		return FRAME_BAD;
	f->sport = get16(p);
	f->dport = get16(p + 2);
	if (f->protocol == IPPROTO_TCP) {
		f->seq = get32(p + 4);
		f->ack = get32(p + 8);
		f->flags = p[13];
		return FRAME_IP;
	}
	if (get16(p + 4) < UDP_HEAD || get16(p + 4) > n)
		return FRAME_BAD;
	f->payload = p + UDP_HEAD;
	f->len = get16(p + 4) - UDP_HEAD;
	return FRAME_IP;
}

static enum frame_kind parse_ip4(const uint8_t *p, size_t n, struct frame *f)
{
	size_t head = (p[0] & 15) * 4, total;
	struct in_addr a;

	if (n < IP4_MIN || p[0] >> 4 != 4 || head < IP4_MIN)
		return FRAME_BAD;
	total = get16(p + 2);
	if (total < head || total > n)
		return FRAME_BAD;
	f->family = AF_INET;
	f->protocol = p[9];
	f->fragment = get16(p + 6) & 0x3fff; /* more, or an offset */
	memcpy(&a, p + 12, sizeof(a));
	f->src = frame_mapped(a);
	memcpy(&a, p + 16, sizeof(a));
	f->dst = frame_mapped(a);
	return parse_ports(p + head, total - head, f);
}

static enum frame_kind parse_ip6(const uint8_t *p, size_t n, struct frame *f)
{
	size_t len;

	if (n < IP6_HEAD || p[0] >> 4 != 6)
		return FRAME_BAD;
	len = get16(p + 4);
	if (len > n - IP6_HEAD)
		return FRAME_BAD;
	f->family = AF_INET6;
	f->protocol = p[6];
	memcpy(&f->src, p + 8, 16);
	memcpy(&f->dst, p + 24, 16);
	return parse_ports(p + IP6_HEAD, len, f);
}

enum frame_kind frame_parse(const uint8_t *data, size_t n, struct frame *ret)
{
	*ret = (struct frame){ .eth = data, .n = n };
	if (n <= FRAME_ETH)
		return FRAME_OTHER;
	switch (get16(data + 12)) {
	case ETH_IP4:
		return parse_ip4(data + FRAME_ETH, n - FRAME_ETH, ret);
	case ETH_IP6:
		return parse_ip6(data + FRAME_ETH, n - FRAME_ETH, ret);
	}
	return FRAME_OTHER;
}

/* ---- putting together ---- */

/* RFC 1071, over pieces of even length but the last. */
static uint32_t sum(uint32_t s, const uint8_t *p, size_t n)
{
	for (; n > 1; p += 2, n -= 2)
		s += get16(p);
	return n ? s + (p[0] << 8) : s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static void put_ip4(uint8_t *p, const void *src, const void *dst,
		    uint8_t protocol, size_t len)
{
	memset(p, 0, IP4_MIN);
	p[0] = 0x45;
	put16(p + 2, IP4_MIN + len);
	p[8] = TTL;
	p[9] = protocol;
	memcpy(p + 12, src, 4);
	memcpy(p + 16, dst, 4);
	put16(p + 10, fold(sum(0, p, IP4_MIN)));
}

static void put_ip6(uint8_t *p, const void *src, const void *dst,
		    uint8_t protocol, size_t len)
{
	memset(p, 0, IP6_HEAD);
	p[0] = 0x60;
	put16(p + 4, len);
	p[6] = protocol;
	p[7] = TTL;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
}

size_t frame_udp(uint8_t *buf, const struct frame_path *p, size_t len)
{
	uint8_t *ip = buf + FRAME_ETH, *udp = ip + IP4_MIN;

	if (len > 0xffff - IP4_MIN - UDP_HEAD)
		return 0;
	memcpy(buf, p->dst_mac, 6);
	memcpy(buf + 6, p->src_mac, 6);
	put16(buf + 12, ETH_IP4);
	put_ip4(ip, &p->src, &p->dst, IPPROTO_UDP, UDP_HEAD + len);
	put16(udp, p->sport);
	put16(udp + 2, p->dport);
	put16(udp + 4, UDP_HEAD + len);
	/* no checksum: RFC 768 lets the sender leave it out */
	put16(udp + 6, 0);
	return FRAME_UDP_HEAD + len;
}

/*
 * Ethernet and IP headers back to whom `f` came from; the sum of the pseudo
 * header goes to *ret_sum.  Returns where the payload of `len` bytes starts.
 */
static size_t answer(uint8_t *buf, const struct frame *f, uint8_t protocol,
		     size_t len, uint32_t *ret_sum)
{
	const uint8_t *src = f->dst.s6_addr, *dst = f->src.s6_addr;

	memcpy(buf, f->eth + 6, 6);
	memcpy(buf + 6, f->eth, 6);
	memcpy(buf + 12, f->eth + 12, 2);
	*ret_sum = sum(sum(protocol + len, src, 16), dst, 16);
	if (f->family == AF_INET6) {
		put_ip6(buf + FRAME_ETH, src, dst, protocol, len);
		return FRAME_ETH + IP6_HEAD;
	}
	/* the ffff of both mapped addresses is -0 to a checksum */
	put_ip4(buf + FRAME_ETH, src + 12, dst + 12, protocol, len);
	return FRAME_ETH + IP4_MIN;
}

/* RFC 9293, section 3.10.7.1. */
size_t frame_reset(uint8_t buf[FRAME_REPLY_MAX], const struct frame *f)
{
	bool acked = f->flags & FRAME_ACK;
	uint32_t s;
	size_t at = answer(buf, f, IPPROTO_TCP, TCP_MIN, &s);
	uint8_t *tcp = buf + at;

	memset(tcp, 0, TCP_MIN);
	put16(tcp, f->dport);
	put16(tcp + 2, f->sport);
	put32(tcp + 4, acked ? f->ack : 0);
	put32(tcp + 8, acked ? 0 : f->seq + 1);
	tcp[12] = TCP_MIN / 4 << 4;
	tcp[13] = acked ? FRAME_RST : FRAME_RST | FRAME_ACK;
	put16(tcp + 16, fold(sum(s, tcp, TCP_MIN)));
	return at + TCP_MIN;
}

/* RFC 1812, section 5.2.7.1 (type 3, code 13); RFC 4443, section 3.1 (1, 1) */
size_t frame_prohibited(uint8_t buf[FRAME_REPLY_MAX], const struct frame *f)
{
	bool six = f->family == AF_INET6;
	size_t quote = (six ? IP6_HEAD : IP4_MIN) + 8, at;
	uint32_t s;
	uint8_t *icmp;

	if (quote > f->n - FRAME_ETH)
		quote = f->n - FRAME_ETH;
	at = answer(buf, f, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		    ICMP_HEAD + quote, &s);
	icmp = buf + at;
	memset(icmp, 0, ICMP_HEAD);
	icmp[0] = six ? 1 : 3;
	icmp[1] = six ? 1 : 13;
	memcpy(icmp + ICMP_HEAD, f->eth + FRAME_ETH, quote);
	put16(icmp + 2, fold(sum(six ? s : 0, icmp, ICMP_HEAD + quote)));
	return at + ICMP_HEAD + quote;
}
