#ifndef RL_DOCKERFILE_SCOPE_H
#define RL_DOCKERFILE_SCOPE_H
/*
 * scope.h - what $NAME is: ARG and ENV, and instructions with their values
 * put in.
 *
 *	df_args_init(&args, given, ...)      --build-arg, platforms
 *	df_args_head(&args, d)               ARGs in front of FROM
 *	df_expand_from(&args, d, &stage)     FROM $BASE, --platform=$...
 *	for each stage:
 *	  df_scope_start(&s, &args, env)     env: the base image's; or, of a
 *	  df_scope_inherit(&s, &other)       stage from a stage, all it had
 *	  for each instruction:
 *	    df_expand(in, &s, d->escape, &copy)
 *	    df_scope_apply(&s, &copy)        ARG and ENV
 *
 * RUN, CMD and ENTRYPOINT are left to the shell that runs them; RUN's --mount
 * options are expanded.
 */
#include "fs/dockerfile/dockerfile.h"

#define DF_EXPAND_MAX (1 << 20)      /* bytes that one field may grow to, */
#define DF_EXPAND_ALL_MAX (8 << 20)  /* and all of an instruction */
#define DF_ENV_MAX (4 << 20)         /* bytes of a stage's ENV and ARGs */

/* Of one build. */
struct df_args {
	struct strv given; /* --build-arg: "KEY=VALUE" */
	struct strv head;  /* TARGETPLATFORM=... and the ARGs in front of FROM */
	struct strv used;  /* keys of `given` that an ARG asked for */
};

/*
 * `given` is copied: "KEY=VALUE", or "KEY", which takes its value from this
 * process' environment and is left out when it has none.  The platforms are
 * "linux/amd64", "linux/arm/v7"; `target` is --target ("" is "default").
 * -EINVAL: a name is empty.
 */
int df_args_init(struct df_args *a, const struct strv *given,
		 const char *build_platform, const char *target_platform,
		 const char *target, struct err *e);
void df_args_release(struct df_args *a);
/* The ARGs in front of the first FROM. */
int df_args_head(struct df_args *a, const struct dockerfile *d, struct err *e);
/*
 * Keys of `given` that nothing asked for, for docker's warning: after all
 * stages.  Proxies (HTTP_PROXY, ...) and BUILDKIT_* need no ARG.
 */
void df_args_unused(const struct df_args *a, struct strv *ret);
/* The proxies among `given`, "KEY=VALUE": every RUN has them, no image does. */
void df_args_proxies(const struct df_args *a, struct strv *ret);

/* FROM's image and platform by the ARGs of the head. */
int df_expand_from(const struct df_args *a, const struct dockerfile *d,
		   const struct df_stage *stage, struct df_from *ret,
		   struct err *e);
void df_from_release(struct df_from *f);

/* Of one stage, at one instruction. */
struct df_scope {
	struct df_args *args; /* borrowed */
	struct strv env;      /* "KEY=VALUE": $NAME, and RUN's environment */
	struct strv build;    /* its ARGs so far, in order, with their values by
			       * now ("KEY=" with none): history's "|2 A=1 B=" */
};

/* `env` is the base image's, and copied. */
void df_scope_start(struct df_scope *s, struct df_args *a,
		    const struct strv *env);
/* A stage from another has its ARGs too: a copy of `of`, at its end. */
void df_scope_inherit(struct df_scope *s, const struct df_scope *of);
void df_scope_release(struct df_scope *s);
static inline void auto_df_scope_p(struct df_scope *s) { df_scope_release(s); }
#define auto_df_scope __attribute__((cleanup(auto_df_scope_p)))

/*
 * A copy of `in` whose fields have the values of $NAME.  -EINVAL: a bad
 * substitution, ${NAME:?}, or a value that the field cannot have (an octal
 * mode, a port, ...); -E2BIG: DF_EXPAND_MAX.  Errors are without file and
 * line: dockerfile_wrap().
 */
int df_expand(const struct df_instruction *in, const struct df_scope *s,
	      char escape, struct df_instruction *ret, struct err *e);
/*
 * What an expanded ARG or ENV changes; any other instruction nothing.  ARG:
 * --build-arg, else its default, else the head's.  -E2BIG: DF_ENV_MAX.
 */
int df_scope_apply(struct df_scope *s, const struct df_instruction *in,
		   struct err *e);

#endif
