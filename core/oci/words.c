/* words.c - what this runtime knows of the runtime-spec. */
#include "core/oci/words.h"

#include "core/oci/config.h"

#include <seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>

/* ---- features ---- */

static json_t *capabilities(void)
{
	json_t *ret = json_array();

	for (int n = 0; prctl(PR_CAPBSET_READ, n) >= 0; n++) {
		char *name = cap_to_name(n);

		for (char *s = name; s && *s; s++)
			*s = *s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s;
		if (name)
			json_array_append_new(ret, json_string(name));
		cap_free(name);
	}
	return ret;
}

static json_t *seccomp(void)
{
	return json_pack(
		"{s:b, s:[s,s,s,s,s,s,s,s,s], s:[s,s,s,s,s,s,s], s:[s,s,s,s], "
		"s:[s,s,s,s], s:[s,s,s]}",
		"enabled", 1,
		"actions", "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL",
		"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
		"SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE",
		"SCMP_ACT_TRAP",
		"operators", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
		"SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ",
		"SCMP_CMP_NE",
		"knownFlags", "SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
		"supportedFlags", "SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
		"archs", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32");
}

static json_t *linux_features(void)
{
	return json_pack(
		"{s:o, s:o, s:{s:b, s:b, s:b, s:b, s:b, s:b}, s:o, s:{s:b}, "
		"s:{s:b}, s:{s:b}, s:{s:{s:b}}}",
		"namespaces", oci_namespace_words(), "capabilities",
		capabilities(), "cgroup", "v1", 0, "v2", 1, "systemd", 1,
		"systemdUser", 1, "rdma", 1, "rootless", 1,
		"seccomp", seccomp(), "apparmor", "enabled", 1,
		"selinux", "enabled", 1, "intelRdt", "enabled", 0,
		"mountExtensions", "idmap", "enabled", 1);
}

json_t *oci_features(const char *version)
{
	return json_pack(
		"{s:s, s:s, s:[s,s,s,s,s,s], s:o, s:o, s:{s:s}}",
		"ociVersionMin", "1.0.0", "ociVersionMax", OCI_VERSION,
		"hooks", "prestart", "createRuntime", "createContainer",
		"startContainer", "poststart", "poststop",
		"mountOptions", oci_mount_options(), "linux",
		linux_features(), "annotations", "io.rl.version", version);
}

/* ---- the default config.json ---- */

struct default_mount {
	const char *destination, *type, *source;
	const char *options[8];
};

static const struct default_mount proc_mount = {
	"/proc", "proc", "proc", { 0 },
};
static const struct default_mount default_mounts[] = {
	{ "/dev", "tmpfs", "tmpfs", { "nosuid", "strictatime", "mode=755",
				      "size=65536k" } },
	{ "/dev/pts", "devpts", "devpts", { "nosuid", "noexec", "newinstance",
					    "ptmxmode=0666", "mode=0620" } },
	{ "/dev/shm", "tmpfs", "shm", { "nosuid", "noexec", "nodev",
					"mode=1777", "size=65536k" } },
	{ "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" } },
	{ "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev", "ro" } },
	{ "/sys/fs/cgroup", "cgroup", "cgroup", { "nosuid", "noexec", "nodev",
						  "relatime", "ro" } },
};

static json_t *mount_json(const struct default_mount *m, bool rootless)
{
	json_t *ret = json_pack("{s:s, s:s, s:s}", "destination",
				m->destination, "type", m->type, "source",
				m->source);
	json_t *options = json_array();

	for (size_t i = 0; i < ARRAY_LEN(m->options) && m->options[i]; i++)
		json_array_append_new(options, json_string(m->options[i]));
	/* one id has no group tty */
	if (streq(m->type, "devpts") && !rootless)
		json_array_append_new(options, json_string("gid=5"));
	if (json_array_size(options))
		json_object_set(ret, "options", options);
	json_decref(options);
	return ret;
}

static json_t *mounts_json(bool rootless)
{
	json_t *ret = json_array();

	json_array_append_new(ret, mount_json(&proc_mount, rootless));
	for (size_t i = 0; i < ARRAY_LEN(default_mounts); i++)
		json_array_append_new(ret, mount_json(&default_mounts[i],
						      rootless));
	return ret;
}

static json_t *caps_json(void)
{
	static const char *const sets[] = { "bounding", "effective",
					    "permitted" };
	json_t *ret = json_object();

	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		json_object_set_new(ret, sets[i],
				    json_pack("[s,s,s]", "CAP_AUDIT_WRITE",
					      "CAP_KILL",
					      "CAP_NET_BIND_SERVICE"));
	return ret;
}

static json_t *process_json(void)
{
	return json_pack(
		"{s:b, s:{s:i, s:i}, s:[s], s:[s,s], s:s, s:o, "
		"s:[{s:s, s:i, s:i}], s:b}",
		"terminal", 1, "user", "uid", 0, "gid", 0, "args", "sh", "env",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		"/sbin:/bin", "TERM=xterm", "cwd", "/", "capabilities",
		caps_json(), "rlimits", "type", "RLIMIT_NOFILE", "hard", 1024,
		"soft", 1024, "noNewPrivileges", 1);
}

static json_t *strings(char *const *list)
{
	json_t *ret = json_array();

	for (; *list; list++)
		json_array_append_new(ret, json_string(*list));
	return ret;
}

static json_t *linux_json(bool rootless, unsigned int uid, unsigned int gid)
{
	static const char *const kinds[] = { "pid", "network", "ipc", "uts",
					     "mount", "cgroup", "user" };
	auto_spec struct spec s = { 0 };
	json_t *list = json_array(), *ret = json_object();

	spec_init(&s);
	spec_add_default_mounts(&s, 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds) - !rootless; i++)
		json_array_append_new(list, json_pack("{s:s}", "type",
						      kinds[i]));
	json_object_set_new(ret, "namespaces", list);
	json_object_set_new(ret, "maskedPaths",
			    strings(strv_list(&s.masked_paths)));
	json_object_set_new(ret, "readonlyPaths",
			    strings(strv_list(&s.readonly_paths)));
	if (!rootless)
		return ret;
	json_object_set_new(ret, "uidMappings",
			    json_pack("[{s:i, s:I, s:i}]", "containerID", 0,
				      "hostID", (json_int_t)uid, "size", 1));
	json_object_set_new(ret, "gidMappings",
			    json_pack("[{s:i, s:I, s:i}]", "containerID", 0,
				      "hostID", (json_int_t)gid, "size", 1));
	return ret;
}

json_t *oci_default_config(bool rootless, unsigned int uid, unsigned int gid)
{
	return json_pack("{s:s, s:o, s:{s:s, s:b}, s:s, s:o, s:o}",
			 "ociVersion", OCI_VERSION, "process", process_json(),
			 "root", "path", "rootfs", "readonly", 1, "hostname",
			 "rl", "mounts", mounts_json(rootless), "linux",
			 linux_json(rootless, uid, gid));
}
