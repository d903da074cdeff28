#ifndef RL_INIT_H
#define RL_INIT_H
/*
 * init.h - the container's first process, from clone to execve: a table of
 * named steps, run in order.  The name of a step prefixes its error, shows
 * in --debug, and is a place to fail at in test builds (RL_FAIL_AT=name).
 */
#include "core/container_user.h"
#include "core/supervisor.h"
#include "core/mount.h"

struct init {
	const struct spec *spec;
	const struct supervisor_hooks *hooks;
	int  sock;       /* to the supervisor (core/sync.h) */
	int  rootfs;     /* detached mount of the root filesystem */
	int  stdio[3];   /* what becomes 0, 1, 2; -1: keep ours */
	bool mapped;     /* the id maps are written */
	bool staged;     /* setup.c made the namespaces and the rootfs */
	struct mount_ctx mounts;
	struct caps caps;
	struct container_user user;
	struct strv env; /* the program's, HOME added */
	int  labels[2]; /* files for attributes.apparmor, selinux; or -1 */
};

/* Run every step; on failure report to the supervisor and exit. */
NORETURN void init_main(struct init *in);
/* Enter or make the namespaces one by one, then fork init: core/setup.c. */
NORETURN void setup_main(struct init *in);
/* Write oom_score_adj; /proc must not be a container's yet. */
int init_oom_score(const struct spec *s, struct err *e);
/* Wait for the id maps and become root inside, once. */
int init_wait_mapped(struct init *in, struct err *e);
/*
 * Pid 1 of --init: reap orphans, pass signals on, end as `program` ends.
 * `sock` is closed first, so that the supervisor sees the program run.
 */
NORETURN void reaper_main(int sock, pid_t program);
/* The program cannot be executed, for the reason `code`: *e says so. */
int init_exec_failed(const char *name, int code, struct err *e);

/* ---- steps that only the OCI command line asks for: init_oci.c ---- */

/* Open what labels are written to, while /proc is the host's. */
int init_open_labels(struct init *in, struct err *e);
/* A node of linux.devices: made or, where that takes root, bound. */
int init_device(struct init *in, const struct device_spec *d, struct err *e);
/* Hooks of the caller's side, then those of ours, before pivot. */
int init_hooks(struct init *in, struct err *e);
/* Scheduler, priorities, personality. */
int init_attributes(struct init *in, struct err *e);
/* Become the user; rights are kept until the filter is installed. */
int init_plain_ids(struct init *in, struct err *e);
/* Is there anything to be executed?  So it is told before it is started. */
int init_lookup(struct init *in, struct err *e);
/* Wait for who starts us, and talk to them from then on. */
int init_await_start(struct init *in, struct err *e);
int init_start_hooks(struct init *in, struct err *e);
/* Labels, filter and capabilities: the last before execve. */
int init_become(struct init *in, struct err *e);

/* Names of the steps, NULL-ended: for tests that fail at each. */
const char *const *init_step_names(void);

#endif
