/* container_state.c - state.json: read, settled, written. */
#include "fs/container_state.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/base/time.h"

#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>

#define STATE_MAX (1 << 20)

static const char *const status_names[] = {
	[CONTAINER_CREATED] = "created", [CONTAINER_RUNNING] = "running",
	[CONTAINER_PAUSED] = "paused", [CONTAINER_RESTARTING] = "restarting",
	[CONTAINER_EXITED] = "exited", [CONTAINER_DEAD] = "dead",
};

void container_state_release(struct container_state *st)
{
	free(st->error);
	free(st->network);
	free(st->driver);
	free(st->socket);
	free(st->cgroup);
	json_decref(st->ports);
	json_decref(st->health);
	*st = (struct container_state){ 0 };
}

const char *container_status_name(enum container_status s)
{
	return status_names[s];
}

bool container_status_runs(enum container_status s)
{
	return s == CONTAINER_RUNNING || s == CONTAINER_PAUSED;
}

/* ---- JSON ---- */

static void set_text(json_t *o, const char *key, const char *text)
{
	if (text)
		json_object_set_new(o, key, json_from_bytes(text));
}

static char *state_text(const struct container_state *st)
{
	auto_json json_t *o = json_object();

	set_text(o, "Status", container_status_name(st->status));
	json_object_set_new(o, "Pid", json_integer(st->pid));
	json_object_set_new(o, "PidStart", json_integer(st->pid_start));
	json_object_set_new(o, "Supervisor", json_integer(st->supervisor));
	json_object_set_new(o, "Started", json_integer(st->started));
	json_object_set_new(o, "Finished", json_integer(st->finished));
	json_object_set_new(o, "ExitCode", json_integer(st->exit_code));
	json_object_set_new(o, "OOMKilled", json_boolean(st->oom_killed));
	json_object_set_new(o, "IPv6", json_boolean(st->ipv6));
	json_object_set_new(o, "RestartCount", json_integer(st->restarts));
	set_text(o, "Error", st->error);
	set_text(o, "Network", st->network);
	set_text(o, "Driver", st->driver);
	set_text(o, "Socket", st->socket);
	set_text(o, "Cgroup", st->cgroup);
	if (st->ports)
		json_object_set(o, "Ports", st->ports);
	if (st->health)
		json_object_set(o, "Health", st->health);
	return json_text(o);
}

static int read_text(const json_t *o, const char *key, char **ret,
		     struct err *e)
{
	const char *text = NULL;

	TRY(json_str(o, key, &text, e));
	*ret = text ? xstrdup(text) : NULL;
	return 0;
}

static int read_number(const json_t *o, const char *key, int64_t *ret,
		       struct err *e)
{
	*ret = 0;
	return json_int(o, key, ret, e);
}

static int read_numbers(const json_t *o, struct container_state *ret,
			struct err *e)
{
	int64_t n;

	TRY(read_number(o, "Pid", &n, e));
	ret->pid = n;
	TRY(read_number(o, "PidStart", &n, e));
	ret->pid_start = n;
	TRY(read_number(o, "Supervisor", &n, e));
	ret->supervisor = n;
	TRY(read_number(o, "ExitCode", &n, e));
	ret->exit_code = n;
	TRY(read_number(o, "RestartCount", &n, e));
	ret->restarts = n;
	TRY(json_bool(o, "IPv6", &ret->ipv6, e));
	return json_bool(o, "OOMKilled", &ret->oom_killed, e);
}

static int read_state(const json_t *o, struct container_state *ret,
		      struct err *e)
{
	const char *status = NULL;

	TRY(json_str(o, "Status", &status, e));
	for (size_t i = 0; i < ARRAY_LEN(status_names); i++)
		if (streq(status, status_names[i]))
			ret->status = i;
	TRY(read_numbers(o, ret, e));
	TRY(read_number(o, "Started", &ret->started, e));
	TRY(read_number(o, "Finished", &ret->finished, e));
	TRY(read_text(o, "Error", &ret->error, e));
	TRY(read_text(o, "Network", &ret->network, e));
	TRY(read_text(o, "Driver", &ret->driver, e));
	TRY(read_text(o, "Socket", &ret->socket, e));
	TRY(read_text(o, "Cgroup", &ret->cgroup, e));
	ret->ports = json_incref(json_object_get(o, "Ports"));
	ret->health = json_incref(json_object_get(o, "Health"));
	return 0;
}

/* ---- reading ---- */

/* What a power loss tore, and what nobody wrote yet, is a default. */
static int load(const struct container *c, struct container_state *ret,
		struct err *e)
{
	auto_free char *text = NULL;
	auto_json json_t *o = NULL;
	size_t n;
	int r = file_read(c->fd, "state.json", STATE_MAX, &text, &n, e);

	*ret = (struct container_state){ .status = CONTAINER_CREATED };
	/* one that goes with its process had one before it was seen */
	if (r == -ENOENT && has_suffix(c->dir, ".rm"))
		return err_set(e, ENOENT, "No such container: %s", c->name);
	if (r == -ENOENT)
		return 0;
	TRY(r);
	if (json_parse(text, n, "state.json", &o, e) == 0 &&
	    read_state(o, ret, e) == 0)
		return 0;
	container_state_release(ret);
	ret->status = CONTAINER_EXITED;
	ret->exit_code = 255;
	ret->error = xstrdup("its state was lost with the machine's power");
	return 0;
}

static bool says_alive(enum container_status s)
{
	return container_status_runs(s) || s == CONTAINER_RESTARTING;
}

/* We hold the lock of one whose owner died: what the kernel did to it. */
static int settle(const struct container *c, struct container_state *st,
		  struct err *e)
{
	struct stat s;

	if (fstatat(c->fd, "state.json", &s, 0) == 0)
		st->finished = s.st_mtim.tv_sec * NS_PER_S + s.st_mtim.tv_nsec;
	st->status = CONTAINER_EXITED;
	st->exit_code = 128 + SIGKILL;
	st->pid = st->supervisor = 0;
	free(st->error);
	st->error = xstrdup("its supervisor was killed, or the machine "
			    "stopped");
	container_unmark(c, CONTAINER_MARK_PAUSED);
	return container_state_write(c, st, e);
}

int container_state_read(struct container *c, struct container_state *ret,
			 struct err *e)
{
	TRY(load(c, ret, e));
	if (!says_alive(ret->status))
		return 0;
	if (c->locked)
		return settle(c, ret, e);
	if (flock(c->fd, LOCK_EX | LOCK_NB) < 0) {
		if (ret->status == CONTAINER_RUNNING &&
		    container_marked(c, CONTAINER_MARK_PAUSED))
			ret->status = CONTAINER_PAUSED;
		return 0;
	}
	/* it may have ended in order since we read */
	container_state_release(ret);
	TRY(load(c, ret, e));
	if (says_alive(ret->status))
		settle(c, ret, e);
	flock(c->fd, LOCK_UN);
	return 0;
}

/*
 * No room for another file: the old one's block is there to be written over,
 * with blanks behind a shorter text.
 */
static int write_over(const struct container *c, const char *text, size_t n,
		      struct err *e)
{
	auto_close int fd = openat(c->fd, "state.json", O_WRONLY | O_CLOEXEC);
	auto_free char *padded = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "write over state.json");
	if ((size_t)st.st_size < n)
		st.st_size = n;
	padded = xmalloc(st.st_size);
	memset(padded, ' ', st.st_size);
	memcpy(padded, text, n);
	if (pwrite(fd, padded, st.st_size, 0) != st.st_size)
		return err_sys(e, "write over state.json");
	return 0;
}

int container_state_write(const struct container *c,
			  const struct container_state *st, struct err *e)
{
	auto_free char *text = state_text(st);
	/*
	 * Not flushed: a state is worth nothing after a power loss but for
	 * how it ended, and a torn file says that the power was lost.
	 */
	int r = file_swap(c->fd, "state.json", text, strlen(text), 0600, e);

	if (r != -ENOSPC && r != -EDQUOT)
		return r;
	return write_over(c, text, strlen(text), e);
}

/* ---- its processes ---- */

int container_pidfd(const struct container *c,
		    const struct container_state *st, struct err *e)
{
	auto_close int fd = -1;
	uint64_t start;

	if (!container_status_runs(st->status) || st->pid <= 0)
		return err_set(e, ESRCH, "container %s is not running",
			       c->name);
	fd = syscall(SYS_pidfd_open, st->pid, 0);
	if (fd < 0)
		return err_set(e, ESRCH, "container %s is not running any more",
			       c->name);
	/* the number may have gone to a stranger since */
	if (proc_start_time(st->pid, &start, e) < 0 || start != st->pid_start)
		return err_set(e, ESRCH, "container %s is not running any more",
			       c->name);
	return steal_fd(fd);
}

/* The first child of a process, or 0. */
static pid_t first_child(pid_t pid)
{
	auto_free char *text = NULL;
	struct err ignored;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
		 (int)pid);
	if (file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &ignored) < 0)
		return 0;
	return atoi(text);
}

/*
 * The init's eldest child is no stranger if it is that before and after we
 * took hold of it, since the init ends with it.
 */
int container_join_pidfd(const struct container *c,
			 const struct container_state *st, bool init,
			 pid_t *ret, struct err *e)
{
	auto_close int first = container_pidfd(c, st, e);
	auto_close int fd = -1;
	uint64_t start;
	pid_t child;

	if (first < 0)
		return first;
	*ret = st->pid;
	if (!init)
		return steal_fd(first);
	child = first_child(st->pid);
	fd = child ? syscall(SYS_pidfd_open, child, 0) : -1;
	if (fd < 0 || first_child(st->pid) != child ||
	    proc_start_time(st->pid, &start, e) < 0 || start != st->pid_start)
		return err_set(e, ESRCH, "container %s is not running",
			       c->name);
	*ret = child;
	return steal_fd(fd);
}

/* ---- marks ---- */

int container_mark(const struct container *c, const char *mark, struct err *e)
{
	auto_close int fd = openat(c->fd, mark, O_WRONLY | O_CREAT | O_CLOEXEC,
				   0600);

	return fd < 0 ? err_sys(e, "mark container %s as %s", c->name, mark) :
			0;
}

void container_unmark(const struct container *c, const char *mark)
{
	unlinkat(c->fd, mark, 0);
}

bool container_marked(const struct container *c, const char *mark)
{
	return faccessat(c->fd, mark, F_OK, 0) == 0;
}
