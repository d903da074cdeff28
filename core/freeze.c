/* freeze.c - signals to all processes of a pid namespace. */
#include "core/freeze.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int signal_first(int pidfd, int sig, struct err *e)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0)
		return err_sys(e, "signal the container's first process");
	return 0;
}

/* In its namespaces: everybody but us and the first process. */
static NORETURN void signal_others(int sig)
{
	/* nobody else is no error */
	if (kill(-1, sig) < 0 && errno != ESRCH)
		_exit(errno);
	_exit(0);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/* A user namespace that is ours already cannot be entered: setns(2). */
static int join_both(int pidfd)
{
	if (setns(pidfd, CLONE_NEWUSER | CLONE_NEWPID) == 0)
		return 0;
	return errno == EINVAL ? setns(pidfd, CLONE_NEWPID) : -1;
}

/* In our own "everybody" would be all that the user runs. */
static bool is_another(void)
{
	struct stat ours, theirs;

	return stat("/proc/self/ns/pid", &ours) == 0 &&
	       stat("/proc/self/ns/pid_for_children", &theirs) == 0 &&
	       ours.st_ino != theirs.st_ino;
}

/* The pid namespace takes a child in, not the one who enters it. */
static NORETURN void enter(int pidfd, int sig)
{
	pid_t pid;

	/* those inside get no hold of us */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
	    join_both(pidfd) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		_exit(errno);
	if (!is_another())
		_exit(ENOTSUP);
	pid = fork();
	if (pid < 0)
		_exit(errno);
	if (pid == 0)
		signal_others(sig);
	_exit(wait_for(pid));
}

int freeze_signal_all(int first, int join, int sig, struct err *e)
{
	int code;
	pid_t pid;

	if (sig == SIGCONT)
		TRY(signal_first(first, sig, e));
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0)
		enter(join, sig);
	code = wait_for(pid);
	if (code == ENOTSUP)
		return err_set(e, code, "the container has no pid namespace "
			       "of its own");
	if (code)
		return err_set(e, code, "signal the container's processes: %s",
			       strerror(code));
	return sig == SIGCONT ? 0 : signal_first(first, sig, e);
}
