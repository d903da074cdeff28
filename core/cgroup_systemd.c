/* cgroup_systemd.c - a scope from the user's service manager. */
#include "core/cgroup.h"

#include "core/base/file.h"
#include "core/base/proc.h"

#include <stdio.h>

#define SLICE "user.slice"

/* What belongs to a job stays in it, and ends with it. */
static bool is_slurm_job(const char *own)
{
	return strstr(own, "/slurm") || strstr(own, "slurmstepd.scope");
}

/* The program that speaks D-Bus: rl itself loads no library for it. */
static int ask_manager(const char *verb, const char *unit, const char *where,
		       struct err *e)
{
	auto_free char *helper = proc_helper_path("rl-scope");
	auto_free char *pid = xasprintf("%d", (int)getpid());
	auto_free char *out = NULL, *text = NULL;
	char *const argv[] = { helper, (char *)verb, (char *)unit, pid,
			       (char *)where, NULL };
	int code = proc_capture(argv, NULL, 4096, &out, &text, e);

	if (code < 0)
		return proc_helper_failed("rl-scope", e);
	if (code == 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return err_set(e, EIO, "%s", *text ? text : "rl-scope failed");
}

static int make_below(const char *scope, const char *name, char **ret,
		      struct err *e)
{
	*ret = xasprintf("%s/%s", scope, name);
	if (mkdir(*ret, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "make the cgroup %s", *ret);
	return 0;
}

/* The unit that a group belongs to: its last part that names one. */
static char *unit_of(const char *path, const char **ret_below)
{
	const char *found = NULL, *end = NULL;

	for (const char *s = path; s; s = strchr(s + 1, '/')) {
		size_t n = strcspn(s + 1, "/");
		auto_free char *part = xstrndup(s + 1, n);

		if (!has_suffix(part, ".scope") && !has_suffix(part, ".service"))
			continue;
		found = s + 1;
		end = found + n;
	}
	*ret_below = end;
	return found ? xstrndup(found, end - found) : NULL;
}

int cgroup_unit_is_delegated(const char *path, struct err *e)
{
	const char *below;
	auto_free char *unit = unit_of(path, &below);

	if (!unit)
		return err_set(e, EACCES, "%s is no unit's", path);
	return ask_manager("delegated", unit, "", e);
}

/* We are in the scope now: make room for the container beside us. */
static int divide(const char *scope, char **ret_path, struct err *e)
{
	auto_free char *leaf = NULL, *path = NULL;
	auto_close int fd = -1, leaf_fd = -1;

	TRY(make_below(scope, "supervisor", &leaf, e));
	TRY(fd = cgroup_open(scope, e));
	TRY(leaf_fd = cgroup_open(leaf, e));
	TRY(cgroup_move_all(fd, leaf_fd, e));
	TRY(cgroup_enable_all(fd, e));
	TRY(make_below(scope, "container", &path, e));
	*ret_path = steal_ptr(path);
	return 0;
}

/* A later life of the container: the scope is there, and we are in it. */
static bool is_inside(const struct cgroup_wish *w, char *own)
{
	auto_free char *leaf = xasprintf("/rl-%s.scope/supervisor", w->id);

	if (!has_suffix(own, leaf))
		return false;
	own[strlen(own) - strlen("/supervisor")] = '\0';
	return true;
}

static int make(const struct cgroup_wish *w, char **ret_path, struct err *e)
{
	auto_free char *unit = w->unit ? xstrdup(w->unit) :
					 xasprintf("rl-%s.scope", w->id);
	auto_free char *own = NULL, *scope = NULL;

	if (w->split)
		return err_set(e, EINVAL, "--cgroups=split stays in the group "
			       "it is started in");
	if (w->parent && !has_suffix(w->parent, ".slice"))
		return err_set(e, EINVAL, "%s is not a slice", w->parent);
	TRY(cgroup_check_version(e));
	TRY(cgroup_own_path(&own, e));
	if (is_inside(w, own))
		return divide(own, ret_path, e);
	if (is_slurm_job(own))
		return err_set(e, EPERM, "this is a Slurm job: what it starts "
			       "stays in its cgroup");
	TRY(ask_manager("start", unit, w->parent ? w->parent : SLICE, e));
	TRY(cgroup_own_path(&scope, e));
	return divide(scope, ret_path, e);
}

const struct cgroup_ops cgroup_systemd = {
	.name = "systemd", .make = make,
};

/* ---- from elsewhere ---- */

/* The nearest group above both; caller frees. */
static char *common_group(const char *a, const char *b)
{
	size_t i = 0, last = 0;

	for (; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			last = i;
	if ((!a[i] && (b[i] == '/' || !b[i])) || (!b[i] && a[i] == '/'))
		last = i;
	return xstrndup(a, last);
}

int cgroup_come_near(const char *path, struct err *e)
{
	auto_free char *own = NULL, *common = NULL, *file = NULL, *unit = NULL;
	const char *below;

	TRY(cgroup_own_path(&own, e));
	common = common_group(own, path);
	file = xasprintf("%s/cgroup.procs", common);
	if (access(file, W_OK) == 0)
		return 0;
	unit = unit_of(path, &below);
	if (!unit)
		return err_set(e, EACCES, "the cgroup %s, which is above both, "
			       "is not this user's", common);
	return ask_manager("attach", unit, has_suffix(unit, ".scope") &&
			   streq(below, "/container") ? "/supervisor" :
			   "/rl.host", e);
}
