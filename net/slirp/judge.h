#ifndef RL_SLIRP_JUDGE_H
#define RL_SLIRP_JUDGE_H
/*
 * judge.h - what becomes of a frame from the guest before libslirp sees it.
 *
 * Always: packets to the host's loopback, to no address and to forms of IPv6
 * that hold an IPv4 address are not let through, as the host's kernel would
 * take them for its own.  Nor are fragments of IPv4: libslirp joins them
 * through pointers kept inside the packets, which a guest can overwrite; with
 * an MTU of 64 KB no honest one sends any.  Under a closed policy
 * (net/policy.h): a connection is refused at its SYN, other packets one by
 * one; unknown protocols, which cannot be judged, are dropped.
 */
#include "net/policy.h"
#include "net/slirp/frame.h"
#include "net/wire.h"

enum verdict {
	VERDICT_PASS,   /* to libslirp */
	VERDICT_DROP,
	VERDICT_DNS,    /* a query for the resolver */
	VERDICT_REFUSE, /* to be answered with judge_refusal() */
};

struct judgement {
	enum verdict verdict;
	bool opens;     /* it asks for a connection: one for the log */
};

/* The rules alone, without a state of their own. */
struct judgement judge_frame(const struct wire_config *c,
			     const struct policy *p, enum frame_kind kind,
			     const struct frame *f, int64_t now_ms);
/* What the guest is sent for a frame that is refused.  Its length. */
size_t judge_refusal(uint8_t buf[FRAME_REPLY_MAX], const struct frame *f);

#endif
