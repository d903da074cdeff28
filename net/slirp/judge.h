#ifndef RL_SLIRP_JUDGE_H
#define RL_SLIRP_JUDGE_H
/*
 * judge.h - what becomes of a frame from the guest before libslirp sees it.
 */
#include "net/slirp/child.h"

enum verdict {
	VERDICT_PASS, /* to libslirp */
	VERDICT_DROP,
	VERDICT_DNS,  /* a query for the resolver */
};

/*
 * Judge by addresses alone: packets to the host's loopback, to no address
 * and to forms of IPv6 that hold an IPv4 address are never let through, as
 * the host's kernel would take them for its own.
 */
enum verdict judge_frame(const struct wire_config *c, enum frame_kind kind,
			 const struct frame *f);

#endif
