#ifndef RL_LAYERS_H
#define RL_LAYERS_H
/*
 * layers.h - the layers of one image, unpacked side by side.
 *
 * As many at once as there are cores (at most LAYERS_AT_ONCE); where fds run
 * out, fewer.  The caller hashes blobs, or whatever else it has to do, while
 * they run, and calls layers_pump() now and then.
 */
#include "fs/transfer/unpack.h"

#define LAYERS_AT_ONCE 4

struct layers {
	struct unpacker *u;
	const char *const *diff_ids;
	size_t n;
	/* Open the blob of layer i; the set closes it. */
	int (*open)(void *arg, size_t i, struct err *e);
	void *arg;
	struct unpack_notes *notes; /* of all of them, added up */
	/* private */
	size_t next, running, at_once;
	struct unpack_job jobs[LAYERS_AT_ONCE];
};

/* Start what may run now, end what is ready, without waiting. */
int layers_pump(struct layers *l, struct err *e);
/* Wait for all of them. */
int layers_finish(struct layers *l, struct err *e);
/* Give up those that run; safe at any time. */
void layers_release(struct layers *l);

#endif
