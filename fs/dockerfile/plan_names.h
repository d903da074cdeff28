#ifndef RL_DOCKERFILE_PLAN_NAMES_H
#define RL_DOCKERFILE_PLAN_NAMES_H
/*
 * plan_names.h - what the names in FROM, --from and --target stand for.
 */
#include "fs/dockerfile/plan.h"

struct df_names {
	const struct dockerfile *d;
	const struct df_plan_options *o;
	struct df_from *from;  /* of each stage, expanded */
	const char **replaced; /* of each stage: the context that has its name,
				* borrowed, or NULL */
};

/* Expand each FROM.  To be released also after a failure. */
int df_names_init(struct df_names *n, const struct dockerfile *d,
		  const struct df_args *a, const struct df_plan_options *o,
		  struct err *e);
void df_names_release(struct df_names *n);
static inline void auto_df_names_p(struct df_names *n) { df_names_release(n); }
#define auto_df_names __attribute__((cleanup(auto_df_names_p)))

/*
 * In all of these a stage is its number in the file, not its place in a plan.
 * --target: that number, or -ENOENT.
 */
int df_names_target(const struct df_names *n, struct err *e);
/* FROM of stage i. */
void df_names_base(const struct df_names *n, size_t i, struct df_source *ret);
/* --from of an instruction.  -ENOENT: a number that no stage has. */
int df_names_from(const struct df_names *n, const char *text, size_t line,
		  struct df_source *ret, struct err *e);
/* For messages: its name, or its number.  Caller frees. */
char *df_names_show(const struct df_names *n, size_t i);

#endif
