/* judge.c - the rules that every frame is held against. */
#include "net/slirp/judge.h"

#define DNS_PORT 53
#define ICMP_ECHO 8
#define ICMP6_ECHO 128
/* Multicast listeners and neighbours: RFC 2710, 3810, 4861. */
#define ICMP6_LINK_FIRST 130
#define ICMP6_LINK_LAST 137
#define ICMP6_MLD2 143

static bool forbidden4(const uint8_t *a)
{
	return a[0] == 127 || a[0] == 0;
}

/* ::/96 holds :: and ::1, ::ffff:0:0/96 an IPv4 address. */
static bool forbidden6(const uint8_t *a)
{
	static const uint8_t zero[10];

	return memcmp(a, zero, sizeof(zero)) == 0 &&
	       ((a[10] == 0 && a[11] == 0) || (a[10] == 0xff && a[11] == 0xff));
}

static bool to_dns(const struct wire_config *c, const struct frame *f)
{
	return f->family == AF_INET && f->protocol == IPPROTO_UDP &&
	       f->dport == DNS_PORT &&
	       memcmp(f->dst.s6_addr + 12, &c->dns, 4) == 0;
}

static bool is_echo(const struct frame *f)
{
	return f->len && ((f->protocol == IPPROTO_ICMP &&
			   f->payload[0] == ICMP_ECHO) ||
			  (f->protocol == IPPROTO_ICMPV6 &&
			   f->payload[0] == ICMP6_ECHO));
}

/* What two neighbours on a link have to say to each other. */
static bool is_link_talk(const struct frame *f)
{
	return f->family == AF_INET6 && f->protocol == IPPROTO_ICMPV6 &&
	       f->len && ((f->payload[0] >= ICMP6_LINK_FIRST &&
			   f->payload[0] <= ICMP6_LINK_LAST) ||
			  f->payload[0] == ICMP6_MLD2);
}

static enum verdict judge_closed(const struct policy *p,
				 const struct frame *f, bool opens,
				 int64_t now_ms)
{
	if (is_link_talk(f))
		return VERDICT_PASS;
	if (f->protocol == IPPROTO_TCP && !opens)
		return VERDICT_PASS; /* of a connection that was judged */
	if (opens)
		return policy_connect(p, &f->dst, f->dport, now_ms) ?
			       VERDICT_PASS : VERDICT_REFUSE;
	return VERDICT_DROP;
}

struct judgement judge_frame(const struct wire_config *c,
			     const struct policy *p, enum frame_kind kind,
			     const struct frame *f, int64_t now_ms)
{
	struct judgement j = { .verdict = VERDICT_PASS };

	if (kind == FRAME_OTHER)
		return j;
	j.verdict = VERDICT_DROP;
	if (kind == FRAME_BAD || f->fragment)
		return j;
	if (f->family == AF_INET ? forbidden4(f->dst.s6_addr + 12) :
				   forbidden6(f->dst.s6_addr))
		return j;
	j.verdict = VERDICT_DNS;
	if (to_dns(c, f))
		return j;
	j.opens = f->protocol == IPPROTO_UDP || is_echo(f) ||
		  (f->protocol == IPPROTO_TCP &&
		   (f->flags & (FRAME_SYN | FRAME_ACK)) == FRAME_SYN);
	j.verdict = p->closed ? judge_closed(p, f, j.opens, now_ms) :
				VERDICT_PASS;
	return j;
}

size_t judge_refusal(uint8_t buf[FRAME_REPLY_MAX], const struct frame *f)
{
	return f->protocol == IPPROTO_TCP ? frame_reset(buf, f) :
					    frame_prohibited(buf, f);
}
