/* merge_marks.c - the marks of several layers as those of one. */
#include "fs/build/merge_marks.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "fs/changes.h"

#include <fcntl.h>
#include <sys/stat.h>

#define OPAQUE ".wh..wh..opq"

struct walk {
	int merged;
	struct strv todo; /* folders, "" is the root */
	struct strv *found;
};

/* 'd': a folder; 'f': something else; 0: nothing. */
static char kind_in(int root, const char *path)
{
	auto_close int fd = root_open_plain(root, *path ? path : ".",
					    O_PATH | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	return S_ISDIR(st.st_mode) ? 'd' : 'f';
}

/*
 * Gone, unless a layer above made it again: a folder is then a new one, while
 * any other file hides what is below it anyway.
 */
static void deleted(struct walk *w, const char *folder, const char *name)
{
	const char *slash = *folder ? "/" : "";
	auto_free char *path = xasprintf("%s%s%s", folder, slash, name);
	char now = kind_in(w->merged, path);

	if (now == 'd')
		strv_printf(w->found, "%s/" OPAQUE, path);
	else if (!now && kind_in(w->merged, folder) == 'd')
		strv_printf(w->found, "%s%s.wh.%s", folder, slash, name);
}

static void visit(struct walk *w, int dir, const char *folder,
		  const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (change_is_whiteout(dir, name, &st))
		deleted(w, folder, name);
	else if (S_ISDIR(st.st_mode))
		strv_printf(&w->todo, "%s%s%s", folder, *folder ? "/" : "",
			    name);
}

static int look_in(struct walk *w, int layer, const char *folder,
		   struct err *e)
{
	int fd = root_open_plain(layer, *folder ? folder : ".",
				 O_RDONLY | O_DIRECTORY);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;

	if (!d)
		return err_sys(e, "read the folder /%s of a layer", folder);
	if (*folder && change_is_opaque(fd) &&
	    kind_in(w->merged, folder) == 'd')
		strv_printf(w->found, "%s/" OPAQUE, folder);
	while ((ent = readdir(d)))
		if (!streq(ent->d_name, ".") && !streq(ent->d_name, ".."))
			visit(w, fd, folder, ent->d_name);
	return 0;
}

static int look_through(struct walk *w, int layer, struct err *e)
{
	strv_add(&w->todo, "");
	while (w->todo.n) {
		auto_free char *folder = xstrdup(w->todo.v[w->todo.n - 1]);

		strv_remove(&w->todo, w->todo.n - 1);
		TRY(look_in(w, layer, folder, e));
	}
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int merge_marks(int merged, const int *layers, size_t n, struct strv *ret,
		struct err *e)
{
	auto_strv struct strv found = { 0 };
	struct walk w = { .merged = merged, .found = &found };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = look_through(&w, layers[i], e);
	strv_release(&w.todo);
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), by_text);
	for (size_t i = 0; i < found.n && r == 0; i++)
		if (i == 0 || !streq(found.v[i - 1], found.v[i]))
			strv_add(ret, found.v[i]);
	return r;
}
