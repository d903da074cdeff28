/* copy_unpack.c - ADD: a tar, compressed or not, becomes its files. */
#include "fs/build/copy_parts.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "fs/transfer/confine.h"
#include "fs/transfer/tree_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <sched.h>
#include <sys/wait.h>

#define BLOCK (64 << 10)
#define MAGIC_MAX 264

/* What may be one; the reader finds out. */
static bool looks_packed(int fd)
{
	static const struct { const char *text; size_t n, at; } magic[] = {
		{ "\x1f\x8b", 2, 0 }, { "BZh", 3, 0 },
		{ "\xfd" "7zXZ\0", 6, 0 }, { "\x28\xb5\x2f\xfd", 4, 0 },
		{ "ustar", 5, 257 },
	};
	char head[MAGIC_MAX];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	for (size_t i = 0; i < ARRAY_LEN(magic); i++)
		if (n >= (ssize_t)(magic[i].at + magic[i].n) &&
		    memcmp(head + magic[i].at, magic[i].text, magic[i].n) ==
			    0)
			return true;
	return false;
}

static struct archive *reader(int in)
{
	struct archive *a = archive_read_new();

	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_tar(a);
	if (lseek(in, 0, SEEK_SET) < 0 ||
	    archive_read_open_fd(a, in, BLOCK) != ARCHIVE_OK) {
		archive_read_free(a);
		return NULL;
	}
	return a;
}

/* In mounts of its own: what it pivots into is nobody else's root. */
static int shut_in(const struct build_copy *c, const char *path, struct err *e)
{
	auto_close int root = -1, dir = -1;

	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(e, "make a mount namespace");
	root = dir_open(AT_FDCWD, c->root_path, e);
	TRY(root);
	dir = root_open(root, path, O_RDONLY | O_DIRECTORY, e);
	TRY(dir);
	TRY(confine_in(dir, e));
	return confine_calls(e);
}

/* Exits: the archive's bytes reach nothing but the folder `path`. */
static NORETURN void child(const struct build_copy *c, int in,
			   const char *path, bool probe, int report)
{
	const struct tree_rules rules = {
		.copy = true, .replace = true, .single = c->note_owner,
		.owned = c->owned, .uid = c->uid, .gid = c->gid,
	};
	struct unpack_notes notes = { 0 };
	struct archive_entry *ent;
	struct err e = { 0 };
	struct archive *a;
	int r = shut_in(c, path, &e);

	a = r == 0 ? reader(in) : NULL;
	if (r == 0 && probe)
		_exit(a && archive_read_next_header(a, &ent) == ARCHIVE_OK);
	if (r == 0)
		r = a ? tree_write(a, &rules, &notes, &e) :
			err_set(&e, EINVAL, "it is no archive");
	if (r < 0 && write(report, &e, sizeof(e)) != sizeof(e))
		_exit(2);
	_exit(r < 0 ? 2 : 0);
}

/* 0 or 1: how the child ended. */
static int in_child(const struct build_copy *c, int in, const char *path,
		    bool probe, struct err *e)
{
	struct err theirs;
	int report[2], status = 0, r = 0;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	pid = fork();
	if (pid == 0)
		child(c, in, path, probe, report[1]);
	close(report[1]);
	if (pid < 0)
		r = err_sys(e, "fork");
	else if (read(report[0], &theirs, sizeof(theirs)) == sizeof(theirs)) {
		*e = theirs;
		r = -e->code;
	}
	close(report[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) > 1))
		return err_set(e, EINVAL, "the reader of the archive died");
	return r < 0 ? r : WEXITSTATUS(status);
}

int copy_unpack(const struct build_copy *c, int in, int root,
		const char *path, struct err *e)
{
	auto_close int dir = -1;
	int r;

	if (!looks_packed(in))
		return 0;
	r = in_child(c, in, "/", true, e);
	if (r == 0 && lseek(in, 0, SEEK_SET) < 0)
		return err_sys(e, "read the file again");
	if (r <= 0)
		return r;
	dir = copy_open_folder(c, root, path, e);
	TRY(dir);
	r = in_child(c, in, path, false, e);
	return r < 0 ? r : 1;
}
