/* limits.c - doctor: cgroups, and the folder of this login. */
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#define CGROUPS "/sys/fs/cgroup"

static const struct remedy version_remedies[] = {
	{ "nothing is mounted on " CGROUPS,
	  "sudo mount -t cgroup2 cgroup2 " CGROUPS },
	{ "the host mounts cgroup v1",
	  "sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&systemd.unified_cgroup_hierarchy=1 /' "
	  "/etc/default/grub && sudo update-grub && sudo reboot" },
	{ 0 },
};

static int probe_version(const struct doctor *d UNUSED, struct finding *f,
			 struct err *e)
{
	struct statfs fs;

	f->remedy = &version_remedies[0];
	if (statfs(CGROUPS, &fs) < 0)
		return err_sys(e, "look at " CGROUPS);
	if (fs.f_type == SYSFS_MAGIC)
		return err_set(e, ENOENT, CGROUPS " is an empty folder");
	f->remedy = &version_remedies[1];
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		return err_set(e, ENOTSUP, CGROUPS " is not cgroup v2");
	return 0;
}

static const struct remedy delegation_remedies[] = {
	{ "no cgroup is this user's to divide",
	  "sudo mkdir -p /etc/systemd/system/user@.service.d && printf "
	  "'[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee "
	  "/etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl "
	  "daemon-reload" },
	{ 0 },
};

/* Make a group below this one and remove it again. */
static int try_group(const char *path, struct finding *f, struct err *e)
{
	auto_free char *name = temp_name("rl-doctor");
	auto_free char *group = xasprintf("%s/%s", path, name);
	auto_free char *file = xasprintf("%s/cgroup.controllers", path);
	auto_free char *text = NULL;
	struct err ignored;

	if (mkdir(group, 0755) < 0)
		return err_sys(e, "make a group in %s", path);
	rmdir(group);
	if (file_read(AT_FDCWD, file, 4096, &text, NULL, &ignored) < 0)
		return 0;
	str_printf(&f->detail, "%.*s", (int)strcspn(text, "\n"), text);
	return 0;
}

/* Our own group, or the one of this user's service manager. */
static int probe_delegation(const struct doctor *d, struct finding *f,
			    struct err *e)
{
	auto_free char *text = NULL, *own = NULL, *user = NULL;
	char *line;

	f->remedy = &delegation_remedies[0];
	TRY(file_read(AT_FDCWD, "/proc/self/cgroup", 65536, &text, NULL, e));
	line = strstr(text, "0::");
	if (!line)
		return err_set(e, ENOENT, "this process is in no cgroup v2");
	own = xasprintf(CGROUPS "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
	if (try_group(own, f, e) == 0)
		return 0;
	user = xasprintf(CGROUPS "/user.slice/user-%u.slice/user@%u.service",
			 d->host.uid, d->host.uid);
	if (access(user, F_OK) < 0)
		return -e->code;
	return try_group(user, f, e);
}

static const struct remedy runtime_remedies[] = {
	{ "XDG_RUNTIME_DIR is not set: a login without a session",
	  "sudo loginctl enable-linger $USER && export "
	  "XDG_RUNTIME_DIR=/run/user/$(id -u)" },
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
	{ "limits", "delegation", "limits of memory, processors, processes",
	  delegation_remedies, probe_delegation },
	{ "limits", "runtime folder", "what goes with the login",
	  runtime_remedies, probe_runtime },
	{ 0 },
};
