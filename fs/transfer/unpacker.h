#ifndef RL_UNPACKER_H
#define RL_UNPACKER_H
/*
 * unpacker.h - what unpack.c asks of the process that starts the workers.
 */
#include "fs/transfer/unpack_worker.h"

struct unpacker {
	const struct store *s;
	const struct idmap *map;
	struct idmap_child child;
	int sock;
};

/*
 * Start a worker that reads `in` and reports to `report`; both stay the
 * caller's.  Returns its pidfd.
 */
int unpacker_ask(struct unpacker *u, const struct unpack_request *r, int in,
		 int report, struct err *e);

#endif
