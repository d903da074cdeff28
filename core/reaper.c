/* reaper.c - the small init of --init: pid 1 that reaps and forwards. */
#include "core/init.h"

#include "core/base/proc.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/* Collect every child that has ended; the program's end is ours. */
static void reap(pid_t program)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == program)
			_exit(exit_code(status));
}

NORETURN void reaper_main(int sock, pid_t program)
{
	sigset_t all;
	int sig;

	/*
	 * This process never execs, so it stays non-dumpable: nothing inside
	 * can reach the runtime's binary through it.  For the same reason
	 * close-on-exec closes nothing here.
	 */
	close(sock);
	syscall(SYS_close_range, 3, ~0u, 0);
	proc_retitle("rl-init");
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;) {
		reap(program);
		if (sigwait(&all, &sig) != 0 || sig == SIGCHLD)
			continue;
		/* TSTP does nothing in a session of one's own: setpgid(2) */
		kill(program, sig == SIGTSTP ? SIGSTOP : sig);
	}
}
