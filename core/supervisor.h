#ifndef RL_SUPERVISOR_H
#define RL_SUPERVISOR_H
/*
 * supervisor.h - a spec becomes a process: started, watched, ended.
 *
 * The supervisor owns one container for one life of it.  The core reaches up
 * at two points only, through what it is handed here: the root filesystem
 * and the network.
 *
 * An exec is the same with spec->join: a program in the namespaces of a
 * container that runs; then there is no root filesystem, network or id map
 * to make.  It ends with that container.
 */
#include "core/cgroup.h"
#include "core/hub.h"
#include "core/spec.h"

/* What the layers above lend to a start. */
struct supervisor_hooks {
	/*
	 * Make the root filesystem: runs as root of the new user and mount
	 * namespaces; *ret_fd is a detached mount.  `early`: may run before
	 * the id maps are written.
	 */
	int (*rootfs)(void *arg, int *ret_fd, struct err *e);
	bool rootfs_early;
	/*
	 * Make what rootfs() needs on the disk: in the supervisor, while the
	 * id maps are written, so with rootfs_early it may be too late.  May
	 * be NULL.
	 */
	int (*prepare)(void *arg, struct err *e);
	/* It leaves a process behind (FUSE): it must run outside the new
	 * pid namespace. */
	bool rootfs_process;
	void *rootfs_arg;
	/* A folder of the host, out of everyone's way, to attach it to. */
	const char *mountpoint;
	/* Runs inside a new network namespace, as its root. */
	int (*network)(void *arg, struct err *e);
	void *network_arg;
	/* The group that the container starts in; NULL: ours.  Borrowed. */
	const struct cgroup *cgroup;
	/* In the supervisor: `network_fd` (-1: none; an exec: any) is
	 * readable.  False: it has nothing more to say. */
	int network_fd;
	bool (*network_event)(void *arg);
	void *event_arg;
	/*
	 * In the supervisor, while init makes the mounts: for what is to be
	 * done sometime.  May be NULL.  `started_arg` is its argument, too.
	 */
	void (*meanwhile)(void *arg);
	/*
	 * Called in the supervisor once the container's program runs; `pid`
	 * is that of its first process.  May be NULL.  With `patience_ms` it
	 * waits so long, so that a short life costs less: `pid` is 0 when
	 * the program has ended by then.
	 */
	void (*started)(void *arg, pid_t pid);
	int patience_ms;
	/*
	 * Called now and then while it runs; returns in how many ms it wants
	 * to be called again, -1 for never.  May be NULL.
	 */
	int (*tick)(void *arg);
	void *started_arg, *tick_arg;
	/*
	 * Return as soon as the program runs or, with spec->start_sock, waits
	 * to be started: it is nobody's then, see ret->pid.  Stdio is ours.
	 */
	bool let_go;
	/*
	 * In the supervisor, of the OCI command line: init waits with all
	 * mounts made (spec->runtime_hooks), or is about to wait to be
	 * started and outlives us once this returns; the pty's master, the
	 * listener of a filter (both are to be kept or closed).  NULL: not
	 * asked for.
	 */
	int (*created)(void *arg, pid_t pid, struct err *e);
	int (*waiting)(void *arg, pid_t pid, struct err *e);
	int (*terminal)(void *arg, int master, struct err *e);
	int (*listener)(void *arg, int fd, pid_t pid, struct err *e);
	void *oci_arg;
	struct hub *hub; /* stdio goes there; NULL: it is ours */
	bool sig_proxy; /* forward signals to the container */
	bool detached;  /* nobody's terminal: we are only asked to end */
	bool debug;     /* a line on stderr for each step */
};

struct supervisor_result {
	int  exit_code; /* the container's, or 126/127, or 125 */
	bool rootfs_failed; /* the rootfs hook is what failed */
	bool network_failed; /* a network namespace, or the network hook */
	pid_t pid;      /* of what was let go, or 0 */
	int  userns_fd; /* the container's user namespace; caller closes */
};

/*
 * Run the container to its end.  0 and ret->exit_code once it has run, or
 * -errno and *e when it could not be started; then ret->exit_code is 127
 * (no such program), 126 (cannot be executed) or 125.
 */
int supervisor_run(const struct spec *spec,
		   const struct supervisor_hooks *hooks,
		   struct supervisor_result *ret, struct err *e);

#endif
