/* copy_rules_test.c - what the operands of a copy mean. */
#include "fs/transfer/copy_rules.h"

#include "tests/unit/tap.h"

static int is_split(const char *operand, const char *container,
		    const char *path)
{
	auto_free char *c = NULL, *p = NULL;

	copy_split(operand, &c, &p);
	return streq(c, container) && streq(p, path);
}

static void operands(void)
{
	OK(is_split("web:/etc", "web", "/etc"));
	OK(is_split("web:", "web", ""));
	OK(is_split("web:a:b", "web", "a:b"));
	OK(is_split("/a:b", NULL, "/a:b"));
	OK(is_split("./a:b", NULL, "./a:b"));
	OK(is_split("../a:b", NULL, "../a:b"));
	OK(is_split("file", NULL, "file"));
	OK(is_split("-", NULL, "-"));
}

static int becomes(const char *cwd, const char *path, const char *want)
{
	auto_free char *got = copy_absolute(cwd, path);

	return streq(got, want);
}

static void absolute(void)
{
	OK(becomes("/home", "a", "/home/a"));
	OK(becomes("/home", "a/", "/home/a/"));
	OK(becomes("/home", "a/.", "/home/a/."));
	OK(becomes("/home", "a/./", "/home/a/."));
	OK(becomes("/home", ".", "/home/."));
	OK(becomes("/home", "..", "/"));
	OK(becomes("/home", "../..", "/"));
	OK(becomes("/home", "/x//y/../z", "/x/z"));
	OK(becomes("/", "", "/"));
	OK(becomes("/", "/", "/"));
	OK(becomes("/", "/.", "/."));
	OK(becomes("/", "a.", "/a."));
}

static int named(const char *path, const char *folder, const char *name)
{
	auto_free char *f = copy_folder(path), *n = copy_name(path);

	return streq(f, folder) && streq(n, name);
}

static void names(void)
{
	OK(named("/a/b", "/a", "b"));
	OK(named("/a/b/", "/a", "b"));
	OK(named("/a/b/.", "/a/b", "."));
	OK(named("/a", "/", "a"));
	OK(named("/", "/", "."));
	OK(named("/.", "/", "."));
	OK(copy_wants_folder("/a/"));
	OK(copy_wants_folder("/a/."));
	OK(!copy_wants_folder("/a."));
	OK(!copy_wants_folder("/.a"));
}

static void links(void)
{
	auto_free char *a = copy_link_path("/a/l", "x");
	auto_free char *b = copy_link_path("/l", "../x");
	auto_free char *c = copy_link_path("/a/l", "/x");

	EQ_STR(a, "/a/x");
	EQ_STR(b, "/../x");
	EQ_STR(c, "/x");
}

/* "FOLDER NAME", or the error. */
static int goes(const char *name, int dir, const char *to, int exists,
		int is_dir, const char *want)
{
	struct copy_target t = { to, exists, is_dir };
	auto_free char *folder = NULL, *as = NULL, *got = NULL;
	struct err e;

	if (copy_decide(name, dir, &t, &folder, &as, &e) < 0)
		return streq(e.text, want);
	got = xasprintf("%s %s", folder, as);
	return streq(got, want);
}

static void decisions(void)
{
	/* a file */
	OK(goes("f", 0, "/d", 1, 1, "/d f"));
	OK(goes("f", 0, "/d/", 1, 1, "/d/ f"));
	OK(goes("f", 0, "/d/g", 1, 0, "/d g"));
	OK(goes("f", 0, "/d/new", 0, 0, "/d new"));
	OK(goes("f", 0, "/d/new/", 0, 0, "no such directory"));
	OK(goes("f", 0, "/d/new/.", 0, 0, "no such directory"));
	/* a folder */
	OK(goes("s", 1, "/d", 1, 1, "/d s"));
	OK(goes("s", 1, "/d/f", 1, 0, "cannot copy directory"));
	OK(goes("s", 1, "/d/new", 0, 0, "/d new"));
	OK(goes("s", 1, "/d/new/", 0, 0, "/d new"));
	/* what is in a folder */
	OK(goes(".", 1, "/d", 1, 1, "/d ."));
	OK(goes(".", 1, "/d/new", 0, 0, "/d new"));
}

int main(void)
{
	RUN(operands);
	RUN(absolute);
	RUN(names);
	RUN(links);
	RUN(decisions);
	return DONE();
}
