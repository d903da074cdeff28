/* tree_writer.c - archive entries to files, with the rules of OCI layers. */
#include "fs/transfer/tree_writer.h"

#include "core/base/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <limits.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define ENTRIES_MAX 10000000
#define FOLDERS_BYTES_MAX (16 << 20)
#define HOLE 65536 /* a run of zeros this long is not written */
#define PAGE 4096
#define OVERRIDE "user.containers.override_stat"
#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"

/* What a folder gets once nothing is written below it any more. */
struct folder {
	char *path;
	mode_t mode;
	struct timespec times[2];
};

struct tree {
	struct archive *a;
	struct tree_rules rules;
	struct unpack_notes *notes;
	int root;
	int parent;              /* the folder of the last entry, open */
	char parent_path[4096];
	struct folder *folders;
	size_t n_folders, cap_folders, bytes_folders;
};

/* One entry: where it goes, and what it is. */
struct item {
	char path[4096];
	int dir;                 /* the folder it goes in, */
	const char *name;        /* and its name there */
	mode_t mode;
	struct archive_entry *ent;
	struct timespec times[2];
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
			return err_set(e, EINVAL, "the name '%.100s' of an "
				       "entry has '..'", raw);
		if (k > NAME_MAX || n + k + 2 > 4096)
			return err_set(e, ENAMETOOLONG, "the name '%.40s...' "
				       "of an entry is too long", raw);
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

/* ---- folders ---- */

/*
 * A folder that the archive uses and does not name hides the one of a lower
 * layer: the few that are never 0755 get the mode they have everywhere.
 */
static mode_t implied_mode(const char *path)
{
	if (streq(path, "tmp") || streq(path, "var/tmp"))
		return 01777;
	return streq(path, "root") ? 0700 : 0755;
}

static int make_parents(struct tree *t, char *path, struct err *e)
{
	for (char *slash = path; slash; ) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdirat(t->root, path, implied_mode(path)) < 0 &&
		    errno != EEXIST)
			return err_sys(e, "create the folder %s", path);
		if (slash)
			*slash = '/';
	}
	return 0;
}

static void forget_parent(struct tree *t)
{
	if (t->parent >= 0)
		close(t->parent);
	t->parent = -1;
}

/* Open, and keep open, the folder that `path` is in. */
static int open_parent(struct tree *t, struct item *it, struct err *e)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	char *slash = strrchr(it->path, '/');
	size_t n = slash ? slash - it->path : 0;

	it->name = slash ? slash + 1 : it->path;
	if (t->parent < 0 || t->parent_path[n] != '\0' ||
	    memcmp(t->parent_path, it->path, n) != 0) {
		forget_parent(t);
		memcpy(t->parent_path, it->path, n);
		t->parent_path[n] = '\0';
		t->parent = openat(t->root, n ? t->parent_path : ".", flags);
		if (t->parent < 0 && errno == ENOENT) {
			TRY(make_parents(t, t->parent_path, e));
			t->parent = openat(t->root, t->parent_path, flags);
		}
		if (t->parent < 0)
			return err_sys(e, "open the folder %s", t->parent_path);
	}
	it->dir = t->parent;
	return 0;
}

static void finish_folder(struct tree *t, const struct folder *f)
{
	auto_close int fd = openat(t->root, f->path, O_RDONLY | O_DIRECTORY |
				   O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fchmod(fd, f->mode) < 0)
		return; /* replaced by a later entry */
	futimens(fd, f->times);
}

/* Modes wait too: a folder's set-gid bit would give its group to files. */
static void finish_later(struct tree *t, const struct item *it)
{
	size_t n = strlen(it->path) + 1 + sizeof(struct folder);
	struct folder f = {
		.path = *it->path ? (char *)it->path : ".",
		.mode = it->mode & 07777, .times = { it->times[0],
						     it->times[1] },
	};

	if (t->bytes_folders + n > FOLDERS_BYTES_MAX) {
		finish_folder(t, &f);
		return;
	}
	if (t->n_folders == t->cap_folders) {
		t->cap_folders = t->cap_folders ? t->cap_folders * 2 : 256;
		t->folders = xrealloc(t->folders, t->cap_folders,
				      sizeof(*t->folders));
	}
	f.path = xstrdup(f.path);
	t->bytes_folders += n;
	t->folders[t->n_folders++] = f;
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
static void set_xattrs(struct tree *t, const struct item *it)
{
	const char *path = *it->path ? it->path : ".";
	const char *name;
	const void *value;
	size_t n;

	if (archive_entry_xattr_reset(it->ent) == 0)
		return;
	while (archive_entry_xattr_next(it->ent, &name, &value, &n) ==
	       ARCHIVE_OK)
		if (!xattr_wanted(name) ||
		    lsetxattr(path, name, value, n, 0) < 0)
			t->notes->xattrs++;
}

/* An owner that the map does not have is kept as a note, as podman does. */
static void note_owner(const struct item *it, int64_t uid, int64_t gid)
{
	char text[64];
	int n;

	if (!S_ISREG(it->mode) && !S_ISDIR(it->mode))
		return; /* user.* exists on these two only */
	n = snprintf(text, sizeof(text), "%lld:%lld:%o", (long long)uid,
		     (long long)gid, it->mode & 07777);
	lsetxattr(*it->path ? it->path : ".", OVERRIDE, text, n, 0);
}

static int set_owner(struct tree *t, const struct item *it, int fd,
		     struct err *e)
{
	int64_t uid = t->rules.owned ? t->rules.uid :
				       archive_entry_uid(it->ent);
	int64_t gid = t->rules.owned ? t->rules.gid :
				       archive_entry_gid(it->ent);
	int r;

	if (t->rules.no_owner || (uid == 0 && gid == 0))
		return 0;
	if (t->rules.single || uid < 0 || gid < 0 || uid >= UINT32_MAX ||
	    gid >= UINT32_MAX) {
		note_owner(it, uid, gid);
		return 0;
	}
	if (fd >= 0)
		r = fchown(fd, uid, gid);
	else
		r = fchownat(it->dir, it->name, uid, gid, AT_SYMLINK_NOFOLLOW);
	if (r == 0)
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return err_sys(e, "set the owner of %s", it->path);
	note_owner(it, uid, gid);
	return 0;
}

/* ---- content ---- */

/*
 * Zeros are kept back: a run of HOLE bytes or more, in however many blocks it
 * comes, stays a hole, so gigabytes of them cost nothing.
 */
struct sink {
	int fd;
	off_t end;      /* of what is written */
	off_t zeros_at; /* a run of zeros that is not written yet, */
	off_t zeros;    /* and how long it is */
};

static bool all_zero(const char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* How many of the first bytes are zero, in whole pages (or all of them). */
static size_t leading_zeros(const char *p, size_t n)
{
	size_t k = 0;

	while (n - k >= PAGE && all_zero(p + k, PAGE))
		k += PAGE;
	return n - k < PAGE && all_zero(p + k, n - k) ? n : k;
}

static size_t trailing_zeros(const char *p, size_t n)
{
	size_t k = 0;

	while (n - k >= PAGE && all_zero(p + n - k - PAGE, PAGE))
		k += PAGE;
	return k;
}

static int write_at(struct sink *s, const char *p, size_t n, off_t at,
		    struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t w = pwrite(s->fd, p + done, n - done, at + done);

		if (w < 0 && errno != EINTR)
			return err_sys(e, "write a file");
		done += w > 0 ? w : 0;
	}
	if (n > 0)
		s->end = at + n;
	return 0;
}

/* The run was too short for a hole. */
static int write_zeros(struct sink *s, struct err *e)
{
	static const char zeros[PAGE];

	for (; s->zeros > 0; s->zeros -= PAGE, s->zeros_at += PAGE)
		TRY(write_at(s, zeros, s->zeros < PAGE ? s->zeros : PAGE,
			     s->zeros_at, e));
	return 0;
}

/* A block that begins and ends with something else than pages of zeros. */
static int write_middle(struct sink *s, const char *p, size_t n, off_t at,
			struct err *e)
{
	size_t from = 0, k = 0;

	for (; k + HOLE <= n; k += HOLE) {
		if (!all_zero(p + k, HOLE))
			continue;
		TRY(write_at(s, p + from, k - from, at + from, e));
		from = k + HOLE;
	}
	return write_at(s, p + from, n - from, at + from, e);
}

static int write_block(struct sink *s, const char *p, size_t n, off_t at,
		       struct err *e)
{
	size_t lead = leading_zeros(p, n), tail;

	if (s->zeros > 0 && at != s->zeros_at + s->zeros)
		s->zeros = 0; /* the archive itself leaves a hole behind it */
	if (s->zeros == 0)
		s->zeros_at = at;
	if (lead == n) {
		s->zeros += n;
		return 0;
	}
	if (s->zeros + (off_t)lead < HOLE) {
		TRY(write_zeros(s, e));
		lead = 0;
	}
	tail = trailing_zeros(p + lead, n - lead);
	s->zeros = tail;
	s->zeros_at = at + n - tail;
	return write_middle(s, p + lead, n - lead - tail, at + lead, e);
}

static int archive_failed(struct archive *a, struct err *e)
{
	int code = archive_errno(a);

	return err_set(e, code > 0 ? code : EINVAL, "read the layer: %s",
		       archive_error_string(a) ? archive_error_string(a) :
						 "corrupt");
}

static int write_content(struct tree *t, const struct item *it, int fd,
			 struct err *e)
{
	struct sink s = { .fd = fd };
	const void *block;
	la_int64_t at;
	size_t n;
	int r;

	if (archive_entry_size(it->ent) == 0)
		return 0;
	while ((r = archive_read_data_block(t->a, &block, &n, &at)) ==
	       ARCHIVE_OK)
		TRY(write_block(&s, block, n, at, e));
	if (r != ARCHIVE_EOF)
		return archive_failed(t->a, e);
	if (s.end != archive_entry_size(it->ent) &&
	    ftruncate(fd, archive_entry_size(it->ent)) < 0)
		return err_sys(e, "write %s", it->path);
	return 0;
}

/* ---- one entry of each type ---- */

/* chown(2) clears set-id bits: they are set behind it. */
static int write_regular(struct tree *t, const struct item *it, struct err *e)
{
	auto_close int fd = openat(it->dir, it->name, O_WRONLY | O_CREAT |
				   O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				   it->mode & 01777);

	if (fd < 0)
		return err_sys(e, "create %s", it->path);
	TRY(write_content(t, it, fd, e));
	TRY(set_owner(t, it, fd, e));
	if ((it->mode & 06000) && fchmod(fd, it->mode & 07777) < 0)
		return err_sys(e, "set the mode of %s", it->path);
	set_xattrs(t, it);
	futimens(fd, it->times);
	return 0;
}

static int write_folder(struct tree *t, const struct item *it, struct err *e)
{
	struct stat st;

	if (mkdirat(it->dir, it->name, 0700) < 0 &&
	    (errno != EEXIST ||
	     fstatat(it->dir, it->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	     !S_ISDIR(st.st_mode)))
		return err_sys(e, "create the folder %s", it->path);
	TRY(set_owner(t, it, -1, e));
	set_xattrs(t, it);
	finish_later(t, it);
	return 0;
}

static int set_link_attributes(struct tree *t, const struct item *it,
			       struct err *e)
{
	TRY(set_owner(t, it, -1, e));
	if (!S_ISLNK(it->mode) &&
	    fchmodat(it->dir, it->name, it->mode & 07777, 0) < 0)
		return err_sys(e, "set the mode of %s", it->path);
	set_xattrs(t, it);
	utimensat(it->dir, it->name, it->times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

static int write_symlink(struct tree *t, const struct item *it, struct err *e)
{
	const char *target = archive_entry_symlink(it->ent);

	if (!target)
		return err_set(e, EINVAL, "the link %s has no target",
			       it->path);
	if (symlinkat(target, it->dir, it->name) < 0)
		return err_sys(e, "link %s", it->path);
	return set_link_attributes(t, it, e);
}

static int write_node(struct tree *t, const struct item *it, struct err *e)
{
	if (mknodat(it->dir, it->name, (it->mode & S_IFMT) | 0600, 0) < 0)
		return err_sys(e, "create %s", it->path);
	return set_link_attributes(t, it, e);
}

static int write_hardlink(struct tree *t, const struct item *it, struct err *e)
{
	char target[4096];

	TRY(clean_path(archive_entry_hardlink(it->ent), target, e));
	if (linkat(t->root, target, it->dir, it->name, 0) < 0)
		return err_sys(e, "link %s to %s", it->path, target);
	return 0;
}

/* ---- whiteouts ---- */

static int write_whiteout(struct item *it, struct err *e)
{
	if (streq(it->name, OPAQUE)) {
		if (fsetxattr(it->dir, "user.overlay.opaque", "y", 1, 0) < 0)
			return err_sys(e, "mark the folder of %s opaque",
				       it->path);
		return 0;
	}
	it->name += strlen(WHITEOUT);
	if (skip_prefix(it->name, WHITEOUT))
		return 0; /* aufs's own book-keeping */
	if (!*it->name || streq(it->name, ".") || streq(it->name, ".."))
		return err_set(e, EINVAL, "the whiteout '%s' names no file",
			       it->path);
	TRY(tree_remove(it->dir, it->name, e));
	if (mknodat(it->dir, it->name, S_IFCHR, makedev(0, 0)) < 0)
		return err_sys(e, "make the whiteout %s", it->path);
	return 0;
}

/* ---- any entry ---- */

static int write_new(struct tree *t, const struct item *it, struct err *e)
{
	if (archive_entry_hardlink(it->ent))
		return write_hardlink(t, it, e);
	switch (it->mode & S_IFMT) {
	case S_IFDIR:
		return write_folder(t, it, e);
	case S_IFREG:
		return write_regular(t, it, e);
	case S_IFLNK:
		return write_symlink(t, it, e);
	case S_IFIFO:
	case S_IFSOCK:
		return write_node(t, it, e);
	default:
		return err_set(e, EINVAL, "%s is of no known type", it->path);
	}
}

/* A copy puts no file in a folder's place, and no folder in a file's. */
static int check_kinds(const struct item *it, struct err *e)
{
	bool dir = S_ISDIR(it->mode) && !archive_entry_hardlink(it->ent);
	struct stat st;

	if (fstatat(it->dir, it->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "look at %s", it->path);
	if (S_ISDIR(st.st_mode) == dir)
		return 0;
	return dir ? err_set(e, ENOTDIR, "cannot overwrite non-directory "
			     "\"%s\" with directory", it->path) :
		     err_set(e, EISDIR, "cannot overwrite directory \"%s\" "
			     "with non-directory", it->path);
}

/* Most names are new: what is in the way is looked for only after EEXIST. */
static int write_item(struct tree *t, struct item *it, struct err *e)
{
	int r = write_new(t, it, e);

	if (r != -EEXIST)
		return r;
	if (t->rules.copy && !t->rules.replace)
		TRY(check_kinds(it, e));
	TRY(tree_remove(it->dir, it->name, e));
	return write_new(t, it, e);
}

static int root_item(struct tree *t, struct item *it, struct err *e)
{
	if (!S_ISDIR(it->mode))
		return err_set(e, EINVAL, "an entry has no name");
	if (t->rules.copy && !t->rules.replace)
		return 0;
	it->dir = t->root;
	it->name = ".";
	TRY(set_owner(t, it, -1, e));
	set_xattrs(t, it);
	finish_later(t, it);
	return 0;
}

static int write_entry(struct tree *t, struct item *it, struct err *e)
{
	struct archive_entry *ent = it->ent;

	TRY(clean_path(archive_entry_pathname(ent), it->path, e));
	it->mode = archive_entry_mode(ent);
	if (t->rules.no_set_ids && !S_ISDIR(it->mode))
		it->mode &= ~06000;
	it->times[0].tv_sec = archive_entry_mtime(ent);
	it->times[0].tv_nsec = archive_entry_mtime_nsec(ent);
	it->times[1] = it->times[0];
	if (!*it->path)
		return root_item(t, it, e);
	/* no one without root can make a device: it is left out */
	if (!archive_entry_hardlink(ent) &&
	    (S_ISCHR(it->mode) || S_ISBLK(it->mode))) {
		t->notes->devices++;
		return 0;
	}
	TRY(open_parent(t, it, e));
	if (!t->rules.copy && skip_prefix(it->name, WHITEOUT))
		return write_whiteout(it, e);
	return write_item(t, it, e);
}

static int write_all(struct tree *t, struct err *e)
{
	auto_free struct item *it = xcalloc(1, sizeof(*it));
	int r;

	for (size_t n = 0; n < ENTRIES_MAX; n++) {
		r = archive_read_next_header(t->a, &it->ent);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return archive_failed(t->a, e);
		TRY(write_entry(t, it, e));
	}
	return err_set(e, EFBIG, "the layer has more than %d entries",
		       ENTRIES_MAX);
}

int tree_write(struct archive *a, const struct tree_rules *rules,
	       struct unpack_notes *notes, struct err *e)
{
	struct tree t = {
		.a = a, .rules = *rules, .notes = notes, .parent = -1,
	};
	int r;

	t.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = t.root < 0 ? err_sys(e, "open the layer's folder") :
			 write_all(&t, e);
	for (size_t i = 0; i < t.n_folders; i++) {
		if (r == 0)
			finish_folder(&t, &t.folders[i]);
		free(t.folders[i].path);
	}
	free(t.folders);
	forget_parent(&t);
	close(t.root);
	return r;
}
