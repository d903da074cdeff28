/* copy_list.c - what COPY would copy, hashed: the cache's key. */
#include "fs/build/copy_parts.h"

#include "core/base/file.h"
#include "core/rootpath.h"

#include <sys/xattr.h>

struct list {
	const struct build_copy *c;
	struct digest *d;
};

static void add_text(struct digest *d, const char *text)
{
	/* with its end, so that no two texts run into one */
	digest_add(d, text, strlen(text) + 1);
}

static void add_line(struct list *l, const char *path, const struct stat *st,
		     const char *what)
{
	auto_free char *mode = xasprintf("%o %u:%u", st->st_mode,
					 l->c->keep_owner ? st->st_uid : 0,
					 l->c->keep_owner ? st->st_gid : 0);

	add_text(l->d, path);
	add_text(l->d, mode);
	add_text(l->d, what);
}

/* What copy_tree.c takes along. */
static void add_xattrs(struct list *l, int fd)
{
	char names[4096], value[4096];
	ssize_t n = flistxattr(fd, names, sizeof(names));

	for (const char *p = names; n > 0 && p < names + n;
	     p += strlen(p) + 1) {
		ssize_t k = copy_takes_xattr(p) ?
			fgetxattr(fd, p, value, sizeof(value)) : -1;

		if (k < 0)
			continue;
		add_text(l->d, p);
		digest_add(l->d, value, k);
	}
}

/* Where there is one id, others' are noted: "UID:GID:MODE". */
static void add_noted_owner(struct list *l, int fd)
{
	char text[64];
	ssize_t n = l->c->keep_owner ? fgetxattr(fd, COPY_OVERRIDE, text,
						 sizeof(text) - 1) : -1;
	char *mode;

	text[n > 0 ? n : 0] = '\0';
	mode = strrchr(text, ':');
	if (mode)
		*mode = '\0';
	add_text(l->d, text);
}

static int list_entry(void *arg, int dir, const char *name,
		      const struct copy_place *p, struct err *e);

static int list_open(struct list *l, int fd, const struct copy_place *p,
		     bool itself, struct err *e)
{
	char digest[DIGEST_MAX] = "";
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at %s", p->path);
	if (S_ISREG(st.st_mode))
		TRY(digest_fd(fd, digest, e));
	if (itself) {
		add_line(l, p->path, &st, digest);
		add_xattrs(l, fd);
		add_noted_owner(l, fd);
	}
	return S_ISDIR(st.st_mode) ? copy_each(fd, p, list_entry, l, e) : 0;
}

static int list_link(struct list *l, int dir, const char *name,
		     const struct copy_place *p, const struct stat *st,
		     struct err *e)
{
	char target[4096] = "";

	if (S_ISLNK(st->st_mode) &&
	    readlinkat(dir, name, target, sizeof(target) - 1) < 0)
		return err_sys(e, "read %s", p->path);
	add_line(l, p->path, st, target);
	return 0;
}

static int list_entry(void *arg, int dir, const char *name,
		      const struct copy_place *p, struct err *e)
{
	struct list *l = arg;
	enum copy_wanted wanted = copy_wanted(l->c, p);
	auto_close int fd = -1;
	struct stat st;

	if (wanted == COPY_NO)
		return 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "look at %s", p->path);
	if (wanted == COPY_BELOW && !S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return list_link(l, dir, name, p, &st, e);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "read %s", p->path);
	return list_open(l, fd, p, wanted == COPY_YES, e);
}

static int list_fetched(const struct build_copy *c, struct digest *d,
			struct err *e)
{
	char digest[DIGEST_MAX];

	for (size_t i = 0; i < c->n_fetched; i++) {
		TRY(digest_fd(c->fetched[i].fd, digest, e));
		add_text(d, c->fetched[i].name);
		add_text(d, digest);
	}
	return 0;
}

int build_copy_list(const struct build_copy *c, int source, struct digest *d,
		    struct err *e)
{
	auto_copy_sources struct copy_sources found = { 0 };
	struct list l = { c, d };

	TRY(copy_find(c, source, &found, e));
	for (size_t i = 0; i < found.n; i++) {
		const char *path = found.v[i].path;
		auto_close int fd = root_open(source, *path ? path : ".",
					      O_RDONLY | O_NONBLOCK, e);
		struct copy_place p = { path, "", 0 };

		if (fd < 0)
			return fd;
		TRY(list_open(&l, fd, &p, true, e));
	}
	for (size_t i = 0; i < c->copy->inlined.n; i++) {
		add_text(d, c->copy->inlined.v[i].name);
		add_text(d, c->copy->inlined.v[i].text);
	}
	return list_fetched(c, d, e);
}
