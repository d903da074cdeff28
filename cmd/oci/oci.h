#ifndef RL_OCI_H
#define RL_OCI_H
/*
 * oci.h - the second command table: the OCI runtime's verbs, as runc and
 * crun have them, for podman, containerd, Docker, buildah and Slurm.
 *
 * `rl-oci` is a link to rl; `rl oci ...` is the same.  Errors go to stderr
 * and, with --log, to a file as runc's lines.
 */
#include "cmd/cmd.h"
#include "core/cgroup.h"
#include "core/oci/cgroup.h"
#include "core/oci/state.h"

/* The options before the command; every command's options begin with it. */
struct oci_globals {
	const char *root, *log, *log_format, *log_level, *manager, *rootless,
		*criu;
	bool debug, systemd, version;
};

extern const struct opt oci_global_opts[];
extern const struct cmd *const oci_table[];

/* Is this command line the OCI runtime's?  Then argv is cut to begin so. */
bool oci_is_called(int *argc, char ***argv);
/* Dispatch it; the exit code. */
int oci_main(int argc, char **argv);

/* Open --root, made if it is missing: caller closes. */
int oci_root(const struct oci_globals *g, struct err *e);
enum oci_manager oci_manager(const struct oci_globals *g);
/* Open a container by its ID; root acts as the user whose it is. */
int oci_find(const struct oci_globals *g, const char *id,
	     struct oci_state *ret, struct err *e);

/*
 * Everything from fd 3 on, but the next `preserve` ones, which have to be
 * there, is not for those that we start; first of all that a command does.
 */
int oci_close_fds(int64_t *preserve, struct err *e);
/* Write a pid file, whole. */
int oci_write_pid(const char *path, pid_t pid, struct err *e);
/* Send a pty's master to who listens on `path`. */
int oci_send_console(const char *path, int master, struct err *e);
/* Look at this host. */
void oci_host_read(const char *bundle, struct oci_host *ret);

/* create and run: what they are given. */
struct oci_create {
	struct oci_globals g; /* must be first */
	const char *bundle, *console, *pid_file;
	int64_t preserve;
	bool no_pivot, no_keyring, detach, keep, no_subreaper;
};

/* Make the container `id` up to the point where it waits to be started. */
int oci_create(struct oci_create *o, const char *id, struct err *e);
/* Run it to its end: the exit code of its program. */
int oci_run(struct oci_create *o, const char *id, struct err *e);
/* Let one that was created go on. */
int oci_start(const struct oci_state *s, struct err *e);
/* Forget one that has ended: cgroup, folder, hooks. */
int oci_destroy(struct oci_state *s, struct err *e);
/* SIGKILL, and wait until it has gone. */
int oci_kill_wait(const struct oci_state *s, struct err *e);
/* Hand the listener of a filter to whom the config names. */
int oci_send_listener(const struct oci_state *s, const struct oci_config *c,
		      int fd, struct err *e);

#endif
