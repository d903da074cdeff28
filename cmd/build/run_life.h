#ifndef RL_BUILD_RUN_LIFE_H
#define RL_BUILD_RUN_LIFE_H
/*
 * run_life.h - the process that starts a RUN's container and waits for it.
 *
 *	step_run.c    the key; the output, and how it ended
 *	run_life.c    plan, network, supervisor: in a child process
 *	run_mounts.c  --mount
 *	run_cache.c   --mount=type=cache
 *	secret.c      --secret
 */
#include "cmd/build/build.h"
#include "cmd/ui/run_options.h"
#include "core/spec.h"
#include "net/net.h"

#define RUN_SCRATCH_MAX 16

struct run_life {
	struct step *s;
	struct spec spec;
	struct net net;
	struct run_options o;
	struct image_config config;
	struct strv argv;
	const char *script;
	struct build_from from[RUN_FROM_MAX];
	struct layer_stack layers[RUN_FROM_MAX];
	size_t n_from;
	int locks[RUN_CACHES_MAX]; /* of cache mounts */
	size_t n_locks;
	struct container scratch[RUN_SCRATCH_MAX]; /* folders for binds */
	size_t n_scratch;
};

/* Carry it out and exit with its code; what fails goes to `report`. */
NORETURN void run_life(struct step *s, int out, int report);
/* The mounts that --mount asks for. */
int run_life_mounts(struct run_life *l, struct err *e);
/* One of type cache: its folder, filled if it is new, and locked. */
int run_life_cache(struct run_life *l, const struct df_mount *m,
		   struct err *e);
/* What from= names; *ret stays where it is. */
int run_life_from(struct run_life *l, const char *name,
		  struct build_from **ret, struct err *e);
/* Where it goes, absolute.  Caller frees. */
char *run_mount_target(const struct step *s, const struct df_mount *m);
/*
 * What a step's --mount leaves in the upper folder: mount points.  Caller
 * releases the list.
 */
void run_mount_points(const struct step *s, struct strv *ret);

/*
 * The secret `id`: *ret is its text, NULL when nothing was given for it.  The
 * caller frees.
 */
int secret_read(const struct build_options *o, const char *id, char **ret,
		size_t *ret_n, struct err *e);
/* Is --secret's text one?  -EINVAL. */
int secret_check(const char *text, struct err *e);
/* Is --ssh's text one, of a socket that is there? */
int ssh_check(const char *text, struct err *e);
/* The path of the agent's socket that --ssh gives for `id`; NULL: none. */
char *ssh_socket(const struct build_options *o, const char *id);

#endif
