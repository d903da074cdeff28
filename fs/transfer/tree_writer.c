/* tree_writer.c - archive entries to files, with the rules of OCI layers. */
#include "fs/transfer/tree_writer.h"

#include "core/base/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define ENTRIES_MAX 10000000
#define HOLE 65536 /* a run of zeros this long is not written */
#define OVERRIDE "user.containers.override_stat"
#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

struct folder_time {
	char *path;
	struct timespec times[2];
};

struct tree {
	struct archive *a;
	bool single;
	struct unpack_notes *notes;
	struct folder_time *folders; /* their times are set last */
	size_t n_folders, cap_folders;
};

/* ---- names ---- */

/* A path without leading "/" and "./", or an error for "..". */
static int clean_path(const char *raw, char ret[static 4096], struct err *e)
{
	size_t n = 0;

	if (!raw)
		return err_set(e, EINVAL, "an entry has no name");
	while (*raw) {
		size_t k = strcspn(raw, "/");

		if (k == 2 && raw[0] == '.' && raw[1] == '.')
			return err_set(e, EINVAL, "an entry's name has '..'");
		if (k > 255 || n + k + 2 > 4096)
			return err_set(e, ENAMETOOLONG, "an entry's name is "
				       "too long");
		if (k && !(k == 1 && raw[0] == '.')) {
			if (n)
				ret[n++] = '/';
			memcpy(ret + n, raw, k);
			n += k;
		}
		raw += k + (raw[k] == '/');
	}
	ret[n] = '\0';
	return 0;
}

/* Parents that the archive does not name are made as docker makes them. */
static int make_parents(const char *path, struct err *e)
{
	char copy[4096];
	char *slash;

	snprintf(copy, sizeof(copy), "%s", path);
	slash = strrchr(copy, '/');
	if (!slash)
		return 0;
	*slash = '\0';
	return mkdir_parents(AT_FDCWD, copy, 0755, e);
}

/* ---- attributes ---- */

static bool xattr_wanted(const char *name)
{
	if (streq(name, "security.capability"))
		return true;
	return skip_prefix(name, "user.") &&
	       !skip_prefix(name, "user.overlay.") && !streq(name, OVERRIDE);
}

/* A filesystem without xattrs still gets its files. */
static void set_xattrs(const char *path, struct archive_entry *ent)
{
	const char *name;
	const void *value;
	size_t n;

	archive_entry_xattr_reset(ent);
	while (archive_entry_xattr_next(ent, &name, &value, &n) == ARCHIVE_OK)
		if (xattr_wanted(name))
			lsetxattr(path, name, value, n, 0);
}

static int set_owner(struct tree *t, const char *path,
		     struct archive_entry *ent, struct err *e)
{
	int64_t uid = archive_entry_uid(ent), gid = archive_entry_gid(ent);
	mode_t mode = archive_entry_mode(ent);
	char text[64];
	int n;

	if (uid == 0 && gid == 0)
		return 0;
	if (!t->single && uid < UINT32_MAX && gid < UINT32_MAX &&
	    lchown(path, uid, gid) == 0)
		return 0;
	if (!t->single && errno != EINVAL && errno != EPERM)
		return err_sys(e, "set the owner of %s", path);
	if (!S_ISREG(mode) && !S_ISDIR(mode))
		return 0;
	n = snprintf(text, sizeof(text), "%lld:%lld:%o", (long long)uid,
		     (long long)gid, mode & 07777);
	lsetxattr(path, OVERRIDE, text, n, 0);
	return 0;
}

static void entry_times(struct archive_entry *ent, struct timespec t[2])
{
	t[0].tv_sec = t[1].tv_sec = archive_entry_mtime(ent);
	t[0].tv_nsec = t[1].tv_nsec = archive_entry_mtime_nsec(ent);
}

static void remember_times(struct tree *t, const char *path,
			   struct archive_entry *ent)
{
	struct folder_time *f;

	if (t->n_folders == t->cap_folders) {
		t->cap_folders = t->cap_folders ? t->cap_folders * 2 : 256;
		t->folders = xrealloc(t->folders, t->cap_folders,
				      sizeof(*t->folders));
	}
	f = &t->folders[t->n_folders++];
	f->path = xstrdup(path);
	entry_times(ent, f->times);
}

static int set_attributes(struct tree *t, const char *path,
			  struct archive_entry *ent, struct err *e)
{
	mode_t mode = archive_entry_mode(ent);
	struct timespec times[2];

	TRY(set_owner(t, path, ent, e));
	if (!S_ISLNK(mode) && chmod(path, mode & 07777) < 0)
		return err_sys(e, "set the mode of %s", path);
	set_xattrs(path, ent);
	if (S_ISDIR(mode)) {
		remember_times(t, path, ent);
		return 0;
	}
	entry_times(ent, times);
	utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

/* ---- content ---- */

static bool all_zero(const char *p, size_t n)
{
	return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

/* Long runs of zeros stay holes: gigabytes of them cost nothing. */
static int write_block(int fd, const char *p, size_t n, off_t at,
		       struct err *e)
{
	while (n > 0) {
		size_t k = n < HOLE ? n : HOLE;

		if (k == HOLE && all_zero(p, k)) {
			p += k;
			at += k;
			n -= k;
			continue;
		}
		while (k < n && !(n - k >= HOLE && all_zero(p + k, HOLE)))
			k += n - k < HOLE ? n - k : HOLE;
		for (size_t done = 0; done < k;) {
			ssize_t w = pwrite(fd, p + done, k - done, at + done);

			if (w < 0 && errno != EINTR)
				return err_sys(e, "write a file");
			done += w > 0 ? w : 0;
		}
		p += k;
		at += k;
		n -= k;
	}
	return 0;
}

static int archive_failed(struct archive *a, struct err *e)
{
	int code = archive_errno(a);

	return err_set(e, code > 0 ? code : EINVAL, "read the layer: %s",
		       archive_error_string(a) ? archive_error_string(a) :
						 "corrupt");
}

static int write_regular(struct tree *t, const char *path,
			 struct archive_entry *ent, struct err *e)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
				       O_CLOEXEC, 0600);
	const void *block;
	la_int64_t at;
	size_t n;
	int r;

	if (fd < 0)
		return err_sys(e, "create %s", path);
	while ((r = archive_read_data_block(t->a, &block, &n, &at)) ==
	       ARCHIVE_OK)
		TRY(write_block(fd, block, n, at, e));
	if (r != ARCHIVE_EOF)
		return archive_failed(t->a, e);
	if (ftruncate(fd, archive_entry_size(ent)) < 0)
		return err_sys(e, "write %s", path);
	return 0;
}

static int write_hardlink(const char *path, const char *raw, struct err *e)
{
	char target[4096];

	TRY(clean_path(raw, target, e));
	if (linkat(AT_FDCWD, target, AT_FDCWD, path, 0) < 0)
		return err_sys(e, "link %s to %s", path, target);
	return 0;
}

/* ---- whiteouts ---- */

static int write_whiteout(const char *path, const char *base, struct err *e)
{
	char victim[4096];
	int n = (int)(base - path);

	if (streq(base, OPAQUE)) {
		snprintf(victim, sizeof(victim), "%.*s", n ? n - 1 : 1,
			 n ? path : ".");
		if (lsetxattr(victim, "user.overlay.opaque", "y", 1, 0) < 0)
			return err_sys(e, "mark %s opaque", victim);
		return 0;
	}
	base += strlen(WHITEOUT);
	if (!*base || skip_prefix(base, WHITEOUT))
		return 0; /* aufs's own book-keeping */
	if (streq(base, ".") || streq(base, ".."))
		return err_set(e, EINVAL, "a whiteout names '%s'", base);
	snprintf(victim, sizeof(victim), "%.*s%s", n, path, base);
	TRY(tree_remove(AT_FDCWD, victim, e));
	if (mknod(victim, S_IFCHR, makedev(0, 0)) < 0)
		return err_sys(e, "make a whiteout for %s", victim);
	return 0;
}

/* ---- one entry ---- */

/* Make room: a folder over a folder stays, all else is replaced. */
static int clear_way(const char *path, mode_t mode, bool *ret_exists,
		     struct err *e)
{
	struct stat st;

	*ret_exists = false;
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "look at %s", path);
	if (S_ISDIR(st.st_mode) && S_ISDIR(mode)) {
		*ret_exists = true;
		return 0;
	}
	return tree_remove(AT_FDCWD, path, e);
}

static int write_new(struct tree *t, const char *path,
		     struct archive_entry *ent, struct err *e)
{
	mode_t mode = archive_entry_mode(ent);

	switch (mode & S_IFMT) {
	case S_IFDIR:
		if (mkdir(path, 0700) < 0)
			return err_sys(e, "create the folder %s", path);
		return 0;
	case S_IFREG:
		return write_regular(t, path, ent, e);
	case S_IFLNK:
		if (symlink(archive_entry_symlink(ent), path) < 0)
			return err_sys(e, "link %s", path);
		return 0;
	default:
		if (mknod(path, mode & (S_IFMT | 0777), 0) < 0)
			return err_sys(e, "create %s", path);
		return 0;
	}
}

static int write_entry(struct tree *t, struct archive_entry *ent,
		       struct err *e)
{
	const char *link = archive_entry_hardlink(ent);
	mode_t mode = archive_entry_mode(ent);
	char path[4096];
	const char *base;
	bool exists;

	TRY(clean_path(archive_entry_pathname(ent), path, e));
	if (!*path) {
		if (!S_ISDIR(mode))
			return err_set(e, EINVAL, "an entry has no name");
		return set_attributes(t, ".", ent, e);
	}
	base = strrchr(path, '/');
	base = base ? base + 1 : path;
	TRY(make_parents(path, e));
	if (skip_prefix(base, WHITEOUT))
		return write_whiteout(path, base, e);
	/* no one without root can make a device: it is left out */
	if (!link && (S_ISCHR(mode) || S_ISBLK(mode))) {
		t->notes->devices++;
		return 0;
	}
	TRY(clear_way(path, link ? S_IFREG : mode, &exists, e));
	if (link)
		return write_hardlink(path, link, e);
	if (!exists)
		TRY(write_new(t, path, ent, e));
	return set_attributes(t, path, ent, e);
}

static int write_all(struct tree *t, struct err *e)
{
	struct archive_entry *ent;
	int r;

	for (size_t n = 0; n < ENTRIES_MAX; n++) {
		r = archive_read_next_header(t->a, &ent);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return archive_failed(t->a, e);
		TRY(write_entry(t, ent, e));
	}
	return err_set(e, EFBIG, "the layer has more than %d entries",
		       ENTRIES_MAX);
}

int tree_write(struct archive *a, bool single, struct unpack_notes *notes,
	       struct err *e)
{
	struct tree t = { .a = a, .single = single, .notes = notes };
	int r = write_all(&t, e);

	for (size_t i = t.n_folders; i-- > 0;) {
		utimensat(AT_FDCWD, t.folders[i].path, t.folders[i].times,
			  AT_SYMLINK_NOFOLLOW);
		free(t.folders[i].path);
	}
	free(t.folders);
	return r;
}
