#ifndef RL_BUILD_COPY_JOB_H
#define RL_BUILD_COPY_JOB_H
/*
 * copy_job.h - the part of COPY, ADD and WORKDIR that is done as root of the
 * user namespace, over the step's own tree.
 */
#include "cmd/build/build.h"
#include "fs/build/copy.h"

struct copy_job {
	struct step *s;
	struct build_copy c;
	int context;               /* a folder; -1: from these: */
	const struct strv *layers; /* the uppermost first */
};

/* Copy, in a child. */
int copy_job_run(struct copy_job *j, struct err *e);
/* Hash what it would copy out of its layers (build_copy_list()), in a child. */
int copy_job_list(struct copy_job *j, char ret[static DIGEST_MAX],
		  struct err *e);
/* Make the folder that WORKDIR names. */
int workdir_job_run(struct step *s, struct err *e);

/* Run `fn` in a child that is root of the map's namespace. */
int step_run_inside(struct step *s, int (*fn)(void *arg, struct err *e),
		    void *arg, struct err *e);

/*
 * For a child that is root of the map's namespace: mount layers, which stay
 * read-only, out of everyone's way on the folder `at`; an fd of their root.
 */
int step_mount_layers(const struct step *s, const struct strv *layers, int at,
		      struct err *e);

#endif
