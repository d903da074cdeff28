/* same_xattrs.c - extended attributes compared. */
#include "fs/same_xattrs.h"

#include "core/base/base.h"

#include <fcntl.h>
#include <sys/xattr.h>

#define LIST_MAX 65536 /* the kernel's limits, xattr(7) */

static bool counts(const char *name)
{
	return streq(name, "security.capability") ||
	       (skip_prefix(name, "user.") &&
		!skip_prefix(name, "user.overlay.") &&
		!skip_prefix(name, "user.fuseoverlayfs."));
}

static bool same_value(int a, int b, const char *name)
{
	auto_free char *x = xmalloc(LIST_MAX), *y = xmalloc(LIST_MAX);
	ssize_t n = fgetxattr(a, name, x, LIST_MAX);

	return fgetxattr(b, name, y, LIST_MAX) == n &&
	       (n <= 0 || memcmp(x, y, n) == 0);
}

/* All that `a` has; *ret_n: how many. */
static bool has_all(int a, int b, size_t *ret_n)
{
	auto_free char *names = xmalloc(LIST_MAX);
	ssize_t n = flistxattr(a, names, LIST_MAX);

	*ret_n = 0;
	for (ssize_t i = 0; i < n; i += strlen(names + i) + 1) {
		if (!counts(names + i))
			continue;
		++*ret_n;
		if (!same_value(a, b, names + i))
			return false;
	}
	return true;
}

bool same_xattrs(int dir_a, int dir_b, const char *name)
{
	int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
	auto_close int a = openat(dir_a, name, flags);
	auto_close int b = a < 0 ? -1 : openat(dir_b, name, flags);
	size_t n, m;

	if (b < 0)
		return true;
	return has_all(a, b, &n) && has_all(b, a, &m) && n == m;
}
