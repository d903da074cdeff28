/* hook.c - programs at moments of a container's life. */
#include "core/hook.h"

#include "core/base/file.h"
#include "core/base/time.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define SAID_MAX 300 /* of what it printed, in an error */

struct run {
	const struct hook *hook;
	int in, out;  /* memfds: what it reads, what it says */
	int (*confine)(void *arg, struct err *e);
	void *arg;
};

void hook_list_release(struct hook_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->h[i].path);
		strv_release(&l->h[i].args);
		strv_release(&l->h[i].env);
	}
	free(l->h);
	*l = (struct hook_list){ 0 };
}

char *hook_state(const char *known, const char *status, pid_t pid)
{
	return xasprintf("{%s,\"status\":\"%s\",\"pid\":%d}", known, status,
			 (int)pid);
}

static void fresh_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < SIGRTMIN; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static NORETURN void child_main(const struct run *r)
{
	const struct hook *h = r->hook;
	char *own[] = { h->path, NULL };
	struct err e = { 0 };

	fresh_signals();
	if (dup2(r->in, 0) < 0 || dup2(r->out, 1) < 0 || dup2(r->out, 2) < 0)
		_exit(127);
	syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
	if (r->confine && r->confine(r->arg, &e) < 0)
		dprintf(2, "%s", e.text);
	else if (execve(h->path, h->args.n ? strv_list(&h->args) : own,
			strv_list(&h->env)) < 0)
		dprintf(2, "%s", strerror(errno));
	_exit(127);
}

/* 0: it has ended. */
static int wait_for(int pidfd, int64_t timeout_s)
{
	int64_t end = time_steady() + timeout_s * NS_PER_S;
	struct pollfd p = { pidfd, POLLIN, 0 };

	for (;;) {
		int64_t left = (end - time_steady()) / 1000000;
		int ms = !timeout_s ? -1 : left < 0 ? 0 :
			 left > 1000000 ? 1000000 : (int)left;
		int r = poll(&p, 1, ms);

		if (r > 0)
			return 0;
		if (r == 0 && time_steady() >= end)
			return -ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

static int failed(const struct run *r, int status, bool late, struct err *e)
{
	char text[SAID_MAX + 1];
	ssize_t n = pread(r->out, text, SAID_MAX, 0);

	text[n > 0 ? n : 0] = '\0';
	for (char *s = text; *s; s++)
		if (*s == '\n')
			*s = s[1] ? ' ' : '\0';
	if (late)
		return err_set(e, ETIMEDOUT, "%s was not done in %lld s",
			       r->hook->path, (long long)r->hook->timeout_s);
	if (WIFSIGNALED(status))
		return err_set(e, EIO, "%s was ended by signal %d%s%s",
			       r->hook->path, WTERMSIG(status),
			       *text ? ": " : "", text);
	return err_set(e, EIO, "%s: exit status %d%s%s", r->hook->path,
		       WEXITSTATUS(status), *text ? ": " : "", text);
}

static int run_one(struct run *r, struct err *e)
{
	auto_close int pidfd = -1;
	int status = 0;
	bool late;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0)
		child_main(r);
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	late = pidfd >= 0 && wait_for(pidfd, r->hook->timeout_s) == -ETIMEDOUT;
	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for %s", r->hook->path);
	return status || late ? failed(r, status, late, e) : 0;
}

static int memory_file(const char *text, struct err *e)
{
	auto_close int fd = memfd_create("rl-hook", MFD_CLOEXEC);

	if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "make a file in memory");
	return steal_fd(fd);
}

int hook_list_run(const struct hook_list *l, const char *kind,
		  const char *state,
		  int (*confine)(void *arg, struct err *e), void *arg,
		  struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		auto_close int in = memory_file(state, e), out = -1;
		struct run r = { .hook = &l->h[i], .in = in,
				 .confine = confine, .arg = arg };

		if (in < 0)
			return in;
		TRY(r.out = out = memory_file("", e));
		if (run_one(&r, e) < 0)
			return err_wrap(e, "hook %s %zu", kind, i);
	}
	return 0;
}
