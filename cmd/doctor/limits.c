/* limits.c - doctor: cgroups, and the folder of this login. */
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"
#include "core/cgroup.h"
#include "core/cgroup_fix.h"

#include <stdio.h>

static const struct remedy version_remedies[] = {
	{ "nothing is mounted on " CGROUP_ROOT,
	  CGROUP_FIX_MOUNT },
	{ "the host mounts cgroup v1", CGROUP_FIX_VERSION },
	{ 0 },
};

static int probe_version(const struct doctor *d UNUSED, struct finding *f,
			 struct err *e)
{
	f->remedy = version_remedies;
	if (!streq(f->remedy->line, cgroup_version_fix()))
		f->remedy++;
	return cgroup_check_version(e);
}

/* The rungs after it all need it: its line is printed once. */
static int need_version(struct finding *f, const struct remedy *others,
			struct err *e)
{
	static const struct remedy above = {
		"there is no cgroup v2 to divide",
		"see the line of \"cgroup v2\"",
	};
	struct err version;

	f->remedy = others;
	if (cgroup_check_version(&version) >= 0)
		return 0;
	f->remedy = &above;
	return err_set(e, ENOTSUP, "it needs cgroup v2");
}

/* ---- the two ways to a group ---- */

static const struct remedy delegated_remedies[] = {
	{ "rl was not started in a cgroup of this user's own",
	  CGROUP_FIX_SCOPE },
	{ 0 },
};

/* Make a group below it and remove it again. */
static int probe_delegated(const struct doctor *d UNUSED, struct finding *f,
			   struct err *e)
{
	auto_free char *name = temp_name("rl-doctor");
	auto_free char *path = NULL, *group = NULL;

	TRY(need_version(f, delegated_remedies, e));
	TRY(cgroup_delegation(&path, e));
	group = xasprintf("%s/%s", path, name);
	if (mkdir(group, 0755) < 0)
		return err_sys(e, "make a group in %s", path);
	rmdir(group);
	str_puts(&f->detail, path);
	return 0;
}

static const struct remedy scope_remedies[] = {
	{ "no service manager of this user runs, or it makes no scope",
	  CGROUP_FIX_MANAGER },
	{ 0 },
};

/* It ends with the process that asked for it. */
static int make_scope(struct err *e)
{
	auto_free char *name = temp_name("doctor");
	struct cgroup_wish w = { .id = name };
	auto_free char *path = NULL;

	return cgroup_systemd.make(&w, &path, e);
}

static int probe_scope(const struct doctor *d UNUSED, struct finding *f,
		       struct err *e)
{
	TRY(need_version(f, scope_remedies, e));
	return doctor_in_child(make_scope, e);
}

/* ---- controllers ---- */

static const struct remedy controller_remedies[] = {
	{ "the controller is not delegated to this user",
	  CGROUP_FIX_DELEGATE },
	{ "this kernel has no such controller", CGROUP_FIX_KERNEL },
	{ 0 },
};

/* Where a container's group would be: the list of what may be divided. */
static int controllers_here(const struct doctor *d, char **ret_path,
			    char **ret, struct err *e)
{
	auto_free char *file = NULL;
	struct err ignored;

	if (cgroup_delegation(ret_path, &ignored) < 0)
		*ret_path = xasprintf(CGROUP_ROOT "/user.slice/user-%u.slice/"
				      "user@%u.service", d->host.uid,
				      d->host.uid);
	file = xasprintf("%s/cgroup.controllers", *ret_path);
	return file_read(AT_FDCWD, file, 4096, ret, NULL, e);
}

static int probe_controller(const struct doctor *d, const char *name,
			    struct finding *f, struct err *e)
{
	auto_free char *path = NULL, *here = NULL, *kernel = NULL;
	struct err ignored;

	TRY(need_version(f, &controller_remedies[0], e));
	if (file_read(AT_FDCWD, CGROUP_ROOT "/cgroup.controllers", 4096,
		      &kernel, NULL, &ignored) == 0 &&
	    !cgroup_has_word(kernel, name)) {
		f->remedy = &controller_remedies[1];
		return err_set(e, ENOENT, "there is no %s in " CGROUP_ROOT
			       "/cgroup.controllers", name);
	}
	TRY(controllers_here(d, &path, &here, e));
	if (!cgroup_has_word(here, name))
		return err_set(e, EACCES, "there is no %s in "
			       "%s/cgroup.controllers", name, path);
	str_printf(&f->detail, "in %s", path);
	return 0;
}

#define CONTROLLER(name)                                                  \
	static int probe_##name(const struct doctor *d, struct finding *f, \
				struct err *e)                            \
	{                                                                 \
		return probe_controller(d, #name, f, e);                  \
	}
CONTROLLER(cpu)
CONTROLLER(cpuset)
CONTROLLER(io)
CONTROLLER(memory)
CONTROLLER(pids)

/* ---- the login ---- */

static const struct remedy runtime_remedies[] = {
	{ "XDG_RUNTIME_DIR is not set: a login without a session",
	  CGROUP_FIX_MANAGER },
	{ "it is not this user's folder alone",
	  "export XDG_RUNTIME_DIR=/run/user/$(id -u)" },
	{ 0 },
};

static int probe_runtime(const struct doctor *d, struct finding *f,
			 struct err *e)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	f->remedy = &runtime_remedies[0];
	if (!dir || !*dir)
		return err_set(e, ENOENT, "XDG_RUNTIME_DIR is not set");
	if (stat(dir, &st) < 0)
		return err_sys(e, "XDG_RUNTIME_DIR %s", dir);
	f->remedy = &runtime_remedies[1];
	if (!S_ISDIR(st.st_mode) || st.st_uid != d->host.uid ||
	    st.st_mode & 077)
		return err_set(e, EPERM, "XDG_RUNTIME_DIR %s is not a folder "
			       "of this user with mode 0700", dir);
	str_puts(&f->detail, dir);
	return 0;
}

const struct rung doctor_limits[] = {
	{ "limits", "cgroup v2", "limits of memory, processors, processes",
	  version_remedies, probe_version },
	{ "limits", "delegated cgroup", "limits at next to no cost",
	  delegated_remedies, probe_delegated },
	{ "limits", "systemd scope", "limits, where the cgroup rl is in is not "
	  "this user's", scope_remedies, probe_scope },
	{ "limits", "cpu", "--cpus, --cpu-shares, --cpu-quota",
	  controller_remedies, probe_cpu },
	{ "limits", "cpuset", "--cpuset-cpus, --cpuset-mems",
	  controller_remedies, probe_cpuset },
	{ "limits", "io", "--device-read-bps and the like, --blkio-weight",
	  controller_remedies, probe_io },
	{ "limits", "memory", "--memory, --memory-swap",
	  controller_remedies, probe_memory },
	{ "limits", "pids", "--pids-limit", controller_remedies, probe_pids },
	{ "limits", "runtime folder", "what goes with the login",
	  runtime_remedies, probe_runtime },
	{ 0 },
};
