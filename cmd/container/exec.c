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

int exec_same_namespace(pid_t pid, enum ns_type t, bool *ret, struct err *e)
{
	struct stat ours, theirs;
	char path[64];

	*ret = true;
	snprintf(path, sizeof(path), "/proc/self/ns/%s", ns_name(t));
	if (stat(path, &ours) < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, ns_name(t));
	if (stat(path, &theirs) < 0)
		return err_sys(e, "look at the container's namespaces");
	*ret = ours.st_ino == theirs.st_ino;
	return 0;
}

/* Only what is not ours already can be entered: setns(2). */
static int compare_namespaces(struct assembly *a, pid_t pid, struct err *e)
{
	for (int t = 0; t < NS_TYPES; t++) {
		bool same;
		int r = exec_same_namespace(pid, t, &same, e);

		if (r < 0)
			return r == -ENOENT ? gone(a, e) : r;
		a->spec.ns[t].mode = same ? NS_HOST : NS_PRIVATE;
	}
	return 0;
}

int exec_join(struct assembly *a, int *ret_pidfd, struct err *e)
{
	pid_t pid;
	auto_close int fd = container_join_pidfd(&a->container, &a->state,
						  a->o->init, &pid, e);

	if (fd < 0)
		return fd;
	TRY(compare_namespaces(a, pid, e));
	a->spec.init = false;
	a->spec.join = *ret_pidfd = steal_fd(fd);
	return 0;
}

static int reach(const struct container_state *st, int *ret_fd, struct err *e)
{
	TRY(cgroup_come_near(st->cgroup, e));
	*ret_fd = cgroup_of_program(st->cgroup, st->pid, e);
	return *ret_fd < 0 ? *ret_fd : 0;
}

void exec_cgroup(const struct assembly *a, struct cgroup *ret)
{
	struct err e;

	*ret = (struct cgroup)CGROUP_INIT;
	if (!a->state.cgroup)
		return;
	if (reach(&a->state, &ret->fd, &e) == 0)
		ret->path = xstrdup(a->state.cgroup);
	else
		fprintf(stderr, "rl: WARNING: this program runs outside of "
			"the container's cgroup: %s\n", e.text);
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
