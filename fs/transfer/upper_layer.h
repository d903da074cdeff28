#ifndef RL_UPPER_LAYER_H
#define RL_UPPER_LAYER_H
/*
 * upper_layer.h - what a driver's upper folder changed, as a layer's blob:
 * a plain tar, sorted, whose digest is its diffID.
 *
 * The tree is never walked: only upper/ is, beside what the layers have of
 * the same names (fs/changes.h).
 */
#include "core/idmap.h"
#include "fs/store.h"

struct upper_layer {
	const struct store *store;
	const char *folder;        /* has upper/ */
	const struct strv *layers; /* paths below it, the uppermost first */
	const struct idmap *map;   /* who may read it */
	bool whole;                /* upper/ is all there is: copy driver */
	bool clamp;                /* tar_out.h */
	int64_t newest;
	/*
	 * Mount points that were made for mounts, absolute, or NULL: one that
	 * no layer has is taken out of upper/, with the folders around it
	 * that are empty then.
	 */
	const struct strv *stubs;
};

/* 1: the blob is stored and claimed; 0: nothing was changed. */
int upper_layer_make(const struct upper_layer *u, struct lease *l,
		     struct descriptor *ret, struct err *e);

#endif
