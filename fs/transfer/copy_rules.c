/* copy_rules.c - operands, folders and names of a copy. */
#include "fs/transfer/copy_rules.h"

#include "core/mount.h"

void copy_split(const char *operand, char **ret_container, char **ret_path)
{
	const char *colon = strchr(operand, ':');

	*ret_container = NULL;
	/* "./a:b" and "/a:b" are files */
	if (*operand != '/' && *operand != '.' && colon) {
		*ret_container = xstrndup(operand, colon - operand);
		operand = colon + 1;
	}
	*ret_path = xstrdup(operand);
}

/* Is the last component, slashes behind it or not, a "."? */
static bool ends_in_dot(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return n && path[n - 1] == '.' && (n == 1 || path[n - 2] == '/');
}

char *copy_absolute(const char *cwd, const char *path)
{
	auto_free char *whole = *path == '/' ? xstrdup(path) :
				xasprintf("%s/%s", cwd, path);
	auto_free char *clean = mount_clean_path(whole);
	bool root = streq(clean, "/");

	if (ends_in_dot(path))
		return xasprintf("%s/.", root ? "" : clean);
	return xasprintf("%s%s", clean, !root && has_suffix(path, "/") ? "/" :
									 "");
}

bool copy_wants_folder(const char *path)
{
	return has_suffix(path, "/") || ends_in_dot(path);
}

char *copy_folder(const char *path)
{
	auto_free char *clean = mount_clean_path(path);
	char *slash = strrchr(clean, '/');

	if (ends_in_dot(path))
		return steal_ptr(clean);
	slash[slash == clean] = '\0';
	return steal_ptr(clean);
}

char *copy_name(const char *path)
{
	auto_free char *clean = mount_clean_path(path);

	if (ends_in_dot(path) || streq(clean, "/"))
		return xstrdup(".");
	return xstrdup(strrchr(clean, '/') + 1);
}

char *copy_link_path(const char *path, const char *target)
{
	auto_free char *folder = copy_folder(path);

	return *target == '/' ? xstrdup(target) :
	       xasprintf("%s/%s", streq(folder, "/") ? "" : folder, target);
}

/* docker's PrepareArchiveCopy. */
int copy_decide(const char *name, bool is_dir, const struct copy_target *to,
		char **ret_folder, char **ret_as, struct err *e)
{
	if (to->exists && to->is_dir) {
		*ret_folder = xstrdup(to->path);
		*ret_as = xstrdup(name);
		return 0;
	}
	if (to->exists && is_dir)
		return err_set(e, ENOTDIR, "cannot copy directory");
	if (!to->exists && !is_dir && copy_wants_folder(to->path))
		return err_set(e, ENOENT, "no such directory");
	*ret_folder = copy_folder(to->path);
	*ret_as = copy_name(to->path);
	return 0;
}
