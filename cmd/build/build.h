#ifndef RL_BUILD_H
#define RL_BUILD_H
/*
 * build.h - a build: stages of a Dockerfile become images.
 *
 *	command.c    options, and what comes of them
 *	context.c    the folder and its Dockerfile
 *	check.c      what could be better in it
 *	jobs.c       which stages, side by side, each in a process of its own
 *	stage_report.c  what such a process tells
 *	solve.c      a stage: one instruction after another
 *	stage.c      what a stage stands on
 *	from.c       what --from names
 *	step.c       a step that makes a layer: cache, folder, layer
 *	step_copy.c  COPY, ADD and WORKDIR
 *	step_run.c   RUN, by the core that runs containers
 *	cache_from.c, cache_to.c  steps that other stores made, or get
 *	output.c     the image; -o
 *	progress.c   what it shows
 *
 * Theory of operation: a process for each stage carries out its steps, and
 * tells the command of each what came of it: its key, and the record of its
 * layer.  When all of a stage is done, the command goes through the stage's
 * instructions itself, to have its configuration and scope, but takes the
 * records for its steps (`told`) where the process worked.  So the stages that
 * stand on this one find it in memory, and nothing else needs to be sent.
 *
 * A step has a container's folder for itself, as `rl run --rm` has, so the
 * next command sweeps what a killed build leaves.  Its upper folder becomes
 * the layer that the next step stands on, without being unpacked.
 */
#include "cmd/build/progress.h"
#include "cmd/build/stage_report.h"
#include "core/idmap.h"
#include "fs/build/cache_image.h"
#include "fs/container.h"
#include "fs/dockerfile/ignore.h"
#include "fs/dockerfile/lint.h"
#include "fs/dockerfile/plan.h"
#include "fs/driver.h"
#include "fs/image.h"
#include "fs/layer_stack.h"

#define RUN_FROM_MAX 32   /* --mount=from= of a RUN */
#define RUN_CACHES_MAX 32 /* its cache mounts */

struct build_options {
	struct strv tags, build_args, labels, secrets, ssh, add_host, output;
	struct strv contexts, cache_from, cache_to;
	const char *file, *target, *network, *platform, *iidfile, *progress;
	const char *jobs;
	bool no_cache, pull, quiet, squash, check;
};

/* A stage: what it stands on so far. */
struct stage {
	const struct df_stage *df;
	size_t place;        /* in the plan */
	bool done;
	json_t *doc;         /* configuration and history, growing */
	json_t *descriptors; /* of its layers */
	struct image img;    /* layers alone */
	size_t n_base;       /* those of the image that all began with, */
	size_t base_steps;   /* and entries of its history */
	char key[DIGEST_MAX];
	struct cache_entries made;    /* its steps, also those of its base */
	char created[BUILD_TIME_MAX]; /* its last layer */
	struct df_scope scope;
	struct strv shell;
	size_t step, steps;  /* instruction by one, for the progress */
};

struct build {
	const struct build_options *o;
	struct store store;
	struct idmap map;
	struct lease lease;
	struct dockerfile d;
	struct df_warnings warnings;
	struct df_args args;
	int context;          /* folder; -1: none */
	struct ignore ignore; /* of it */
	struct container tar_folder; /* where a tar was unpacked */
	struct strv context_names;     /* of --build-context */
	struct cache_source *caches;   /* of --cache-from */
	size_t n_caches;
	struct df_plan plan;
	struct stage **stages; /* one a place */
	size_t n;
	size_t jobs;          /* processes at a time */
	int report;           /* in the process of a stage; -1: in the command */
	struct report_step *told; /* by processes that have ended well */
	size_t n_told;
	struct build_progress *progress;
	char *created;        /* of what is made now */
	bool clamp;           /* SOURCE_DATE_EPOCH is set: */
	int64_t epoch;
};

/* Build all stages that the target needs; *ret is that. */
int build_jobs(struct build *b, struct stage **ret, struct err *e);
/* A stage whose `deps` are done: carried out, or as it was told. */
int build_stage(struct build *b, struct stage *st, struct err *e);
/* A stage for each place in the plan that has none yet. */
void build_add_stages(struct build *b);
/* What a stage begins with: its base's layers, configuration and scope. */
int build_stage_begin(struct build *b, struct stage *st, struct err *e);
/* Its SHELL by its configuration. */
void build_stage_shell(struct stage *st);
void build_take_layers(struct stage *st, const struct image *from,
		       const json_t *descriptors);
void build_stage_release(struct stage *st);
/* The same of what is no stage: an image, a --build-context that is one. */
int build_base(struct build *b, const struct df_source *from,
	       const char *platform, struct stage *st, struct err *e);

/* What COPY --from= and RUN --mount=from= name. */
struct build_from {
	struct stage *stage; /* of the file, or `image`; NULL: */
	int folder;          /* a --build-context, */
	struct ignore ignore; /* and its ignore file */
	struct stage image;
};
/* Must stay where it is until it is released, also after an error. */
int build_from_open(struct build *b, const struct stage *st, const char *name,
		    struct build_from *ret, struct err *e);
void build_from_release(struct build_from *f);
/* Is it NAME=VALUE, and a value that we take?  -EINVAL, -EOPNOTSUPP. */
int build_context_check(const char *text, struct err *e);

/* SIGINT, SIGTERM or SIGHUP has come: ends what is being read. */
bool build_interrupted(void);
void build_catch_signals(void);

/* A folder that is swept when we die. */
int build_folder_make(struct build *b, struct container *ret, struct err *e);

/* One step's folder. */
struct step {
	struct build *b;
	struct stage *st;
	const struct df_instruction *in; /* expanded */
	struct container c;
	struct layer_stack layers;
	struct rootfs rootfs;
	char *mountpoints;
	struct strv stubs; /* mount points that it had: upper_layer.h */
};

/*
 * Carry out a step whose key is `key`, unless that has been done: fn makes
 * the changes in the step's folder.  *ret_layer: the diffID, "" for none.
 */
int build_step(struct build *b, struct stage *st,
	       const struct df_instruction *in, const char *key,
	       int (*fn)(struct step *s, struct err *e),
	       char ret_layer[static DIGEST_MAX], struct err *e);

/* The same, in the command: what the process of the stage made of it. */
int build_step_told(struct build *b, struct stage *st,
		    char ret_layer[static DIGEST_MAX], struct err *e);

/* The same without a layer: `fn` may read what the stage has. */
int build_in_folder(struct build *b, struct stage *st,
		    const struct df_instruction *in,
		    int (*fn)(struct step *s, struct err *e), struct err *e);

/* The instructions that make layers; *ret_layer as build_step() has it. */
int build_step_copy(struct build *b, struct stage *st,
		    const struct df_instruction *in,
		    char ret_layer[static DIGEST_MAX], struct err *e);
int build_step_workdir(struct build *b, struct stage *st,
		       const struct df_instruction *in,
		       char ret_layer[static DIGEST_MAX], struct err *e);
int build_step_run(struct build *b, struct stage *st,
		   const struct df_instruction *in,
		   char ret_layer[static DIGEST_MAX], struct err *e);

#endif
