/* changes.c - an upper folder and its layers, walked side by side. */
#include "fs/changes.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "fs/same_xattrs.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define MARK ".wh."
#define OPAQUE_MARK ".wh..wh..opq"
#define LAYERS_MAX 512

/*
 * Theory of operation: folders wait in a stack of paths, so depth costs no
 * stack of ours.  With each goes which layers show through there: those that
 * have the folder too, down to the first that hides what is below it.
 */
struct folder {
	char *path;          /* "", "/etc" */
	bool whole;          /* upper hides the layers here */
	unsigned short *in;  /* layers that show, the uppermost first */
	size_t n_in;
};

struct walk {
	const struct changes_source *src;
	struct folder *stack;
	size_t n, cap;
	struct change_list *found;
};

/* The folder that is walked now. */
struct here {
	struct folder f;
	int upper;
	int *layers;         /* fds of f.in */
	struct strv names;   /* in upper, marks left out, */
	struct strv deleted; /* and what the marks name */
	bool opaque;
};

/* ---- marks ---- */

bool change_is_mark(const char *name)
{
	return skip_prefix(name, MARK);
}

static bool xattr_yes(int fd, const char *name)
{
	char v;

	return fgetxattr(fd, name, &v, 1) == 1 && v == 'y';
}

bool change_is_opaque(int fd)
{
	return xattr_yes(fd, "user.overlay.opaque") ||
	       xattr_yes(fd, "user.fuseoverlayfs.opaque");
}

static bool has_whiteout_xattr(int dir, const char *name)
{
	auto_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW |
				   O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 &&
	       fgetxattr(fd, "user.overlay.whiteout", NULL, 0) >= 0;
}

bool change_is_whiteout(int dir, const char *name, const struct stat *st)
{
	if (S_ISCHR(st->st_mode))
		return st->st_rdev == makedev(0, 0);
	return S_ISREG(st->st_mode) && st->st_size == 0 &&
	       has_whiteout_xattr(dir, name);
}

/* ---- the layers ---- */

static int open_below(int root, const char *path)
{
	return root_open_plain(root, *path ? path + 1 : ".",
			       O_RDONLY | O_DIRECTORY);
}

static int stat_at(int dir, const char *name, struct stat *ret)
{
	return fstatat(dir, name, ret, AT_SYMLINK_NOFOLLOW);
}

/* What the layers together have under this name.  False: nothing. */
static bool lower_stat(const struct here *h, const char *name, size_t *ret_i,
		       struct stat *ret)
{
	for (size_t i = 0; i < h->f.n_in; i++) {
		if (stat_at(h->layers[i], name, ret) < 0)
			continue;
		*ret_i = i;
		return !change_is_whiteout(h->layers[i], name, ret);
	}
	return false;
}

static bool opaque_at(int dir, const char *name)
{
	auto_close int fd = openat(dir, name, O_RDONLY | O_DIRECTORY |
				   O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && change_is_opaque(fd);
}

/* The layers that show through in a folder: from i on. */
static void shown_in(const struct here *h, size_t i, const char *name,
		     struct folder *f)
{
	struct stat st;

	f->in = xcalloc(h->f.n_in, sizeof(*f->in));
	for (; i < h->f.n_in; i++) {
		if (stat_at(h->layers[i], name, &st) < 0)
			continue;
		if (!S_ISDIR(st.st_mode))
			return;
		f->in[f->n_in++] = h->f.in[i];
		if (opaque_at(h->layers[i], name))
			return;
	}
}

/* ---- the lists ---- */

static void add(struct walk *w, enum change_kind kind, const char *folder,
		const char *name)
{
	struct change_list *l = w->found;

	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = (struct change){
		kind, xasprintf("%s/%s", folder, name),
	};
}

static void push(struct walk *w, struct folder f)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->stack = xrealloc(w->stack, w->cap, sizeof(*w->stack));
	}
	w->stack[w->n++] = f;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_names(struct strv *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_text);
}

static bool sorted_has(const struct strv *l, const char *name)
{
	return l->n && bsearch(&name, l->v, l->n, sizeof(*l->v), by_text);
}

/* ---- one folder ---- */

/* Names are sorted into files and marks. */
static int read_names(struct here *h, struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = fcntl(h->upper, F_DUPFD_CLOEXEC, 0);
	struct dirent *ent;

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return err_sys(e, "read the folder %s", h->f.path);
	while ((ent = readdir(d))) {
		struct stat st;

		if (streq(ent->d_name, ".") || streq(ent->d_name, ".."))
			continue;
		if (streq(ent->d_name, OPAQUE_MARK))
			h->opaque = true;
		else if (change_is_mark(ent->d_name))
			strv_add(&h->deleted, ent->d_name + strlen(MARK));
		else if (stat_at(h->upper, ent->d_name, &st) < 0)
			continue; /* gone since */
		else if (change_is_whiteout(h->upper, ent->d_name, &st))
			strv_add(&h->deleted, ent->d_name);
		else
			strv_add(&h->names, ent->d_name);
	}
	sort_names(&h->names);
	sort_names(&h->deleted);
	return 0;
}

/* docker's: a time without a fraction may have lost it. */
static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec &&
	       (a->tv_nsec == b->tv_nsec || !a->tv_nsec || !b->tv_nsec);
}

static bool same(const struct stat *a, const struct stat *b)
{
	if (a->st_mode != b->st_mode || a->st_uid != b->st_uid ||
	    a->st_gid != b->st_gid || a->st_rdev != b->st_rdev)
		return false;
	return S_ISDIR(a->st_mode) ||
	       (a->st_size == b->st_size && same_time(&a->st_mtim,
						      &b->st_mtim));
}

static void visit(struct walk *w, const struct here *h, const char *name)
{
	struct folder f = { .whole = h->f.whole || h->opaque };
	struct stat now, before;
	size_t i = 0;
	bool old;

	if (stat_at(h->upper, name, &now) < 0)
		return; /* gone since */
	old = lower_stat(h, name, &i, &before);
	if (!old)
		add(w, CHANGE_ADD, h->f.path, name);
	else if (!same(&now, &before) ||
		 ((S_ISREG(now.st_mode) || S_ISDIR(now.st_mode)) &&
		  !same_xattrs(h->upper, h->layers[i], name)))
		add(w, CHANGE_MODIFY, h->f.path, name);
	if (!S_ISDIR(now.st_mode))
		return;
	f.path = xasprintf("%s/%s", h->f.path, name);
	if (old && S_ISDIR(before.st_mode))
		shown_in(h, i, name, &f);
	push(w, f);
}

/* Nothing shows through: what upper does not have is gone. */
static void hidden_names(struct walk *w, const struct here *h)
{
	auto_strv struct strv all = { 0 };

	for (size_t i = 0; i < h->f.n_in; i++) {
		int fd = fcntl(h->layers[i], F_DUPFD_CLOEXEC, 0);
		auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
		struct dirent *ent;

		while (d && (ent = readdir(d)))
			if (!streq(ent->d_name, ".") &&
			    !streq(ent->d_name, ".."))
				strv_add(&all, ent->d_name);
	}
	sort_names(&all);
	for (size_t i = 0; i < all.n; i++) {
		struct stat st;
		size_t k;

		if ((i && streq(all.v[i], all.v[i - 1])) ||
		    sorted_has(&h->names, all.v[i]) ||
		    !lower_stat(h, all.v[i], &k, &st))
			continue;
		add(w, CHANGE_DELETE, h->f.path, all.v[i]);
	}
}

static void deleted_names(struct walk *w, const struct here *h)
{
	struct stat st;
	size_t i;

	for (size_t k = 0; k < h->deleted.n; k++)
		if (!sorted_has(&h->names, h->deleted.v[k]) &&
		    lower_stat(h, h->deleted.v[k], &i, &st))
			add(w, CHANGE_DELETE, h->f.path, h->deleted.v[k]);
}

static int open_here(const struct walk *w, struct here *h, struct err *e)
{
	h->layers = xcalloc(h->f.n_in + 1, sizeof(int));
	for (size_t i = 0; i < h->f.n_in; i++)
		h->layers[i] = -1;
	h->upper = open_below(w->src->upper, h->f.path);
	if (h->upper < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ?
			       0 : err_sys(e, "open the folder %s", h->f.path);
	for (size_t i = 0; i < h->f.n_in; i++) {
		h->layers[i] = open_below(w->src->layers[h->f.in[i]],
					  h->f.path);
		if (h->layers[i] < 0)
			return err_sys(e, "open the folder %s of a layer",
				       h->f.path);
	}
	return 1;
}

static void close_here(struct here *h)
{
	for (size_t i = 0; h->layers && i < h->f.n_in; i++)
		if (h->layers[i] >= 0)
			close(h->layers[i]);
	if (h->upper >= 0)
		close(h->upper);
	free(h->layers);
	free(h->f.in);
	free(h->f.path);
	strv_release(&h->names);
	strv_release(&h->deleted);
}

static int walk_folder(struct walk *w, struct here *h, struct err *e)
{
	int r = open_here(w, h, e);

	if (r <= 0)
		return r; /* 0: replaced since */
	h->opaque = *h->f.path && change_is_opaque(h->upper);
	TRY(read_names(h, e));
	for (size_t i = 0; i < h->names.n; i++)
		visit(w, h, h->names.v[i]);
	if (h->opaque || h->f.whole)
		hidden_names(w, h);
	else
		deleted_names(w, h);
	return 0;
}

static int walk_all(struct walk *w, struct err *e)
{
	int r = 0;

	while (w->n && r == 0) {
		struct here h = { .f = w->stack[--w->n], .upper = -1 };

		r = walk_folder(w, &h, e);
		close_here(&h);
	}
	while (w->n) {
		free(w->stack[--w->n].path);
		free(w->stack[w->n].in);
	}
	free(w->stack);
	return r;
}

/* ---- what is made of them ---- */

/* A folder, then what is in it: '/' is less than any other byte. */
static int by_path(const void *a, const void *b)
{
	const unsigned char *p = (const void *)((const struct change *)a)->path;
	const unsigned char *q = (const void *)((const struct change *)b)->path;

	while (*p && *p == *q)
		p++, q++;
	return (*p == '/' ? 1 : *p ? *p + 1 : 0) -
	       (*q == '/' ? 1 : *q ? *q + 1 : 0);
}

/* Is `path` the folder of `n` bytes, or in it? */
static bool is_in(const char *path, const char *folder, size_t n)
{
	return path && strncmp(path, folder, n) == 0 &&
	       (!path[n] || path[n] == '/');
}

/* The mount points of every container: fs/container.c. */
static bool is_mountpoint(const char *path)
{
	static const char *const all[] = {
		"/dev", "/etc", "/etc/hostname", "/etc/hosts",
		"/etc/resolv.conf", "/proc", "/sys",
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (streq(all[i], path))
			return true;
	return false;
}

/* An empty file; a folder, whose content is asked for elsewhere. */
static bool is_bare(int upper, const char *path)
{
	auto_close int fd = root_open_plain(upper, path + 1, O_PATH);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 &&
	       (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && !st.st_size));
}

static void drop_mountpoints(int upper, struct change_list *l)
{
	const char *next = NULL; /* of those that stay */
	size_t to = l->n;

	for (size_t i = l->n; i-- > 0;) {
		struct change c = l->v[i];

		if (c.kind == CHANGE_ADD && is_mountpoint(c.path) &&
		    !is_in(next, c.path, strlen(c.path)) &&
		    is_bare(upper, c.path)) {
			free(c.path);
			continue;
		}
		next = c.path;
		l->v[--to] = c;
	}
	if (to)
		memmove(l->v, l->v + to, (l->n - to) * sizeof(*l->v));
	l->n -= to;
}

/* The folders above a change are changed. */
static void add_folders(struct change_list *l)
{
	struct change_list out = { 0 };
	struct walk w = { .found = &out };
	const char *last = NULL;

	for (size_t i = 0; i < l->n; i++) {
		char *path = l->v[i].path;

		for (char *s = strchr(path + 1, '/'); s; s = strchr(s + 1, '/')) {
			auto_free char *folder = xstrndup(path + 1,
							  s - path - 1);

			if (is_in(last, path, s - path))
				continue;
			add(&w, CHANGE_MODIFY, "", folder);
			last = out.v[out.n - 1].path;
		}
		add(&w, l->v[i].kind, "", path + 1);
		last = out.v[out.n - 1].path;
	}
	change_list_release(l);
	*l = out;
}

int changes_find(const struct changes_source *src, struct change_list *ret,
		 struct err *e)
{
	struct walk w = { .src = src, .found = ret };
	struct folder root = { .path = xstrdup(""), .whole = src->whole };

	if (src->n_layers > LAYERS_MAX) {
		free(root.path);
		return err_set(e, EFBIG, "the image has more than %d layers",
			       LAYERS_MAX);
	}
	root.in = xcalloc(src->n_layers + 1, sizeof(*root.in));
	for (size_t i = 0; i < src->n_layers; i++)
		root.in[root.n_in++] = i;
	push(&w, root);
	TRY(walk_all(&w, e));
	if (!ret->n)
		return 0;
	qsort(ret->v, ret->n, sizeof(*ret->v), by_path);
	drop_mountpoints(src->upper, ret);
	add_folders(ret);
	return 0;
}

void change_list_release(struct change_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
	*l = (struct change_list){ 0 };
}
