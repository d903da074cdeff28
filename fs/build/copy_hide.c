/* copy_hide.c - whiteouts for what is ignored. */
#include "fs/build/copy_hide.h"

#include "core/base/file.h"
#include "fs/build/copy_parts.h"

#include <sys/sysmacros.h>

struct hide {
	struct build_copy c; /* the patterns, for copy_wanted() */
	int source, out;
	bool any;
};

/* Folders on the way; their modes are those that overlayfs shows. */
static int make_parents(struct hide *h, const char *path, struct err *e)
{
	auto_free char *part = xstrdup(path);
	struct stat st;

	for (char *slash = part; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdirat(h->out, part, 0700) == 0) {
			if (fstatat(h->source, part, &st,
				    AT_SYMLINK_NOFOLLOW) < 0 ||
			    fchmodat(h->out, part, st.st_mode & 07777, 0) < 0)
				return err_sys(e, "create %s", part);
		} else if (errno != EEXIST) {
			return err_sys(e, "create %s", part);
		}
		*slash = '/';
	}
	return 0;
}

/* Since Linux 5.8 anyone may make this device, which is none. */
static int put_whiteout(struct hide *h, const char *path, struct err *e)
{
	TRY(make_parents(h, path, e));
	h->any = true;
	return mknodat(h->out, path, S_IFCHR, makedev(0, 0)) < 0 ?
		       err_sys(e, "hide %s", path) : 0;
}

static int visit(void *arg, int dir, const char *name,
		 const struct copy_place *p, struct err *e)
{
	struct hide *h = arg;
	auto_close int fd = -1;
	struct stat st;

	if (copy_wanted(&h->c, p) == COPY_NO)
		return put_whiteout(h, p->path, e);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "look at %s", p->path);
	if (!S_ISDIR(st.st_mode))
		return copy_wanted(&h->c, p) == COPY_YES ? 0 :
		       put_whiteout(h, p->path, e);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "read %s", p->path);
	return copy_each(fd, p, visit, h, e);
}

int copy_hide(const struct ignore *g, int source, int out, bool *ret,
	      struct err *e)
{
	struct hide h = { .c.ignore = g, .source = source, .out = out };
	const struct copy_place top = { "", "", 0 };
	struct stat st;

	if (fstat(source, &st) < 0 || fchmod(out, st.st_mode & 07777) < 0)
		return err_sys(e, "begin to hide what is ignored");
	TRY(copy_each(source, &top, visit, &h, e));
	*ret = h.any;
	return 0;
}
