/* proc.c - running other programs, and knowing one's own. */
#include "core/base/proc.h"

#include "core/base/file.h"

#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

char *proc_which(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? xstrdup(name) : NULL;
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path) {
		size_t n = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)n, path, name);

		if (n && access(file, X_OK) == 0)
			return file;
		free(file);
		path += n + (path[n] == ':');
	}
	return NULL;
}

/*
 * Theory of operation: the child shares our memory until its execve
 * (CLONE_VM | CLONE_VFORK), so a failed exec reports through a variable, and
 * no page tables are copied.  It runs on a stack of its own; signals are
 * blocked meanwhile, as no handler of ours may run there.
 */
struct child {
	const struct spawn *s;
	const char *path;
	sigset_t mask;
	int code; /* errno of the failed exec */
};

#define CHILD_STACK (64 << 10)

static int keep_fds(const struct spawn *s)
{
	syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
	for (size_t i = 0; i < s->n_keep; i++)
		if (fcntl(s->keep[i], F_SETFD, 0) < 0)
			return -1;
	return 0;
}

static int child_main(void *arg)
{
	struct child *c = arg;
	const int from[3] = { c->s->in, c->s->out, c->s->err };

	/* execve resets handlers, but what we ignore would stay ignored */
	signal(SIGPIPE, SIG_DFL);
	for (int fd = 0; fd <= 2; fd++)
		if (from[fd] >= 0 && dup2(from[fd], fd) < 0)
			goto failed;
	if (keep_fds(c->s) < 0)
		goto failed;
	sigemptyset(&c->mask);
	sigprocmask(SIG_SETMASK, &c->mask, NULL);
	execve(c->path, c->s->argv, c->s->env ? c->s->env : environ);
failed:
	c->code = errno;
	_exit(127);
}

pid_t proc_spawn(const struct spawn *s, int *ret_pidfd, struct err *e)
{
	auto_free char *path = strchr(s->path, '/') ? xstrdup(s->path) :
						      proc_which(s->path);
	struct child c = { .s = s, .path = path };
	int flags = CLONE_VM | CLONE_VFORK | SIGCHLD, pidfd = -1;
	sigset_t all, old;
	char *stack;
	pid_t pid;

	if (!path)
		return err_set(e, ENOENT, "%s: no such program in $PATH",
			       s->path);
	stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED)
		return err_sys(e, "start %s", s->path);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	if (ret_pidfd)
		flags |= CLONE_PIDFD;
	pid = clone(child_main, stack + CHILD_STACK, flags, &c, &pidfd);
	if (pid < 0)
		c.code = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	munmap(stack, CHILD_STACK);
	if (c.code) {
		if (pid > 0)
			waitpid(pid, NULL, 0);
		if (pidfd >= 0)
			close(pidfd);
		errno = c.code;
		return err_sys(e, "start %s", s->path);
	}
	if (ret_pidfd)
		*ret_pidfd = pidfd;
	return pid;
}

int proc_wait(pid_t pid, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "wait for a process");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

char *proc_end_text(pid_t pid, int ms)
{
	pid_t r = 0;
	int status;

	while (pid > 0 && (r = waitpid(pid, &status, WNOHANG)) == 0 && ms-- > 0)
		poll(NULL, 0, 1);
	if (r <= 0)
		return xstrdup("ended");
	if (WIFSIGNALED(status))
		return xasprintf("was killed by signal %d (%s)",
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
	return xasprintf("ended with exit code %d", WEXITSTATUS(status));
}

struct capture {
	int in_w, out_r, err_r;
	const char *input;
	size_t max;
	struct str out, err;
};

static bool take(int *fd, struct str *into, size_t max)
{
	char buf[4096];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return true;
	}
	str_add(into, buf, n);
	return into->len <= max;
}

static void feed(struct capture *c)
{
	ssize_t n = write(c->in_w, c->input, strlen(c->input));

	if (n > 0)
		c->input += n;
	if (n < 0 || !*c->input) {
		close(c->in_w);
		c->in_w = -1;
	}
}

/* Move bytes until all three pipes are closed.  False: too much output. */
static bool converse(struct capture *c)
{
	while (c->in_w >= 0 || c->out_r >= 0 || c->err_r >= 0) {
		struct pollfd p[3] = {
			{ c->in_w, POLLOUT, 0 }, { c->out_r, POLLIN, 0 },
			{ c->err_r, POLLIN, 0 },
		};

		if (poll(p, 3, -1) < 0)
			continue;
		if (p[0].revents)
			feed(c);
		if (p[1].revents && !take(&c->out_r, &c->out, c->max))
			return false;
		if (p[2].revents && !take(&c->err_r, &c->err, c->max))
			return false;
	}
	return true;
}

int proc_capture(char *const *argv, const char *input, size_t max,
		 char **ret_out, char **ret_err, struct err *e)
{
	struct capture c = { -1, -1, -1, input ? input : "", max };
	struct spawn s = SPAWN_INIT;
	int in[2], out[2], er[2] = { -1, -1 }, rc;
	bool whole;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 ||
	    (ret_err && pipe2(er, O_CLOEXEC) < 0))
		return err_sys(e, "pipe");
	s.path = argv[0];
	s.argv = argv;
	s.in = in[0];
	s.out = out[1];
	s.err = er[1];
	pid = proc_spawn(&s, NULL, e);
	close(in[0]);
	close(out[1]);
	if (ret_err)
		close(er[1]);
	c.in_w = in[1];
	c.out_r = out[0];
	c.err_r = er[0];
	signal(SIGPIPE, SIG_IGN);
	whole = pid > 0 && converse(&c);
	if (c.in_w >= 0)
		close(c.in_w);
	if (c.out_r >= 0)
		close(c.out_r);
	if (c.err_r >= 0)
		close(c.err_r);
	if (pid > 0 && !whole)
		kill(pid, SIGKILL);
	rc = pid < 0 ? pid : proc_wait(pid, e);
	if (pid > 0 && !whole)
		rc = err_set(e, EFBIG, "%s prints more than %zu bytes", argv[0],
			     max);
	*ret_out = str_steal(&c.out);
	if (ret_err)
		*ret_err = str_steal(&c.err);
	else
		str_release(&c.err);
	return rc;
}

/* A number of proc(5)'s stat, behind the name. */
static int stat_field(pid_t pid, int wanted, uint64_t *ret, struct err *e)
{
	auto_free char *text = NULL;
	const char *p;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	TRY(file_read(AT_FDCWD, path, 4096, &text, NULL, e));
	/* the name in field 2 may hold spaces and brackets: start behind it */
	p = strrchr(text, ')');
	for (int field = 2; p && field < wanted; field++) {
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	if (!p || sscanf(p, "%" SCNu64, ret) != 1)
		return err_set(e, EPROTO, "%s has no field %d", path, wanted);
	return 0;
}

int proc_start_time(pid_t pid, uint64_t *ret, struct err *e)
{
	return stat_field(pid, 22, ret, e);
}

pid_t proc_parent(pid_t pid)
{
	struct err ignored;
	uint64_t parent;

	return stat_field(pid, 4, &parent, &ignored) < 0 ? 0 : (pid_t)parent;
}

void proc_title(const char *fmt, ...)
{
	char name[16];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	prctl(PR_SET_NAME, name);
}

void proc_retitle(const char *text)
{
	struct err ignored;
	uint64_t start, end;
	size_t n = strlen(text);

	prctl(PR_SET_NAME, text);
	/* fields 48 and 49; the strings are our own stack's */
	if (stat_field(getpid(), 48, &start, &ignored) < 0 ||
	    stat_field(getpid(), 49, &end, &ignored) < 0 || end <= start)
		return;
	memset((char *)(uintptr_t)start, 0, end - start);
	memcpy((char *)(uintptr_t)start, text,
	       n < end - start ? n : end - start - 1);
}

char *proc_exe_dir(void)
{
	const char *env = getenv("RL_EXE");
	char buf[4096];
	ssize_t n;
	char *slash;

	if (env && *env == '/' && strlen(env) < sizeof(buf)) {
		snprintf(buf, sizeof(buf), "%s", env);
	} else {
		n = readlink("/proc/self/exe", buf, sizeof(buf) - 1);
		if (n < 0)
			return xstrdup("/");
		buf[n] = '\0';
	}
	slash = strrchr(buf, '/');
	if (slash)
		*slash = '\0';
	return xstrdup(buf);
}

char *proc_helper_path(const char *name)
{
	auto_free char *dir = proc_exe_dir();
	char *path = xasprintf("%s/%s", dir, name);

	if (access(path, X_OK) == 0)
		return path;
	free(path);
	path = xasprintf("%s/../libexec/rl/%s", dir, name);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return xasprintf(RL_LIBEXEC "/%s", name);
}

int proc_helper_failed(const char *name, struct err *e)
{
	if (e->code == ENOENT)
		return err_set(e, ENOENT, "the helper program %s is missing: "
			       "it belongs beside rl or in %s ('make install' "
			       "puts it there)", name, RL_LIBEXEC);
	return err_add(e, " (the helper program %s is broken: 'make install' "
		       "puts a whole one in place)", name);
}
