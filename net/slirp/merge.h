#ifndef RL_SLIRP_MERGE_H
#define RL_SLIRP_MERGE_H
/*
 * merge.h - segments of one TCP stream on their way to the guest, put
 * together: each frame that is written to the tap wakes somebody up.
 *
 * Nothing is read twice for it: the checksum of the whole follows from those
 * of the parts (RFC 1071, section 2).
 */
#include "net/slirp/frame.h"

struct merge {
	uint8_t *frame;  /* what waits; room for `max` bytes */
	size_t n, max;   /* n 0: nothing waits */
	size_t tcp;      /* where its TCP header begins */
	uint32_t next;   /* the number of the byte behind it */
	uint16_t data;   /* the sum of its payload */
};

/*
 * Take a frame: true, it waits, by itself or behind what waited.  False: it
 * is to be sent as it is, after what waits; so is a stream's part that does
 * not follow.
 */
bool merge_take(struct merge *m, const uint8_t *frame, size_t n);
/* The frame that waits, checksums and all; its length, 0 for none. */
size_t merge_finish(struct merge *m);

#endif
