#ifndef RL_COPY_END_H
#define RL_COPY_END_H
/*
 * copy_end.h - the two ends of a copy: a container's file tree or the host's.
 *
 *	a process in the one        a process in the other
 *	-------------------         ----------------------
 *	opens and reads files  ==tar==>  shut into the folder that it fills
 *
 * Each end is a child process.  In a container it is in that one's root
 * (fs/container_root.h).  On the host it is in a user namespace: the source's
 * has the container's id map, so that owners have the numbers they have
 * inside; the target's has one id, the user's own, or (-a) the map.  The
 * writer parses the tar, and its folder is all it can reach: confine.h.  So
 * neither a container that swaps files for links while it is copied nor a
 * stranger's tar leads out of the target.
 */
#include "fs/container_root.h"

struct copy_end {
	struct container_root *root; /* NULL: the host */
	struct idmap idmap;          /* of the host's end */
	const char *name;            /* of the container, as typed */
	const char *typed;           /* its path as typed */
	const char *path;            /* and absolute */
	bool owners;                 /* -a */
};

struct copy_found {
	bool   exists;
	mode_t mode;
	char   path[4096]; /* of copy_target(): behind links */
	int    code;       /* errno of what does not exist */
};

/* Look at a source; its last link is followed if `follow`. */
int copy_source(const struct copy_end *c, bool follow, struct copy_found *ret,
		struct err *e);
/* Look at a target, at the end of its links; it need not exist. */
int copy_target(const struct copy_end *c, struct copy_found *ret,
		struct err *e);

/* How it went, in memory that is shared with both. */
struct copy_progress {
	uint64_t bytes;
	uint64_t left_out; /* device nodes */
	bool readonly;     /* the writer's folder is */
	struct err err;    /* the writer's */
};

struct copy_job {
	const struct copy_end *from; /* NULL: the tar comes from `in` */
	const struct copy_end *to;   /* NULL: it goes to `out` */
	int in, out;
	bool follow;        /* the source's last link */
	const char *as;     /* the name of the copy, */
	const char *folder; /* and where it goes */
	struct copy_progress *progress;
};

/* Copy.  progress->bytes is the length of the tar. */
int copy_run(struct copy_job *j, struct err *e);

#endif
