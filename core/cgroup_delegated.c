/* cgroup_delegated.c - the group we are in, if it is ours to divide. */
#include "core/cgroup.h"

#include "core/base/file.h"
#include "core/cgroup_fix.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

/* Where what was in a group before goes when it is divided. */
#define HOST_LEAF "rl.host"

static bool is_mounted(const char *path, unsigned int magic)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (unsigned int)fs.f_type == magic;
}

static bool is_bare(void)
{
	return access(CGROUP_ROOT, F_OK) < 0 ||
	       is_mounted(CGROUP_ROOT, SYSFS_MAGIC);
}

int cgroup_check_version(struct err *e)
{
	if (is_mounted(CGROUP_ROOT, CGROUP2_SUPER_MAGIC))
		return 0;
	if (is_bare())
		return err_set(e, ENOTSUP, "nothing is mounted on "
			       CGROUP_ROOT);
	if (is_mounted(CGROUP_ROOT "/unified", CGROUP2_SUPER_MAGIC))
		return err_set(e, ENOTSUP, "this host mounts cgroup v1 and v2 "
			       "side by side on " CGROUP_ROOT ", and limits "
			       "need v2 alone");
	return err_set(e, ENOTSUP, "this host mounts cgroup v1 on "
		       CGROUP_ROOT ", and limits need v2");
}

const char *cgroup_version_fix(void)
{
	return is_bare() ? CGROUP_FIX_MOUNT : CGROUP_FIX_VERSION;
}

int cgroup_own_path(char **ret, struct err *e)
{
	auto_free char *text = NULL;
	const char *line;

	TRY(file_read(AT_FDCWD, "/proc/self/cgroup", 65536, &text, NULL, e));
	line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!line)
		return err_set(e, ENOTSUP, "this process is in no cgroup v2");
	line = strchr(line, '/');
	if (!line || skip_prefix(line, "/.."))
		return err_set(e, EACCES, "our cgroup is outside of what is "
			       "mounted on " CGROUP_ROOT);
	*ret = xasprintf(CGROUP_ROOT "%.*s", (int)strcspn(line, "\n"), line);
	if (has_suffix(*ret, "/"))
		(*ret)[strlen(*ret) - 1] = '\0';
	return 0;
}

/* ---- is it ours? ---- */

/* systemd says so of the groups that it keeps its hands off. */
static bool is_marked(const char *path)
{
	char value[8];

	return getxattr(path, "user.delegate", value, sizeof(value)) == 1 &&
	       *value == '1';
}

static bool is_user_manager(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && skip_prefix(name, "/user@") &&
	       has_suffix(name, ".service");
}

/*
 * All below the user's service manager may be written to, but only what it
 * has delegated is not its own to arrange.  A system manager marks what it
 * delegates, one of a user cannot everywhere (trusted.delegate comes first):
 * then it is asked, once, as a group that was divided before was ours.
 */
static int refuse_managers(const char *own, bool divided, struct err *e)
{
	auto_free char *path = xstrdup(own);

	while (strlen(path) > strlen(CGROUP_ROOT)) {
		if (is_user_manager(path))
			return divided ? 0 : cgroup_unit_is_delegated(own, e);
		if (is_marked(path))
			return 0;
		*strrchr(path, '/') = '\0';
	}
	if (geteuid() == 0 && access("/run/systemd/system", F_OK) == 0)
		return err_set(e, EACCES, "the system's service manager has "
			       "not delegated %s", own);
	return 0;
}

static bool may_write(const char *path, const char *file)
{
	auto_free char *full = xasprintf("%s%s", path, file);

	return access(full, W_OK) == 0;
}

int cgroup_delegation(char **ret, struct err *e)
{
	auto_free char *path = NULL;
	bool divided;

	TRY(cgroup_check_version(e));
	TRY(cgroup_own_path(&path, e));
	divided = has_suffix(path, "/" HOST_LEAF);
	if (divided)
		*strrchr(path, '/') = '\0';
	if (!may_write(path, "") || !may_write(path, "/cgroup.procs") ||
	    !may_write(path, "/cgroup.subtree_control"))
		return err_set(e, EACCES, "the cgroup %s is not this user's",
			       path);
	TRY(refuse_managers(path, divided, e));
	*ret = steal_ptr(path);
	return 0;
}

/* ---- dividing ---- */

static int make_folder(int dirfd, const char *path, struct err *e)
{
	if (mkdirat(dirfd, path, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "make the cgroup %s", path);
	return 0;
}

/* A group with processes of its own cannot have controlled children. */
static int divide(int fd, struct err *e)
{
	auto_close int leaf = -1;

	if (cgroup_enable_all(fd, e) == 0)
		return 0;
	TRY(make_folder(fd, HOST_LEAF, e));
	leaf = openat(fd, HOST_LEAF, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (leaf < 0)
		return err_sys(e, "open the cgroup " HOST_LEAF);
	for (int i = 0; i < 8; i++) {
		TRY(cgroup_move_all(fd, leaf, e));
		if (cgroup_enable_all(fd, e) == 0)
			return 0;
		if (e->code != EBUSY)
			break;
	}
	return -e->code;
}

/* --cgroup-parent, below the delegation or from the root; made if missing. */
static int open_parent(const char *root, const char *parent, char **ret,
		       struct err *e)
{
	auto_free char *path = NULL;
	char *slash;

	path = *parent == '/' ? xasprintf(CGROUP_ROOT "%s", parent) :
				xasprintf("%s/%s", root, parent);
	/* each one on the way passes the controllers on */
	slash = skip_prefix(path, root) ? path + strlen(root) :
					  strrchr(path, '/');
	while (slash) {
		auto_close int fd = -1;

		*slash = '\0';
		TRY(make_folder(AT_FDCWD, path, e));
		TRY(fd = cgroup_open(path, e));
		TRY(divide(fd, e));
		*slash++ = '/';
		slash = strchr(slash, '/');
	}
	TRY(make_folder(AT_FDCWD, path, e));
	*ret = steal_ptr(path);
	return 0;
}

static int make(const struct cgroup_wish *w, char **ret_path, struct err *e)
{
	auto_free char *root = NULL, *parent = NULL, *path = NULL;
	auto_close int fd = -1;

	if (w->parent && has_suffix(w->parent, ".slice"))
		return err_set(e, EINVAL, "%s is the service manager's",
			       w->parent);
	TRY(cgroup_delegation(&root, e));
	if (w->parent)
		TRY(open_parent(root, w->parent, &parent, e));
	else
		parent = steal_ptr(root);
	TRY(fd = cgroup_open(parent, e));
	TRY(divide(fd, e));
	path = xasprintf("%s/rl-%s", parent, w->id);
	TRY(make_folder(AT_FDCWD, path, e));
	*ret_path = steal_ptr(path);
	return 0;
}

const struct cgroup_ops cgroup_delegated = {
	.name = "delegated", .make = make,
};
