/* volume_name.c - which names a volume may have. */
#include "core/volume_name.h"

#include "core/base/str.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

int volume_name_check(const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n < 2 || n > VOLUME_NAME_MAX)
		return err_set(e, EINVAL, "volume name '%.40s' is too %s, names "
			       "have 2 to %d characters", name,
			       n < 2 ? "short" : "long", VOLUME_NAME_MAX);
	if (strchr("_.-", *name) || strspn(name, ALNUM "_.-") != n)
		return err_set(e, EINVAL, "\"%.80s\" includes invalid "
			       "characters for a local volume name, only "
			       "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If "
			       "you intended to pass a host directory, use "
			       "absolute path", name);
	return 0;
}

int volume_subpath_check(const char *path, struct err *e)
{
	auto_strv struct strv names = { 0 };

	strv_split(&names, path, '/');
	if (*path == '/' || !*path || strv_has(&names, ".."))
		return err_set(e, EINVAL, "the subpath '%s' must be a "
			       "relative path within the volume", path);
	return 0;
}
