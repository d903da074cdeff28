/* tar_out.c - files to archive entries. */
#include "fs/transfer/tar_out.h"

#include "core/base/file.h"
#include "core/rootpath.h"

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <locale.h>
#include <stdio.h>
#include <sys/xattr.h>

#define CHUNK (1 << 20)
#define BLOCK (64 << 10)
#define XATTR_MAX 65536
#define OVERRIDE "user.containers.override_stat"

struct tar_out {
	struct tar_out_options o;
	struct archive *a;
	struct archive_entry_linkresolver *links;
	char *buf;
};

void tar_out_prepare(void)
{
	iconv_t c;

	setlocale(LC_CTYPE, "C.UTF-8");
	c = iconv_open("UTF-8", "UTF-8");
	if (c != (iconv_t)-1)
		iconv_close(c);
}

static int failed(struct tar_out *t, struct err *e)
{
	int code = archive_errno(t->a);
	const char *text = archive_error_string(t->a);

	return err_set(e, code > 0 ? code : EIO, "write the archive: %s",
		       code > 0 ? strerror(code) : text ? text : "failed");
}

int tar_out_new(int fd, const struct tar_out_options *o, struct tar_out **ret,
		struct err *e)
{
	struct tar_out *t = xcalloc(1, sizeof(*t));

	t->o = *o;
	t->a = archive_write_new();
	t->links = archive_entry_linkresolver_new();
	t->buf = xmalloc(CHUNK);
	*ret = t;
	archive_write_set_format_pax_restricted(t->a);
	archive_write_set_format_option(t->a, "pax", "xattrheader", "SCHILY");
	archive_write_set_bytes_per_block(t->a, BLOCK);
	archive_write_set_bytes_in_last_block(t->a, 1);
	archive_entry_linkresolver_set_strategy(
		t->links, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED);
	return archive_write_open_fd(t->a, fd) == ARCHIVE_OK ? 0 :
							       failed(t, e);
}

void tar_out_free(struct tar_out *t)
{
	if (!t)
		return;
	archive_write_free(t->a);
	archive_entry_linkresolver_free(t->links);
	free(t->buf);
	free(t);
}

/* ---- the header ---- */

static bool xattr_wanted(const char *name)
{
	if (streq(name, "security.capability"))
		return true;
	return skip_prefix(name, "user.") && !streq(name, OVERRIDE) &&
	       !skip_prefix(name, "user.overlay.") &&
	       !skip_prefix(name, "user.fuseoverlayfs.");
}

static void add_xattrs(struct archive_entry *ent, int fd)
{
	auto_free char *names = xmalloc(XATTR_MAX);
	auto_free char *value = xmalloc(XATTR_MAX);
	ssize_t n = flistxattr(fd, names, XATTR_MAX);

	for (ssize_t i = 0; i < n; i += strlen(names + i) + 1) {
		ssize_t k = xattr_wanted(names + i) ?
				    fgetxattr(fd, names + i, value, XATTR_MAX) :
				    -1;

		if (k >= 0)
			archive_entry_xattr_add_entry(ent, names + i, value,
						      k);
	}
}

/*
 * Who owns it by the note of somebody who had no such id.  The mode in it is
 * that of then: a chmod(2) since was real.
 */
static void read_note(struct archive_entry *ent, int fd)
{
	char text[64] = "";
	unsigned int uid, gid;

	if (fgetxattr(fd, OVERRIDE, text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "%u:%u:", &uid, &gid) != 2)
		return;
	archive_entry_set_uid(ent, uid);
	archive_entry_set_gid(ent, gid);
}

/* Where its data is: lseek(2).  A file of few holes has no such list. */
static void add_holes(struct archive_entry *ent, int fd, off_t size,
		      uint64_t least)
{
	off_t at = 0, end = 0;
	uint64_t holes = 0;

	while ((at = lseek(fd, end, SEEK_DATA)) >= 0 && at < size) {
		holes += at - end;
		end = lseek(fd, at, SEEK_HOLE);
		if (end < 0 || end > size)
			end = size;
		archive_entry_sparse_add_entry(ent, at, end - at);
	}
	holes += size - end;
	if (holes < least || (at < 0 && errno != ENXIO))
		archive_entry_sparse_clear(ent);
	else if (end < size)
		archive_entry_sparse_add_entry(ent, size, 0);
}

static struct archive_entry *make_entry(struct tar_out *t, int fd,
					const struct stat *st, const char *as)
{
	struct archive_entry *ent = archive_entry_new();

	archive_entry_copy_stat(ent, st);
	archive_entry_copy_pathname(ent, as);
	archive_entry_unset_atime(ent);
	archive_entry_unset_ctime(ent);
	archive_entry_unset_birthtime(ent);
	if (t->o.clamp && st->st_mtime > t->o.newest)
		archive_entry_set_mtime(ent, t->o.newest, 0);
	if (fd >= 0) {
		add_xattrs(ent, fd);
		if (t->o.own_ids)
			read_note(ent, fd);
	}
	if (t->o.root_owns) {
		archive_entry_set_uid(ent, 0);
		archive_entry_set_gid(ent, 0);
	}
	return ent;
}

static int put_header(struct tar_out *t, struct archive_entry *ent,
		      struct err *e)
{
	int r = archive_write_header(t->a, ent);

	/* a name that is no UTF-8 goes as it is, with a warning */
	return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : failed(t, e);
}

/* ---- content ---- */

static int put_bytes(struct tar_out *t, uint64_t n, struct err *e)
{
	while (n > 0) {
		la_ssize_t k = archive_write_data(
			t->a, t->buf, n < CHUNK ? n : CHUNK);

		if (k <= 0)
			return failed(t, e);
		n -= k;
	}
	return 0;
}

/* [from, to): what is not there any more is zeros. */
static int put_range(struct tar_out *t, int fd, off_t from, off_t to,
		     struct err *e)
{
	while (from < to) {
		size_t want = to - from < CHUNK ? to - from : CHUNK;
		ssize_t n = pread(fd, t->buf, want, from);

		if (n < 0)
			return err_sys(e, "read a file");
		if (n == 0) {
			memset(t->buf, 0, want);
			n = want;
		}
		TRY(put_bytes(t, n, e));
		from += n;
	}
	return 0;
}

/* libarchive passes over the bytes of a hole without reading them. */
static int put_content(struct tar_out *t, struct archive_entry *ent, int fd,
		       off_t size, struct err *e)
{
	la_int64_t at, n;
	off_t end = 0;

	if (!archive_entry_sparse_reset(ent))
		return put_range(t, fd, 0, size, e);
	while (archive_entry_sparse_next(ent, &at, &n) == ARCHIVE_OK) {
		TRY(put_bytes(t, at - end, e));
		TRY(put_range(t, fd, at, at + n, e));
		end = at + n;
	}
	return put_bytes(t, size - end, e);
}

/* ---- one file ---- */

static int put_entry(struct tar_out *t, struct archive_entry *ent, int fd,
		     const struct stat *st, struct err *e)
{
	struct archive_entry *one = ent, *spare = NULL;
	int r;

	archive_entry_linkify(t->links, &one, &spare);
	r = put_header(t, one, e);
	if (r == 0 && fd >= 0 && S_ISREG(st->st_mode) &&
	    !archive_entry_hardlink(one))
		r = put_content(t, one, fd, st->st_size, e);
	if (r == 0 && archive_write_finish_entry(t->a) < ARCHIVE_WARN)
		r = failed(t, e);
	archive_entry_free(one);
	return r;
}

static int put_link(struct tar_out *t, int dirfd, const char *name,
		    const struct stat *st, const char *as, struct err *e)
{
	struct archive_entry *ent;
	char target[4096];
	ssize_t n = readlinkat(dirfd, name, target, sizeof(target) - 1);

	if (n < 0)
		return errno == ENOENT || errno == EINVAL ? 0 :
		       err_sys(e, "read the link %s", as);
	target[n] = '\0';
	ent = make_entry(t, -1, st, as);
	archive_entry_copy_symlink(ent, target);
	archive_entry_set_size(ent, 0);
	return put_entry(t, ent, -1, st, e);
}

/* A file or a folder; the name may lead to something else by now. */
static int put_fd(struct tar_out *t, int fd, const char *as, struct err *e)
{
	struct archive_entry *ent;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at %s", as);
	if (S_ISSOCK(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	ent = make_entry(t, fd, &st, as);
	if (t->o.sparse && S_ISREG(st.st_mode) && st.st_size)
		add_holes(ent, fd, st.st_size, t->o.sparse);
	TRY(put_entry(t, ent, fd, &st, e));
	return S_ISDIR(st.st_mode);
}

static int put_open(struct tar_out *t, int dirfd, const char *name,
		    const char *as, struct err *e)
{
	auto_close int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW |
				   O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO ?
			       0 : err_sys(e, "open %s", as);
	return put_fd(t, fd, as, e);
}

int tar_out_fd(struct tar_out *t, int fd, const char *as, struct err *e)
{
	int r = put_fd(t, fd, as, e);

	return r < 0 ? r : 0;
}

int tar_out_file(struct tar_out *t, int dirfd, const char *name,
		 const char *as, struct err *e)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "look at %s", as);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
		return put_open(t, dirfd, name, as, e);
	case S_IFLNK:
		return put_link(t, dirfd, name, &st, as, e);
	case S_IFSOCK:
		return 0;
	default:
		return put_entry(t, make_entry(t, -1, &st, as), -1, &st, e);
	}
}

int tar_out_empty(struct tar_out *t, const char *as, struct err *e)
{
	struct stat st = { .st_mode = S_IFREG, .st_nlink = 1 };

	return put_entry(t, make_entry(t, -1, &st, as), -1, &st, e);
}

/* ---- a tree ---- */

struct tree {
	struct tar_out *t;
	int root;
	const char *as;
	struct strv queue; /* folders, relative to the root */
};

static int put_children(struct tree *w, const char *folder, struct err *e)
{
	int fd = root_open_plain(w->root, *folder ? folder : ".",
				 O_RDONLY | O_DIRECTORY);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;

	if (!d)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ?
			       0 : err_sys(e, "open the folder %s/%s", w->as,
					   folder);
	while ((ent = readdir(d))) {
		auto_free char *path = NULL, *as = NULL;
		int r;

		if (streq(ent->d_name, ".") || streq(ent->d_name, ".."))
			continue;
		path = xasprintf("%s%s%s", folder, *folder ? "/" : "",
				 ent->d_name);
		as = xasprintf("%s%s%s", w->as, *w->as ? "/" : "", path);
		r = tar_out_file(w->t, dirfd(d), ent->d_name, as, e);
		TRY(r);
		if (r == 1)
			strv_take(&w->queue, steal_ptr(path));
	}
	return 0;
}

int tar_out_tree(struct tar_out *t, int dirfd, const char *name,
		 const char *as, struct err *e)
{
	struct tree w = { .t = t, .as = as };
	int r = *as ? tar_out_file(t, dirfd, name, as, e) : 1;

	if (r <= 0)
		return r;
	w.root = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			O_CLOEXEC);
	if (w.root < 0)
		return err_sys(e, "open the folder %s", as);
	strv_add(&w.queue, "");
	for (r = 0; r >= 0 && w.queue.n;) {
		auto_free char *folder = w.queue.v[--w.queue.n];

		w.queue.v[w.queue.n] = NULL;
		r = put_children(&w, folder, e);
	}
	strv_release(&w.queue);
	close(w.root);
	return r;
}

int tar_out_end(struct tar_out *t, uint64_t *ret_bytes, struct err *e)
{
	if (archive_write_close(t->a) != ARCHIVE_OK)
		return failed(t, e);
	if (ret_bytes)
		*ret_bytes = archive_filter_bytes(t->a, -1);
	return 0;
}
