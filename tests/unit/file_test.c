/* file_test.c - removing trees of every shape. */
#include "core/base/file.h"
#include "tests/unit/tap.h"

static char top[] = "/tmp/rl-file-test.XXXXXX";

static int top_fd(void)
{
	struct err e;

	return dir_open(AT_FDCWD, top, &e);
}

static void nothing_is_no_error(void)
{
	auto_close int fd = top_fd();
	struct err e;

	OK(tree_remove(fd, "absent", &e) == 0);
}

static void a_file_goes(void)
{
	auto_close int fd = top_fd();
	struct err e;

	OK(file_create(fd, "file", "x", 0600, &e) == 0);
	OK(tree_remove(fd, "file", &e) == 0);
	OK(faccessat(fd, "file", F_OK, 0) < 0);
}

/* Far deeper than the fds that may be open, with a file on each level. */
static void a_deep_tree_goes(void)
{
	auto_close int fd = top_fd();
	int at = openat(fd, ".", O_RDONLY | O_DIRECTORY);
	struct err e;

	for (int i = 0; i < 3000; i++) {
		int next;

		OK(mkdirat(at, "deep", 0700) == 0);
		next = openat(at, "deep", O_RDONLY | O_DIRECTORY);
		OK(next >= 0);
		OK(file_create(next, "file", "", 0600, &e) == 0);
		close(at);
		at = next;
	}
	close(at);
	OK(tree_remove(fd, "deep", &e) == 0);
	OK(faccessat(fd, "deep", F_OK, 0) < 0);
}

/* More names than one read of the folder gives; every third is a tree. */
static void a_wide_tree_goes(void)
{
	auto_close int fd = top_fd();
	struct err e;
	char name[300];

	OK(mkdirat(fd, "wide", 0700) == 0);
	for (int i = 0; i < 900; i++) {
		snprintf(name, sizeof(name), "wide/%0200d", i);
		if (i % 3) {
			OK(file_create(fd, name, "", 0600, &e) == 0);
			continue;
		}
		strcat(name, "/in/in");
		OK(mkdir_parents(fd, name, 0700, &e) == 0);
	}
	OK(tree_remove(fd, "wide", &e) == 0);
	OK(faccessat(fd, "wide", F_OK, 0) < 0);
}

static void shut_folders_are_opened_up(void)
{
	auto_close int fd = top_fd();
	struct err e;

	OK(mkdir_parents(fd, "shut/inner/leaf", 0700, &e) == 0);
	OK(file_create(fd, "shut/inner/file", "", 0, &e) == 0);
	OK(fchmodat(fd, "shut/inner/leaf", 0, 0) == 0);
	OK(fchmodat(fd, "shut/inner", 0500, 0) == 0);
	OK(fchmodat(fd, "shut", 0, 0) == 0);
	OK(tree_remove(fd, "shut", &e) == 0);
	OK(faccessat(fd, "shut", F_OK, 0) < 0);
}

static void links_are_not_followed(void)
{
	auto_close int fd = top_fd();
	struct err e;

	OK(mkdir_parents(fd, "kept", 0700, &e) == 0);
	OK(file_create(fd, "kept/file", "", 0600, &e) == 0);
	OK(mkdir_parents(fd, "links", 0700, &e) == 0);
	OK(symlinkat("../kept", fd, "links/to") == 0);
	OK(tree_remove(fd, "links", &e) == 0);
	OK(faccessat(fd, "kept/file", F_OK, 0) == 0);
	OK(symlinkat("kept", fd, "link") == 0);
	OK(tree_remove(fd, "link", &e) == 0);
	OK(faccessat(fd, "kept/file", F_OK, 0) == 0);
	OK(tree_remove(fd, "kept", &e) == 0);
}

int main(void)
{
	if (!mkdtemp(top))
		return 1;
	RUN(nothing_is_no_error);
	RUN(a_file_goes);
	RUN(a_deep_tree_goes);
	RUN(a_wide_tree_goes);
	RUN(shut_folders_are_opened_up);
	RUN(links_are_not_followed);
	rmdir(top);
	return DONE();
}
