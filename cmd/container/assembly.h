#ifndef RL_ASSEMBLY_H
#define RL_ASSEMBLY_H
/*
 * assembly.h - a container put together from its parts: options, image,
 * spec, network, root filesystem, folder.
 *
 *	run, create     assembly_plan(): from the command line
 *	start           assembly_restore(): from the record in its folder
 *	exec            assembly_restore_spec(): only what a program needs
 *
 * A record keeps the options frozen (cmd/ui/run_frozen.h): planning them again
 * needs neither the image's config nor the environment they were given in.
 */
#include "cmd/ui/run_options.h"

#include "core/health.h"
#include "core/supervisor.h"
#include "fs/container_state.h"
#include "fs/driver.h"
#include "fs/layer_stack.h"
#include "fs/volume_mount.h"

/* The container whose namespaces it joins: cmd/container/share.h. */
struct share {
	char *network, *pid; /* the options' texts, with its ID */
	int pidfd;           /* of a process in it, while we run; -1: none */
};
#define SHARE_INIT ((struct share){ .pidfd = -1 })

struct assembly {
	struct run_options *o; /* borrowed, or `restored` */
	struct run_options restored;
	int   argc;            /* the image and the command */
	char **argv;
	struct strv words;     /* of a restored one: argv's strings */
	struct store store;
	struct image image;
	struct spec spec;
	struct container container;
	struct container_state state;
	struct rootfs rootfs;
	const struct driver_ops *driver; /* the one that was taken */
	char *mountpoints;
	struct layer_stack layers; /* locked while it runs */
	struct volume_use volumes;
	struct net net;
	struct share share;
	struct health_config health; /* with no command: none */
	int64_t created;       /* ns since 1970 */
	json_t *record;        /* of a container that is there, or NULL */
	json_t *updated;       /* its limits, as rl update wrote them, or NULL */
};

/* Empty, for the options `o` (NULL: of a container that is there). */
void assembly_init(struct assembly *a, struct run_options *o);
/* Stop its network, unlock its layers and its folder, free the rest. */
void assembly_release(struct assembly *a);

/*
 * Plan a new container from the options and the command line (argv[0] is
 * the image).  Returns 0, or a positive exit code of the pull.
 */
int assembly_plan(struct assembly *a, int argc, char **argv, struct err *e);
/* Plan anew with the host's network, which nobody chose by name. */
int assembly_plan_host_network(struct assembly *a, struct err *e);
/* Print the plan (--dry-run). */
void assembly_print(const struct assembly *a);
/* Make the folder, once, whoever comes first: ID.rm. */
int assembly_make_container(struct assembly *a, struct err *e);
/* Write its record. */
int assembly_describe(struct assembly *a, struct err *e);
/* Make it, describe it and keep it: from here on it is there, created. */
int assembly_create(struct assembly *a, struct err *e);

/* Take over a container that is there, found and locked, and plan it. */
int assembly_restore(struct assembly *a, struct container *c, struct err *e);
/* The same as far as a program that joins it needs it; not locked. */
int assembly_restore_spec(struct assembly *a, struct container *c,
			  struct err *e);

/*
 * Put its volumes in use; lock the layers, unpack those that are missing:
 * what the driver needs.  The record is written after this.
 */
int assembly_open(struct assembly *a, struct err *e);

#endif
