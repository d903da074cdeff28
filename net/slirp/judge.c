/* judge.c - the rules that every frame is held against. */
#include "net/slirp/judge.h"

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
	       f->dport == 53 && !f->fragment &&
	       memcmp(f->dst.s6_addr + 12, &c->dns, 4) == 0;
}

enum verdict judge_frame(const struct wire_config *c, enum frame_kind kind,
			 const struct frame *f)
{
	if (kind == FRAME_OTHER)
		return VERDICT_PASS;
	if (kind == FRAME_BAD)
		return VERDICT_DROP;
	if (f->family == AF_INET ? forbidden4(f->dst.s6_addr + 12) :
				   forbidden6(f->dst.s6_addr))
		return VERDICT_DROP;
	return to_dns(c, f) ? VERDICT_DNS : VERDICT_PASS;
}
