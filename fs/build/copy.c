/* copy.c - COPY's and ADD's sources, each to its place. */
#include "fs/build/copy_parts.h"

#include "core/base/file.h"
#include "core/rootpath.h"

#include <limits.h>

#define LINKS_MAX 40

void build_copy_release(struct build_copy *c)
{
	for (size_t i = 0; i < c->n_fetched; i++) {
		close(c->fetched[i].fd);
		free(c->fetched[i].name);
	}
	free(c->fetched);
	free(c->dest);
	ignore_release(&c->exclude);
	*c = (struct build_copy){ 0 };
}

/* One folder that is not there, in one that is. */
static int make_folder(const struct build_copy *c, int root, const char *path,
		       struct err *e)
{
	struct build_copy as = { .owned = c->owned, .uid = c->uid,
				 .gid = c->gid, .note_owner = c->note_owner };
	auto_close int made = root_make(root, path, false, e), fd = -1;
	struct stat st;

	TRY(made);
	if (!c->owned)
		return 0;
	fd = openat(made, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open %s", path);
	return copy_finish(&as, -1, fd, &st, e);
}

/* Each of those that are made has the owner, as docker does it. */
int copy_open_folder(const struct build_copy *c, int root, const char *path,
		     struct err *e)
{
	int fd = root_open(root, path, O_RDONLY | O_DIRECTORY, e);
	auto_free char *part = xstrdup(path);
	struct err ignored;

	if (fd != -ENOENT)
		return fd;
	for (char *end = part; end;) {
		int there;

		end = strchr(end + 1, '/');
		if (end)
			*end = '\0';
		there = root_open(root, part, O_PATH, &ignored);
		if (there >= 0)
			close(there);
		else
			TRY(make_folder(c, root, part, e));
		if (end)
			*end = '/';
	}
	return root_open(root, path, O_RDONLY | O_DIRECTORY, e);
}

static bool is_folder(int root, const char *path)
{
	struct err ignored;
	auto_close int fd = root_open(root, path, O_PATH | O_DIRECTORY,
				      &ignored);

	return fd >= 0;
}

/* What the link at `path` says; false: there is none. */
static bool read_link(int root, const char *path, char to[static PATH_MAX])
{
	struct err ignored;
	auto_close int fd = root_open(root, path, O_PATH | O_NOFOLLOW,
				      &ignored);
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", to, PATH_MAX - 1);

	to[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* A destination that is a link is what that leads to, there or not. */
static char *follow(int root, const char *path)
{
	char *now = xstrdup(path), to[PATH_MAX];

	for (int i = 0; i < LINKS_MAX && read_link(root, now, to); i++) {
		char *before = now;

		now = *to == '/' ? xstrdup(to) :
			xasprintf("%.*s/%s", (int)(strrchr(now, '/') - now),
				  now, to);
		free(before);
	}
	return now;
}

/* Where a file called `name` goes: a folder, and *ret_name, a name in it. */
static char *place_of(const struct build_copy *c, int root, const char *name,
		      char **ret_name)
{
	auto_free char *whole = NULL;
	char *base;

	if (c->into || is_folder(root, c->dest)) {
		*ret_name = xstrdup(name);
		return xstrdup(c->dest);
	}
	whole = follow(root, c->dest);
	base = strrchr(whole, '/') + 1;
	*ret_name = xstrdup(base);
	*base = '\0';
	return steal_ptr(whole);
}

/* ---- one source ---- */

static int put_file(const struct build_copy *c, int in, const char *name,
		    const struct stat *st, int root, struct err *e)
{
	auto_free char *as = NULL;
	auto_free char *folder = place_of(c, root, name, &as);
	auto_close int out = copy_open_folder(c, root, folder, e);

	return out < 0 ? out : copy_file(c, in, st, out, as, e);
}

static int put(const struct build_copy *c, int source,
	       const struct copy_source *s, int root, struct err *e)
{
	const char *slash = strrchr(s->path, '/');
	struct copy_place p = { s->path, "", 0 };
	auto_close int in = root_open(source, *s->path ? s->path : ".",
				      O_RDONLY | O_NONBLOCK, e), out = -1;
	struct stat st;
	int r;

	if (in < 0)
		return in;
	if (fstat(in, &st) < 0)
		return err_sys(e, "look at %s", s->path);
	if (S_ISDIR(st.st_mode)) {
		out = copy_open_folder(c, root, c->dest, e);
		return out < 0 ? out : copy_tree(c, in, &p, out, e);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "/%s is no file and no folder",
			       s->path);
	r = c->unpack ? copy_unpack(c, in, root, c->dest, e) : 0;
	if (r != 0)
		return r < 0 ? r : 0;
	return put_file(c, in, slash ? slash + 1 : s->path, &st, root, e);
}

/* --parents: the folders that it is in come along, as they are. */
static int put_parents(const struct build_copy *c, int source,
		       const struct copy_source *s, int root, struct err *e)
{
	auto_close int to = copy_open_folder(c, root, c->dest, e);
	auto_free char *path = xstrdup(s->path);
	auto_close int dir = root_open(source, ".", O_RDONLY | O_DIRECTORY, e);
	struct copy_place p = { s->path, "", 0 };
	char *name = path, *slash;

	if (to < 0 || dir < 0)
		return -e->code;
	for (; (slash = strchr(name, '/')); name = slash + 1) {
		bool kept = (size_t)(name - path) >= s->keep;
		struct stat st;

		*slash = '\0';
		close(dir);
		dir = root_open(source, path, O_RDONLY | O_DIRECTORY, e);
		TRY(dir);
		if (kept) {
			int in;

			if ((mkdirat(to, name, 0755) < 0 && errno != EEXIST) ||
			    fstat(dir, &st) < 0)
				return err_sys(e, "create the folder %s",
					       path);
			in = openat(to, name, O_RDONLY | O_DIRECTORY |
				    O_NOFOLLOW | O_CLOEXEC);
			if (in < 0)
				return err_sys(e, "open the folder %s", path);
			close(to);
			to = in;
			TRY(copy_finish(c, dir, to, &st, e));
		}
		*slash = '/';
	}
	return *name ? copy_entry(c, dir, name, &p, to, name, e) :
		       copy_tree(c, dir, &p, to, e);
}

static int put_text(const struct build_copy *c, const struct df_heredoc *h,
		    int root, struct err *e)
{
	auto_free char *name = NULL;
	auto_free char *folder = place_of(c, root, h->name, &name);
	auto_close int fd = copy_open_folder(c, root, folder, e), out = -1;
	struct stat st;

	if (fd < 0)
		return fd;
	if (unlinkat(fd, name, 0) < 0 && errno == EISDIR)
		return err_set(e, EISDIR, "%s is a folder there", name);
	out = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out < 0 || fd_write_all(out, h->text, strlen(h->text)) < 0 ||
	    fchmod(out, 0644) < 0 || fstat(out, &st) < 0)
		return err_sys(e, "write %s", name);
	st.st_uid = st.st_gid = 0;
	return copy_finish(c, -1, out, &st, e);
}

static int put_fetched(const struct build_copy *c,
		       const struct build_fetched *f, int root, struct err *e)
{
	/* docker's mode of what came from a URL; its time is not known */
	struct stat st = { .st_mode = S_IFREG | 0600 };
	int r = c->unpack_fetched ? copy_unpack(c, f->fd, root, c->dest, e) :
				    0;

	if (r != 0)
		return r < 0 ? r : 0;
	return put_file(c, f->fd, f->name, &st, root, e);
}

int build_copy_run(const struct build_copy *c, int source, int root,
		   struct err *e)
{
	auto_copy_sources struct copy_sources found = { 0 };

	TRY(copy_find(c, source, &found, e));
	if (found.n + c->n_fetched + c->copy->inlined.n > 1 && !c->into &&
	    !c->copy->parents)
		return err_set(e, EINVAL, "several sources: the destination "
			       "is to be a folder and end in '/'");
	for (size_t i = 0; i < found.n; i++)
		TRY((c->copy->parents ? put_parents : put)(
			c, source, &found.v[i], root, e));
	for (size_t i = 0; i < c->copy->inlined.n; i++)
		TRY(put_text(c, &c->copy->inlined.v[i], root, e));
	for (size_t i = 0; i < c->n_fetched; i++)
		TRY(put_fetched(c, &c->fetched[i], root, e));
	return 0;
}

int build_copy_folder(const struct build_copy *c, int root, struct err *e)
{
	int fd = copy_open_folder(c, root, c->dest, e);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
