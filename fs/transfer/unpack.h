#ifndef RL_UNPACK_H
#define RL_UNPACK_H
/*
 * unpack.h - layers' tars become folders of the store.
 *
 * The bytes are a stranger's, so each layer is read by a process of its own
 * (unpack_worker.h) that can touch nothing but the folder it fills.  Those
 * workers are started by an unpacker: one process, root of a user namespace
 * with the id map of the layers, that is forked early, before this process
 * reads secrets or starts threads, so that no worker inherits either.
 *
 *	unpacker_start()
 *	unpack_begin(diff_id, -1)  -> job; layers/MAP/HEX.N.tmp, locked
 *	  write(job.feed, bytes of the blob, compressed or not)
 *	unpack_finish(job)         -> diffID compared, tree on the disk, renamed
 *	unpacker_stop()
 *
 * Several jobs may run at once.  The feed breaks (EPIPE: ignore SIGPIPE) as
 * soon as the worker fails: unpack_finish() then says why.  See fs/layer.h
 * for what the trees look like.
 */
#include "core/idmap.h"
#include "fs/store.h"

struct unpacker;

/* Start one for a store and a map; both must outlive it. */
int unpacker_start(const struct store *s, const struct idmap *map,
		   struct unpacker **ret, struct err *e);
/* End it, and with it every job that still runs.  NULL is fine. */
void unpacker_stop(struct unpacker *u);
static inline void auto_unpacker_p(struct unpacker **u) { unpacker_stop(*u); }
#define auto_unpacker __attribute__((cleanup(auto_unpacker_p)))

/* What a layer held that could not be kept. */
struct unpack_notes {
	uint64_t devices; /* device nodes */
	uint64_t xattrs;  /* trusted.*, security.* but file capabilities */
};

struct unpack_job {
	int   feed;  /* the caller writes the blob here; -1: it is a file's */
	int   done;  /* polls readable once the worker has come to its end */
	struct unpack_notes notes; /* after unpack_finish() */
	int   maps;  /* the rest is private: layers/MAP, */
	int   dir;   /* the locked folder in it, */
	int   pidfd; /* the worker, */
	char *temp;  /* the folder's name now */
	char  diff_id[DIGEST_MAX];
};
#define UNPACK_JOB_INIT { .feed = -1, .done = -1, .maps = -1, .dir = -1, \
			  .pidfd = -1 }

/*
 * Begin to unpack a layer.  Returns 1 if it is there already, else 0 and a
 * job.  `blob` is read from where it stands and stays the caller's; with -1
 * the caller feeds job.feed, a blocking pipe of about 1 MiB that it may make
 * O_NONBLOCK.
 */
int unpack_begin(struct unpacker *u, const char *diff_id, int blob,
		 struct unpack_job *ret, struct err *e);
/*
 * Close the feed, wait, publish.  -EBADMSG: the plain tar is not what
 * diff_id says; -EINVAL: no sound archive.  The job is released either way.
 */
int unpack_finish(struct unpack_job *job, struct err *e);
/* Give up: end the worker, remove the half.  Safe on an ended job. */
void unpack_abort(struct unpack_job *job);

/* begin and finish in one: the layer is there afterwards. */
int unpack_layer(struct unpacker *u, const char *diff_id, int blob,
		 struct unpack_notes *notes, struct err *e);
/*
 * Read an image archive from `in` into numbered files of `folder`, a path
 * below the store that `dir` has open: see bundle_worker.h.  Its reader has
 * ended when this returns.
 */
int unpack_bundle(struct unpacker *u, const char *folder, int dir, int in,
		  struct err *e);
/*
 * Write what `in` holds, inflated, to the file "plain" of such a folder.  What
 * it holds is still a stranger's.
 */
int unpack_plain(struct unpacker *u, const char *folder, int dir, int in,
		 struct err *e);
/*
 * "2 device nodes and 1 extended attribute were left out", or NULL when there
 * is nothing to tell.  Caller frees.
 */
char *unpack_notes_text(const struct unpack_notes *n);

#endif
