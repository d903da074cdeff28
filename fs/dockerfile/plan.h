#ifndef RL_DOCKERFILE_PLAN_H
#define RL_DOCKERFILE_PLAN_H
/*
 * plan.h - which stages are built for a target, and what each needs.
 *
 * The stages of a plan stand in an order that works; those that do not need
 * one another may be built side by side: a stage may begin once all its
 * `deps` have ended.
 */
#include "fs/dockerfile/scope.h"

enum df_source_kind {
	DF_SOURCE_SCRATCH, /* nothing */
	DF_SOURCE_STAGE,   /* `stage`: its place in the plan */
	DF_SOURCE_IMAGE,   /* `text`: a reference */
	DF_SOURCE_CONTEXT, /* `text`: a name of --build-context */
};

/* What FROM, COPY --from or RUN --mount=from= name. */
struct df_source {
	enum df_source_kind kind;
	char *text;       /* as the file names it, expanded; or the context's */
	char *name;       /* --from as it is typed; NULL for FROM */
	size_t stage;     /* DF_SOURCE_STAGE */
	size_t line;      /* that names it first */
	/* an image that is named nearly as this stage: "did you mean"; or NULL */
	const char *like;
};

struct df_plan_stage {
	const struct df_stage *stage; /* borrowed from the dockerfile */
	size_t index;                 /* its number in the file, from 0 */
	struct df_source base;
	char *platform;               /* FROM --platform, expanded, or NULL */
	struct df_source *from;       /* each that COPY and RUN --mount name */
	size_t n_from;
	/* places in the plan, all before this but what df_plan_onbuild() adds */
	size_t *deps;
	size_t n_deps;
};

struct df_plan {
	struct df_plan_stage *stages; /* the target is the last */
	size_t n;
};

struct df_plan_options {
	const char *target;           /* name or number; NULL: the last */
	const struct strv *contexts;  /* names of --build-context, or NULL */
};

/*
 * `d` must outlive the plan.  -ENOENT: no such stage, and the text names the
 * nearest; -ELOOP: stages need one another.
 */
int dockerfile_plan(const struct dockerfile *d, const struct df_args *a,
		    const struct df_plan_options *o, struct df_plan *ret,
		    struct err *e);
void df_plan_release(struct df_plan *p);
static inline void auto_df_plan_p(struct df_plan *p) { df_plan_release(p); }
#define auto_df_plan __attribute__((cleanup(auto_df_plan_p)))

/*
 * What "--from=TEXT" of an instruction of this stage is; never NULL for what
 * stands in the file.  Numbers and names of stages, in any case of letters.
 */
const struct df_source *df_plan_from(const struct df_plan_stage *s,
				     const char *text);

/*
 * An image's OnBuild instruction, run in the stage at place `at`: stages that
 * it names come into the plan if they do not need that one.  For a stage that
 * the plan did not have, *ret_grew is true: places have not changed, new ones
 * are at the end.
 */
int df_plan_onbuild(struct df_plan *p, const struct dockerfile *d,
		    const struct df_args *a, const struct df_plan_options *o,
		    size_t at, const struct df_instruction *in, bool *ret_grew,
		    struct err *e);

#endif
