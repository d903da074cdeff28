/* copy_find.c - the files that COPY's names and patterns mean. */
#include "fs/build/copy_parts.h"

#include "core/base/file.h"
#include "core/rootpath.h"

#include <dirent.h>

void copy_sources_release(struct copy_sources *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
	*l = (struct copy_sources){ 0 };
}

char *copy_join(const char *folder, const char *name)
{
	return *folder ? xasprintf("%s/%s", folder, name) : xstrdup(name);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int copy_names(int fd, struct strv *ret, struct err *e)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *ent;

	if (!d)
		return err_sys(e, "read a folder of the context");
	while ((ent = readdir(d)))
		if (!streq(ent->d_name, ".") && !streq(ent->d_name, ".."))
			strv_add(ret, ent->d_name);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_text);
	return 0;
}

int copy_each(int fd, const struct copy_place *p,
	      int (*fn)(void *arg, int dir, const char *name,
			const struct copy_place *p, struct err *e),
	      void *arg, struct err *e)
{
	auto_strv struct strv names = { 0 };

	if (p->depth > COPY_DEPTH_MAX)
		return err_set(e, ELOOP, "%s: folders are nested too deep",
			       p->path);
	TRY(copy_names(fd, &names, e));
	for (size_t i = 0; i < names.n; i++) {
		auto_free char *path = copy_join(p->path, names.v[i]);
		auto_free char *below = copy_join(p->below, names.v[i]);
		struct copy_place at = { path, below, p->depth + 1 };

		TRY(fn(arg, fd, names.v[i], &at, e));
	}
	return 0;
}

/* ---- what is left out ---- */

static enum copy_wanted by(const struct ignore *g, const char *path)
{
	if (!g || g->n == 0 || !*path || !ignore_match(g, path))
		return COPY_YES;
	return ignore_may_return(g, path) ? COPY_BELOW : COPY_NO;
}

enum copy_wanted copy_wanted(const struct build_copy *c,
			     const struct copy_place *p)
{
	enum copy_wanted a = by(c->ignore, p->path);
	enum copy_wanted b = by(&c->exclude, p->below);

	return a < b ? a : b;
}

/* ---- patterns ---- */

struct search {
	const struct build_copy *c;
	int source;
	const struct strv *parts;
	size_t pivot; /* so many of them are not kept */
	struct copy_sources *ret;
};

static void add(struct search *s, const char *path, size_t keep)
{
	struct copy_sources *l = s->ret;

	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = (struct copy_source){ xstrdup(path), keep };
}

static int match(struct search *s, const char *path, size_t i, size_t keep,
		 struct err *e);

static int match_names(struct search *s, const char *path, size_t i,
		       size_t keep, struct err *e)
{
	auto_strv struct strv names = { 0 };
	auto_close int fd = root_open(s->source, *path ? path : ".",
				      O_RDONLY | O_DIRECTORY, e);

	if (fd < 0)
		return 0; /* no folder: nothing in it fits */
	TRY(copy_names(fd, &names, e));
	for (size_t k = 0; k < names.n; k++) {
		auto_free char *p = copy_join(path, names.v[k]);
		struct copy_place at = { p, names.v[k], 0 };
		int r = glob_match(s->parts->v[i], names.v[k]);

		if (r < 0)
			return err_set(e, EINVAL, "syntax error in the "
				       "pattern '%s'", s->parts->v[i]);
		if (r && (i + 1 < s->parts->n ||
			  copy_wanted(s->c, &at) != COPY_NO))
			TRY(match(s, p, i + 1, keep, e));
	}
	return 0;
}

/* Behind a pattern a name that is not there, or left out, fits nothing. */
static bool fits(const struct search *s, const char *path, size_t i)
{
	struct copy_place at = { path, path, 0 };
	struct err ignored;
	auto_close int fd = -1;
	size_t k = 0;

	while (k < i && !glob_has_wildcard(s->parts->v[k]))
		k++;
	if (k == i)
		return true;
	fd = root_open(s->source, path, O_PATH, &ignored);
	return fd >= 0 && (i + 1 < s->parts->n ||
			   copy_wanted(s->c, &at) != COPY_NO);
}

/* What fits the parts from `i` on, below `path`. */
static int match(struct search *s, const char *path, size_t i, size_t keep,
		 struct err *e)
{
	auto_free char *next = NULL;

	if (i == s->pivot)
		keep = strlen(path) + !!*path;
	if (i == s->parts->n) {
		add(s, path, keep);
		return 0;
	}
	if (glob_has_wildcard(s->parts->v[i]))
		return match_names(s, path, i, keep, e);
	next = copy_join(path, s->parts->v[i]);
	return fits(s, next, i) ? match(s, next, i + 1, keep, e) : 0;
}

/*
 * "./a//b/../c" as parts: lexically clean, never above the root.  "/./" in
 * the middle is where --parents begins.
 */
static size_t split(const char *path, struct strv *ret)
{
	auto_strv struct strv parts = { 0 };
	size_t pivot = 0;

	strv_split(&parts, path, '/');
	for (size_t i = 0; i < parts.n; i++) {
		if (streq(parts.v[i], "..") && ret->n)
			strv_remove(ret, ret->n - 1);
		else if (streq(parts.v[i], ".") && ret->n && !pivot)
			pivot = ret->n;
		else if (*parts.v[i] && !streq(parts.v[i], ".") &&
			 !streq(parts.v[i], ".."))
			strv_add(ret, parts.v[i]);
	}
	return pivot;
}

static int check(const struct build_copy *c, int source, const char *path,
		 struct err *e)
{
	struct copy_place at = { path, "", 0 };
	struct err ignored;
	auto_close int fd = root_open(source, *path ? path : ".", O_PATH,
				      &ignored);

	if (fd < 0)
		return err_set(e, ENOENT, "\"/%s\": not found", path);
	if (copy_wanted(c, &at) == COPY_NO)
		return err_set(e, ENOENT, "\"/%s\": not found: the ignore "
			       "file leaves it out", path);
	return 0;
}

static int find_one(const struct build_copy *c, int source, const char *text,
		    struct copy_sources *ret, struct err *e)
{
	auto_strv struct strv parts = { 0 };
	struct search s = { c, source, &parts, 0, ret };
	size_t n = ret->n;

	s.pivot = split(text, &parts);
	TRY(match(&s, "", 0, 0, e));
	for (size_t i = n; i < ret->n; i++)
		TRY(check(c, source, ret->v[i].path, e));
	return 0;
}

int copy_find(const struct build_copy *c, int source,
	      struct copy_sources *ret, struct err *e)
{
	for (size_t i = 0; i < c->copy->sources.n; i++)
		if (!strstr(c->copy->sources.v[i], "://"))
			TRY(find_one(c, source, c->copy->sources.v[i], ret,
				     e));
	return 0;
}
