/* isolation.c - doctor: what keeps a container and its host apart. */
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"
#include "core/caps.h"
#include "core/mount.h"
#include "core/seccomp.h"
#include "core/spec.h"

#include <sched.h>
#include <sys/prctl.h>

static const struct remedy proc_remedies[] = {
	{ "the /proc around us has masked paths (a container): the one that "
	  "is there is used", "docker run --security-opt systempaths=unconfined ..." },
	{ 0 },
};

static int mount_proc(struct err *e)
{
	int fd = mount_new("proc", "proc", NULL, 0, e);

	return fd < 0 ? fd : 0;
}

static int fresh_proc(void *arg UNUSED, struct err *e)
{
	if (unshare(CLONE_NEWPID) < 0)
		return err_sys(e, "make a pid namespace");
	return doctor_in_child(mount_proc, e);
}

static int probe_proc(const struct doctor *d, struct finding *f, struct err *e)
{
	f->remedy = &proc_remedies[0];
	return doctor_inside(d, fresh_proc, NULL, e);
}

static const struct remedy seccomp_remedies[] = {
	{ "the kernel has no system call filters (CONFIG_SECCOMP_FILTER)",
	  "rl run --security-opt seccomp=unconfined ..." },
	{ 0 },
};

static int install_filter(struct err *e)
{
	struct caps c = { .bounding = caps_default() };
	struct seccomp_filter filter;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	TRY(seccomp_default(&c, &filter, e));
	return seccomp_install(&filter, e);
}

static int probe_seccomp(const struct doctor *d UNUSED, struct finding *f,
			 struct err *e)
{
	f->remedy = &seccomp_remedies[0];
	return doctor_in_child(install_filter, e);
}

static const struct remedy namespace_remedies[] = {
	{ "the limit of a kind of namespace is 0",
	  "sudo sysctl -w user.max_pid_namespaces=15000 "
	  "user.max_mnt_namespaces=15000 user.max_ipc_namespaces=15000 "
	  "user.max_uts_namespaces=15000 user.max_cgroup_namespaces=15000" },
	{ 0 },
};

static int unshare_all(void *arg UNUSED, struct err *e)
{
	static const enum ns_type kinds[] = {
		NS_MOUNT, NS_PID, NS_IPC, NS_UTS, NS_CGROUP,
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (unshare(ns_clone_flag(kinds[i])) < 0)
			return err_sys(e, "make a %s namespace",
				       ns_name(kinds[i]));
	return 0;
}

static int probe_namespaces(const struct doctor *d, struct finding *f,
			    struct err *e)
{
	f->remedy = &namespace_remedies[0];
	return doctor_inside(d, unshare_all, NULL, e);
}

static const struct remedy time_remedies[] = {
	{ "the kernel is older than 5.6, or has no time namespaces",
	  "uname -r" },
	{ 0 },
};

static int unshare_time(void *arg UNUSED, struct err *e)
{
	return unshare(ns_clone_flag(NS_TIME)) < 0 ?
		       err_sys(e, "make a time namespace") : 0;
}

static int probe_time(const struct doctor *d, struct finding *f, struct err *e)
{
	f->remedy = &time_remedies[0];
	return doctor_inside(d, unshare_time, NULL, e);
}

const struct rung doctor_isolation[] = {
	{ "isolation", "namespaces", "every container", namespace_remedies,
	  probe_namespaces },
	{ "isolation", "fresh /proc", "a process list of the container's own",
	  proc_remedies, probe_proc },
	{ "isolation", "seccomp", "the system call filter", seccomp_remedies,
	  probe_seccomp },
	{ "isolation", "time namespace", "--time-offset", time_remedies,
	  probe_time },
	{ 0 },
};
