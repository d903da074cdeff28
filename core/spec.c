/* spec.c - the plan's data: defaults and ownership. */
#include "core/spec.h"

#include "core/base/file.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static const struct {
	const char *name;
	int flag;
} ns_kinds[NS_TYPES] = {
	[NS_CGROUP] = { "cgroup", CLONE_NEWCGROUP },
	[NS_IPC] = { "ipc", CLONE_NEWIPC },
	[NS_MOUNT] = { "mnt", CLONE_NEWNS },
	[NS_NET] = { "net", CLONE_NEWNET },
	[NS_PID] = { "pid", CLONE_NEWPID },
	[NS_TIME] = { "time", CLONE_NEWTIME },
	[NS_USER] = { "user", CLONE_NEWUSER },
	[NS_UTS] = { "uts", CLONE_NEWUTS },
};

const char *ns_name(enum ns_type t)
{
	return ns_kinds[t].name;
}

int ns_clone_flag(enum ns_type t)
{
	return ns_kinds[t].flag;
}

void spec_init(struct spec *s)
{
	*s = (struct spec){ 0 };
	random_hex(s->id, 32);
	s->ns[NS_TIME].mode = NS_HOST;
	s->stop_signal = SIGTERM;
	s->join = s->share = s->start_sock = -1;
	s->umask = 022;
}

void spec_release(struct spec *s)
{
	free(s->name);
	free(s->hostname);
	free(s->domainname);
	strv_release(&s->argv);
	strv_release(&s->env);
	strv_release(&s->labels);
	strv_release(&s->annotations);
	free(s->cwd);
	free(s->user.text);
	strv_release(&s->user.groups);
	free(s->seccomp_json);
	free(s->seccomp_file);
	strv_release(&s->cap_add);
	strv_release(&s->cap_drop);
	free(s->oom_score_adj);
	for (size_t i = 0; i < NS_TYPES; i++)
		free(s->ns[i].path);
	mount_list_release(&s->mounts);
	strv_release(&s->masked_paths);
	strv_release(&s->readonly_paths);
	for (size_t i = 0; i < s->n_devices; i++) {
		free(s->devices[i].source);
		free(s->devices[i].dest);
	}
	free(s->devices);
	free(s->rlimits);
	for (size_t i = 0; i < s->n_sysctls; i++) {
		free(s->sysctls[i].key);
		free(s->sysctls[i].value);
	}
	free(s->sysctls);
	free(s->caps);
	free(s->time_offsets);
	hook_list_release(&s->create_hooks);
	hook_list_release(&s->start_hooks);
	free(s->hook_state);
	free(s->attributes.apparmor);
	free(s->attributes.selinux);
	seccomp_filter_release(&s->filter);
	resources_release(&s->resources);
	free(s->affinity);
	*s = (struct spec){ 0 };
}

void spec_add_rlimit(struct spec *s, int resource, struct rlimit value)
{
	s->rlimits = xrealloc(s->rlimits, s->n_rlimits + 1, sizeof(*s->rlimits));
	s->rlimits[s->n_rlimits++] = (struct rlimit_spec){ resource, value };
}

void spec_add_sysctl(struct spec *s, const char *key, const char *value)
{
	s->sysctls = xrealloc(s->sysctls, s->n_sysctls + 1, sizeof(*s->sysctls));
	s->sysctls[s->n_sysctls++] =
		(struct sysctl_spec){ xstrdup(key), xstrdup(value) };
}

void spec_add_device(struct spec *s, const char *source, const char *dest,
		     const char *mode)
{
	s->devices = xrealloc(s->devices, s->n_devices + 1, sizeof(*s->devices));
	s->devices[s->n_devices] = (struct device_spec){
		.source = xstrdup(source), .dest = xstrdup(dest),
	};
	snprintf(s->devices[s->n_devices++].access, sizeof(s->devices->access),
		 "%s", mode);
}

/* ---- what every container gets ---- */

static const char *const masked[] = {
	"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore",
	"/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
	"/proc/timer_list", "/proc/timer_stats", "/sys/firmware",
	"/sys/devices/virtual/powercap",
};

static const char *const readonly[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
	"/proc/sysrq-trigger",
};

static void add_proc_and_sys(struct spec *s)
{
	uint64_t safe = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			MOUNT_ATTR_NOEXEC;
	uint64_t ro = s->privileged ? 0 : MOUNT_ATTR_RDONLY;
	struct mount *m;

	m = mount_list_fs(&s->mounts, "proc", "/proc", safe);
	m->fallback = MOUNT_FALLBACK_BIND;
	m = mount_list_fs(&s->mounts, "sysfs", "/sys", safe | ro);
	m->fallback = MOUNT_FALLBACK_BIND;
	m = mount_list_fs(&s->mounts, "cgroup2", "/sys/fs/cgroup",
			  safe | (s->writable_cgroup ? 0 : ro));
	m->fallback = MOUNT_FALLBACK_SKIP;
}

static void add_dev(struct spec *s, uint64_t shm_size)
{
	uint64_t safe = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			MOUNT_ATTR_NOEXEC;
	uint32_t ignored;
	struct mount *m;

	m = mount_list_fs(&s->mounts, "tmpfs", "/dev", MOUNT_ATTR_NOSUID);
	m->dev = true;
	strv_add(&m->data, "mode=755");
	strv_add(&m->data, "size=65536k");
	m = mount_list_fs(&s->mounts, "devpts", "/dev/pts",
			  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	strv_add(&m->data, "newinstance");
	strv_add(&m->data, "ptmxmode=0666");
	strv_add(&m->data, "mode=0620");
	if (idmap_to_host(&s->idmap.gid, 5, &ignored))
		strv_add(&m->data, "gid=5");
	m = mount_list_fs(&s->mounts, "mqueue", "/dev/mqueue", safe);
	m->fallback = MOUNT_FALLBACK_SKIP;
	if (s->ns[NS_IPC].mode != NS_PRIVATE) {
		m = mount_list_bind(&s->mounts, "/dev/shm", "/dev/shm");
		m->attr_set = safe;
		return;
	}
	m = mount_list_fs(&s->mounts, "tmpfs", "/dev/shm", safe);
	strv_add(&m->data, "mode=1777");
	strv_printf(&m->data, "size=%llu", (unsigned long long)shm_size);
}

void spec_add_default_mounts(struct spec *s, uint64_t shm_size)
{
	add_proc_and_sys(s);
	add_dev(s, shm_size);
	if (s->privileged || s->unmasked)
		return;
	for (size_t i = 0; i < ARRAY_LEN(masked); i++)
		strv_add(&s->masked_paths, masked[i]);
	for (size_t i = 0; i < ARRAY_LEN(readonly); i++)
		strv_add(&s->readonly_paths, readonly[i]);
}
