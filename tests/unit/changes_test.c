/* changes_test.c - upper folders, with the marks of every driver. */
#include "fs/changes.h"

#include "core/base/file.h"

#include "tests/unit/tap.h"

#include <sys/xattr.h>

/* A world of folders: upper, and the layers "0" (the uppermost) and "1". */
static int world;

static void folder(const char *path)
{
	struct err e;

	if (mkdir_parents(world, path, 0755, &e) < 0)
		abort();
}

/* All of them of one moment, so that only what differs differs. */
static void file(const char *path, const char *text)
{
	const struct timespec then[2] = { { 1000, 0 }, { 1000, 0 } };
	struct err e;

	if (file_create(world, path, text, 0644, &e) < 0 ||
	    utimensat(world, path, then, 0) < 0)
		abort();
}

static void mark(const char *path, const char *name, const char *value)
{
	auto_close int fd = openat(world, path, O_RDONLY | O_CLOEXEC);

	if (fsetxattr(fd, name, value, strlen(value), 0) < 0)
		abort();
}

static void begin(void)
{
	struct err e;

	tree_remove(world, "upper", &e);
	tree_remove(world, "0", &e);
	tree_remove(world, "1", &e);
	folder("upper");
	folder("0");
	folder("1/d/sub");
	file("1/d/a", "a");
	file("1/d/b", "b");
	file("1/d/sub/x", "x");
	file("1/f", "f");
}

/* "C /d,D /d/a" */
static char *changes(bool whole)
{
	auto_changes struct change_list l = { 0 };
	auto_close int upper = openat(world, "upper", O_RDONLY | O_CLOEXEC);
	auto_close int a = openat(world, "0", O_RDONLY | O_CLOEXEC);
	auto_close int b = openat(world, "1", O_RDONLY | O_CLOEXEC);
	const int layers[] = { a, b };
	const struct changes_source src = { upper, layers, 2, whole };
	struct str s = { 0 };
	struct err e;

	if (changes_find(&src, &l, &e) < 0)
		return xstrdup(e.text);
	for (size_t i = 0; i < l.n; i++)
		str_printf(&s, "%s%c %s", i ? "," : "", "CAD"[l.v[i].kind],
			   l.v[i].path);
	return str_steal(&s);
}

static int found(bool whole, const char *want)
{
	auto_free char *got = changes(whole);

	if (strcmp(got, want) != 0)
		printf("# %s\n", got);
	return strcmp(got, want) == 0;
}

static void nothing(void)
{
	begin();
	OK(found(false, ""));
	folder("upper/d/sub"); /* copied up */
	file("upper/d/a", "a");
	OK(found(false, ""));
}

static void files(void)
{
	begin();
	folder("upper/d/new");
	folder("upper/d-x");
	file("upper/d/a", "longer");
	file("upper/d/new/y", "");
	file("upper/g", "");
	OK(found(false, "C /d,C /d/a,A /d/new,A /d/new/y,A /d-x,A /g"));
}

static void deleted_by_name(void)
{
	begin();
	folder("upper/d");
	file("upper/d/.wh.a", "");
	file("upper/.wh.f", "");
	file("upper/.wh.nosuch", "");
	OK(found(false, "C /d,D /d/a,D /f"));
	/* made anew */
	file("upper/d/a", "longer");
	OK(found(false, "C /d,C /d/a,D /f"));
}

static void deleted_by_xattr(void)
{
	begin();
	file("upper/f", "");
	mark("upper/f", "user.overlay.whiteout", "y");
	OK(found(false, "D /f"));
}

static void opaque_folders(void)
{
	static const char *const names[] = {
		"user.overlay.opaque", "user.fuseoverlayfs.opaque",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		begin();
		folder("upper/d");
		file("upper/d/a", "a");
		mark("upper/d", names[i], "y");
		OK(found(false, "C /d,D /d/b,D /d/sub"));
	}
	begin();
	folder("upper/d");
	file("upper/d/.wh..wh..opq", "");
	OK(found(false, "C /d,D /d/a,D /d/b,D /d/sub"));
}

/* What an upper layer hides is not there to be changed. */
static void layers_hide(void)
{
	begin();
	folder("0/d");
	mark("0/d", "user.overlay.opaque", "y");
	file("0/d/z", "z");
	folder("upper/d");
	file("upper/d/a", "a");
	file("upper/d/.wh.b", "");
	file("upper/d/.wh.z", "");
	OK(found(false, "C /d,A /d/a,D /d/z"));
	begin();
	file("0/d", "a file");
	folder("upper/d/sub");
	OK(found(false, "C /d,A /d/sub"));
}

static void kinds_change(void)
{
	begin();
	file("upper/d", "a file");
	folder("upper/f");
	file("upper/f/y", "");
	OK(found(false, "C /d,C /f,A /f/y"));
}

static void a_whole_tree(void)
{
	begin();
	folder("upper/d/sub");
	file("upper/d/a", "a");
	file("upper/d/new", "");
	OK(found(true, "C /d,D /d/b,A /d/new,C /d/sub,D /d/sub/x,D /f"));
}

static void mount_points(void)
{
	begin();
	folder("upper/proc");
	folder("upper/sys");
	folder("upper/etc");
	file("upper/etc/hosts", "");
	OK(found(false, ""));
	file("upper/etc/x", "");
	folder("upper/sys/x");
	OK(found(false, "A /etc,A /etc/x,A /sys,A /sys/x"));
}

int main(void)
{
	char path[] = "/var/tmp/changes.XXXXXX";
	struct err e;

	if (!mkdtemp(path))
		return 1;
	world = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	RUN(nothing);
	RUN(files);
	RUN(deleted_by_name);
	RUN(deleted_by_xattr);
	RUN(opaque_folders);
	RUN(layers_hide);
	RUN(kinds_change);
	RUN(a_whole_tree);
	RUN(mount_points);
	tree_remove(AT_FDCWD, path, &e);
	close(world);
	return DONE();
}
