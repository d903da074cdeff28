/* exec.c - a further program in a container: whom it joins, what it tells. */
#include "cmd/container/exec.h"

#include "cmd/container/start.h"
#include "core/base/file.h"
#include "core/base/proc.h"

#include <stdio.h>
#include <sys/syscall.h>

/* ---- whom to join ---- */

static int gone(const struct assembly *a, struct err *e)
{
	return err_set(e, ESRCH, "container %s is not running",
		       a->container.name);
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
 * The small init of --init is ours still and lets nobody in: setns(2),
 * PTRACE_MODE_READ_REALCREDS.  Its eldest child, the program, does; it is no
 * stranger if it is that before and after we took hold of it, since the init
 * ends with it.
 */
static int open_program(const struct assembly *a, pid_t *ret, struct err *e)
{
	auto_close int init = container_pidfd(&a->container, &a->state, e);
	auto_close int fd = -1;
	uint64_t start;
	pid_t child;

	if (init < 0)
		return init;
	*ret = a->state.pid;
	if (!a->o->init)
		return steal_fd(init);
	child = first_child(a->state.pid);
	fd = child ? syscall(SYS_pidfd_open, child, 0) : -1;
	if (fd < 0 || first_child(a->state.pid) != child ||
	    proc_start_time(a->state.pid, &start, e) < 0 ||
	    start != a->state.pid_start)
		return gone(a, e);
	*ret = child;
	return steal_fd(fd);
}

/* Only what is not ours already can be entered: setns(2). */
static int compare_namespaces(struct assembly *a, pid_t pid, struct err *e)
{
	for (int t = 0; t < NS_TYPES; t++) {
		struct stat ours, theirs;
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/ns/%s", ns_name(t));
		if (stat(path, &ours) < 0)
			continue; /* a kernel without this kind */
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid,
			 ns_name(t));
		if (stat(path, &theirs) < 0)
			return errno == ENOENT ? gone(a, e) :
			       err_sys(e, "look at the container's namespaces");
		a->spec.ns[t].mode = ours.st_ino == theirs.st_ino ?
					     NS_HOST : NS_PRIVATE;
	}
	return 0;
}

int exec_join(struct assembly *a, int *ret_pidfd, struct err *e)
{
	pid_t pid;
	auto_close int fd = open_program(a, &pid, e);

	if (fd < 0)
		return fd;
	TRY(compare_namespaces(a, pid, e));
	a->spec.init = false;
	a->spec.join = *ret_pidfd = steal_fd(fd);
	return 0;
}

void exec_command(struct assembly *a, char *const *argv)
{
	strv_clear(&a->spec.argv);
	strv_extend(&a->spec.argv, argv);
}

/* ---- what is told ---- */

void exec_event(const struct assembly *a, const char *id, const char *action,
		int exit_code)
{
	auto_str struct str text = { 0 };
	json_t *attributes = json_object();
	char *const *word = strv_list(&a->spec.argv);

	str_puts(&text, action);
	json_object_set_new(attributes, "execID", json_from_bytes(id));
	if (streq(action, "exec_die"))
		json_object_set_new(attributes, "exitCode",
				    json_sprintf("%d", exit_code));
	else
		for (const char *sep = ": "; *word; word++, sep = " ")
			str_printf(&text, "%s%s", sep, *word);
	life_event(a, str_text(&text), attributes);
}
