/* identity.c - doctor: user namespaces, and who is who inside them. */
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"
#include "core/caps.h"
#include "core/emulate.h"
#include "core/mount.h"
#include "core/subid.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

/* ---- user namespaces ---- */

enum { NS_APPARMOR, NS_SYSCTL_OFF, NS_MAX, NS_SETFCAP, NS_OUTER };

static const struct remedy userns_remedies[] = {
	[NS_APPARMOR] = { "AppArmor keeps user namespaces from unknown programs",
		"sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
	[NS_SYSCTL_OFF] = { "user namespaces are off for users without root",
		"sudo sysctl -w kernel.unprivileged_userns_clone=1" },
	[NS_MAX] = { "no more user namespaces may be made",
		"sudo sysctl -w user.max_user_namespaces=15000" },
	[NS_SETFCAP] = { "root has no CAP_SETFCAP here: nobody may map its id then",
		"docker run --cap-add SETFCAP ..." },
	[NS_OUTER] = { "a container or its system call filter around us forbids them",
		"docker run --security-opt seccomp=unconfined "
		"--security-opt systempaths=unconfined ..." },
	{ 0 },
};

/* Restricted namespaces can be made, and then nothing can be done in them. */
static int mount_something(void *arg UNUSED, struct err *e)
{
	int fd = mount_new("tmpfs", "rl", NULL, 0, e);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static bool root_without_setfcap(const struct doctor *d)
{
	return d->host.uid == 0 &&
	       !(caps_effective() & UINT64_C(1) << CAP_SETFCAP);
}

static int probe_userns(const struct doctor *d, struct finding *f,
			struct err *e)
{
	auto_free char *max = doctor_read("/proc/sys/user/max_user_namespaces");
	int r = idmap_run_inside(&d->single, mount_something, NULL, e);

	if (r >= 0) {
		str_printf(&f->detail, "at most %s", max ? max : "?");
		return 0;
	}
	if (streq(max, "0") || r == -ENOSPC)
		f->remedy = &userns_remedies[NS_MAX];
	else if (doctor_is("/proc/sys/kernel/unprivileged_userns_clone", "0"))
		f->remedy = &userns_remedies[NS_SYSCTL_OFF];
	else if (doctor_is("/proc/sys/kernel/"
			   "apparmor_restrict_unprivileged_userns", "1"))
		f->remedy = &userns_remedies[NS_APPARMOR];
	else if (root_without_setfcap(d))
		f->remedy = &userns_remedies[NS_SETFCAP];
	else
		f->remedy = &userns_remedies[NS_OUTER];
	return r;
}

/* ---- the helpers ---- */

enum { H_MISSING, H_SETUID, H_OWNER, H_NOSUID, H_NNP };

static const struct remedy helper_remedies[] = {
	[H_MISSING] = { "newuidmap and newgidmap are not installed",
		"sudo apt-get install uidmap" },
	[H_SETUID] = { "they have lost their setuid bit",
		"sudo chmod u+s " IDMAP_NEWUIDMAP " " IDMAP_NEWGIDMAP },
	[H_OWNER] = { "their owner, root, is nobody in the namespace around us",
		"run rl outside of it, or give that container root's ids" },
	[H_NOSUID] = { "their file system is mounted nosuid",
		"sudo mount -o remount,suid /usr" },
	[H_NNP] = { "no_new_privs is set on this process",
		"start rl outside of what set it (a sandbox, a service with "
		"NoNewPrivileges=)" },
	{ 0 },
};

static int probe_helper(const char *path, struct finding *f, struct err *e)
{
	struct statvfs fs;
	struct stat st;

	if (stat(path, &st) < 0 || access(path, X_OK) < 0) {
		f->remedy = &helper_remedies[H_MISSING];
		return err_sys(e, "%s", path);
	}
	if (st.st_uid != 0 && st.st_mode & S_ISUID) {
		f->remedy = &helper_remedies[H_OWNER];
		return err_set(e, EPERM, "%s is not root's here", path);
	}
	if ((st.st_uid != 0 || !(st.st_mode & S_ISUID)) &&
	    getxattr(path, "security.capability", NULL, 0) <= 0) {
		f->remedy = &helper_remedies[H_SETUID];
		return err_set(e, EPERM, "%s has neither a setuid bit nor "
			       "capabilities", path);
	}
	if (statvfs(path, &fs) == 0 && fs.f_flag & ST_NOSUID) {
		f->remedy = &helper_remedies[H_NOSUID];
		return err_set(e, EPERM, "%s is on a file system mounted "
			       "nosuid", path);
	}
	return 0;
}

static int probe_helpers(const struct doctor *d, struct finding *f,
			 struct err *e)
{
	if (d->host.can_set_ids) {
		str_puts(&f->detail, "not needed: we may write id maps");
		return 0;
	}
	TRY(probe_helper(IDMAP_NEWUIDMAP, f, e));
	TRY(probe_helper(IDMAP_NEWGIDMAP, f, e));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
		f->remedy = &helper_remedies[H_NNP];
		return err_set(e, EPERM, "no_new_privs is set: setuid programs "
			       "have no effect");
	}
	return 0;
}

/* ---- ranges ---- */

enum { R_NONE, R_REFUSED };

static const struct remedy range_remedies[] = {
	[R_NONE] = { "no line for this user in /etc/subuid or /etc/subgid",
		"n=$(cat /etc/subuid /etc/subgid | awk -F: -v m=100000 "
		"'$2+$3 > m {m=$2+$3} END {print m}'); sudo usermod "
		"--add-subuids $n-$((n+65535)) --add-subgids $n-$((n+65535)) "
		"$USER" },
	[R_REFUSED] = { "the helpers refuse the lines that are there",
		"grep $USER /etc/subuid /etc/subgid" },
	{ 0 },
};

static int nothing(void *arg UNUSED, struct err *e UNUSED)
{
	return 0;
}

static uint64_t count(const struct id_extents *x)
{
	uint64_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += x->e[i].count;
	return n;
}

static int probe_ranges(const struct doctor *d, struct finding *f,
			struct err *e)
{
	if (d->map.kind == IDMAP_SINGLE) {
		struct id_extents u, g;
		bool lines;

		subid_read(d->host.uid, &u, &g);
		lines = u.n && g.n;
		f->remedy = lines ? &helper_remedies[H_MISSING] :
				    &range_remedies[R_NONE];
		return err_set(e, ENOENT, lines ? "there are ranges, but no "
			       "helpers to map them" : "this user has no range "
			       "in /etc/subuid and /etc/subgid");
	}
	if (idmap_run_inside(&d->map, nothing, NULL, e) < 0) {
		f->remedy = &range_remedies[R_REFUSED];
		return -e->code;
	}
	str_printf(&f->detail, "%llu user and %llu group ids",
		   (unsigned long long)count(&d->map.uid),
		   (unsigned long long)count(&d->map.gid));
	return 0;
}

/* ---- one id ---- */

static const struct remedy single_remedies[] = {
	{ "the kernel has no seccomp user notification (Linux 5.0), or a "
	  "filter around us has taken it",
	  "docker run --security-opt seccomp=unconfined ..." },
	{ 0 },
};

static int install_answers(void *arg UNUSED, struct err *e)
{
	auto_close int fd = -1;

	return emulate_install(0, 0, false, &fd, e);
}

static int probe_single(const struct doctor *d, struct finding *f,
			struct err *e)
{
	int r = idmap_run_inside(&d->single, install_answers, NULL, e);

	if (r < 0)
		f->remedy = root_without_setfcap(d) ?
			    &userns_remedies[NS_SETFCAP] :
			    &single_remedies[0];
	return r;
}

const struct rung doctor_identity[] = {
	{ "identity", "user namespace", "every container", userns_remedies,
	  probe_userns },
	{ "identity", "id map helpers", "containers with many ids",
	  helper_remedies, probe_helpers },
	{ "identity", "ranges of ids", "containers with many ids",
	  range_remedies, probe_ranges },
	{ "identity", "one id", "containers of users without ranges",
	  single_remedies, probe_single },
	{ 0 },
};
