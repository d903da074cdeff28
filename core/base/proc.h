#ifndef RL_PROC_H
#define RL_PROC_H
/*
 * proc.h - running other programs, and knowing one's own.
 *
 * A child gets exactly the fds it is named; everything else is
 * close-on-exec.  No shell is ever involved.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <sys/types.h>

struct spawn {
	const char *path;      /* program, looked up in PATH without a slash */
	char *const *argv;
	char *const *env;      /* NULL: ours */
	int in, out, err;      /* fds to use as 0, 1, 2; -1: ours */
	const int *keep;       /* fds that survive under their own number */
	size_t n_keep;
};

/* A spawn with nothing redirected. */
#define SPAWN_INIT { .in = -1, .out = -1, .err = -1 }

/*
 * Start it with vfork semantics; *ret_pidfd (may be NULL) is the caller's to
 * close.  Returns the pid, or the exec's own -ENOENT / -EACCES.
 */
pid_t proc_spawn(const struct spawn *s, int *ret_pidfd, struct err *e);
/* Wait for it: 0..255, or 128+n when a signal ended it. */
int proc_wait(pid_t pid, struct err *e);
/*
 * How a child ended, for a message: "was killed by signal 9 (Killed)", "ended
 * with exit code 1", or "ended" if it has not within `ms`.  It is waited for.
 * Caller frees.
 */
char *proc_end_text(pid_t pid, int ms);
/*
 * Run `argv` with `input` on stdin, collect at most `max` bytes of stdout
 * (caller frees) and return its exit code; stderr goes to ours, or to
 * *ret_err (caller frees) when ret_err is not NULL.
 */
int proc_capture(char *const *argv, const char *input, size_t max,
		 char **ret_out, char **ret_err, struct err *e);

/* Find an executable in $PATH.  NULL when it is not there; caller frees. */
char *proc_which(const char *name);
/* Start time of a process in clock ticks (proc(5) stat field 22). */
int proc_start_time(pid_t pid, uint64_t *ret, struct err *e);
/* Its parent, 0: it is gone. */
pid_t proc_parent(pid_t pid);
/* The name that ps and top show for this thread: at most 15 bytes. */
void proc_title(const char *fmt, ...) PRINTF(1, 2);
/*
 * The same, and what /proc/PID/cmdline shows, as far as our own arguments
 * leave room: what they said is gone.
 */
void proc_retitle(const char *text);
/* The folder of the running program, for its helpers.  Caller frees. */
char *proc_exe_dir(void);
/*
 * Where a helper program of ours is: beside the running program, else in
 * ../libexec/rl, else where it is installed.  $RL_EXE names the program when
 * it runs from a sealed copy of itself.  Caller frees.
 */
char *proc_helper_path(const char *name);
/*
 * A helper could not be started, *e has the reason: where it belongs and what
 * puts it there.  Returns -e->code.
 */
int proc_helper_failed(const char *name, struct err *e);

#endif
