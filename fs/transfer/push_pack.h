#ifndef RL_PUSH_PACK_H
#define RL_PUSH_PACK_H
/*
 * push_pack.h - a plain layer, compressed by a thread, for a push.
 */
#include "fs/store.h"
#include "fs/transfer/deflate.h"
#include "fs/transfer/new_image.h"

#include <pthread.h>

struct push_pack {
	bool started;
	_Atomic bool done;
	int event;               /* readable once it is done; eventfd(2) */
	_Atomic uint64_t read;   /* plain bytes so far, */
	uint64_t plain;          /* of so many */
	struct new_blob blob;    /* what it is written to */
	/* the thread's, until it is done */
	pthread_t thread;
	int in, code;
	enum packing packing;
	char digest[DIGEST_MAX];
	uint64_t size;
	struct err err;
};
#define PUSH_PACK_INIT { .event = -1, .blob = NEW_BLOB_INIT }

/* What a blob became the last time, if that is known. */
bool push_pack_known(int blob, enum packing p, char ret_digest[DIGEST_MAX],
		     uint64_t *ret_size);
/* Begin; `in` stays the caller's and open until it is released. */
int push_pack_start(const struct store *s, enum packing p, int in,
		    struct push_pack *k, struct err *e);
/* It is done: its digest and size, or why there is none. */
int push_pack_finish(struct push_pack *k, struct err *e);
/* Wait for the thread, drop the file. */
void push_pack_release(const struct store *s, struct push_pack *k);

#endif
