#ifndef RL_SLIRP_TIMEWAIT_H
#define RL_SLIRP_TIMEWAIT_H
/*
 * timewait.h - connections that the host's side ended first go at once.
 *
 * libslirp keeps such a one in TIME-WAIT for ten seconds, with its socket and
 * 256 KB of buffers; a guest that asks a server a thousand times a second
 * would hold gigabytes.  The guest is on the other end of a wire that neither
 * delays nor repeats, so there is nothing to wait for: once both ends are
 * known to have come across, a RST in the guest's name lets libslirp forget.
 *
 * FINs to the guest are remembered.  When the guest acknowledges one with its
 * own, and libslirp that, the RST is due.  A place that two connections want
 * is the later one's; the other waits its ten seconds.
 */
#include "net/slirp/frame.h"

#define TIMEWAIT_PLACES 1024

struct timewait {
	struct timewait_end {
		struct in6_addr peer, guest;
		uint16_t peer_port, guest_port;
		uint32_t end;       /* what acknowledges the FIN; 0: free */
	} ends[TIMEWAIT_PLACES];
	const struct timewait_end *closing; /* the guest's FIN is on its way */
	uint32_t guest_end;         /* what acknowledges that */
	uint8_t reset[FRAME_REPLY_MAX];
	size_t n;
};

/* See a frame from the guest that libslirp is about to get. */
void timewait_from_guest(struct timewait *t, const struct frame *f);
/* See a frame of `n` bytes of libslirp's. */
void timewait_to_guest(struct timewait *t, const uint8_t *frame, size_t n);
/* After libslirp got it: the length of t->reset that is due, 0 for none. */
size_t timewait_due(struct timewait *t);

#endif
