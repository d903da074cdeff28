/* bundle.c - an image archive's files, kept by number. */
#include "fs/transfer/bundle.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "fs/transfer/inflate.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <sys/file.h>

#define FILES_MAX 20000
#define LINKS_MAX 8
#define CHUNK (256 << 10)

int bundle_open_dir(const char *path, struct bundle *ret, struct err *e)
{
	ret->dir = dir_open(AT_FDCWD, path, e);
	return ret->dir < 0 ? ret->dir : 0;
}

/* "./a//b" and "/a/b" are "a/b"; NULL for names with "..". */
static char *clean(const char *raw)
{
	struct str s = { 0 };

	while (raw && *raw) {
		size_t n = strcspn(raw, "/");

		if (n == 2 && strncmp(raw, "..", 2) == 0) {
			str_release(&s);
			return NULL;
		}
		if (n && !(n == 1 && *raw == '.')) {
			if (s.len)
				str_putc(&s, '/');
			str_add(&s, raw, n);
		}
		raw += n + (raw[n] == '/');
	}
	return str_steal(&s);
}

/* A link's target as a member's name: relative to the link's folder. */
static char *resolve_link(const char *name, const char *target)
{
	auto_strv struct strv parts = { 0 }, more = { 0 };
	struct str s = { 0 };

	strv_split(&parts, name, '/');
	strv_remove(&parts, parts.n - 1);
	strv_split(&more, target, '/');
	for (size_t i = 0; i < more.n; i++) {
		if (streq(more.v[i], "..") && parts.n)
			strv_remove(&parts, parts.n - 1);
		else if (*more.v[i] && !streq(more.v[i], ".") &&
			 !streq(more.v[i], ".."))
			strv_add(&parts, more.v[i]);
	}
	for (size_t i = 0; i < parts.n; i++)
		str_printf(&s, "%s%s", i ? "/" : "", parts.v[i]);
	return str_steal(&s);
}

static const struct bundle_file *find(const struct bundle *b, const char *name)
{
	const struct bundle_file *f = NULL;

	for (int depth = 0; depth < LINKS_MAX; depth++) {
		f = NULL;
		for (size_t i = 0; i < b->n && !f; i++)
			if (streq(b->files[i].name, name))
				f = &b->files[i];
		if (!f || !f->link)
			return f;
		name = f->link;
	}
	return NULL;
}

int bundle_open_file(const struct bundle *b, const char *name, struct err *e)
{
	const struct bundle_file *f;
	char number[16];
	int fd;

	if (!b->temp)
		return root_open(b->dir, name, O_RDONLY | O_NONBLOCK, e);
	f = find(b, name);
	if (!f)
		return err_set(e, ENOENT, "the archive has no file '%.100s'",
			       name);
	snprintf(number, sizeof(number), "%d", f->number);
	fd = openat(b->dir, number, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open a file of the archive") : fd;
}

bool bundle_has(const struct bundle *b, const char *name)
{
	struct err ignored;
	auto_close int fd = bundle_open_file(b, name, &ignored);

	return fd >= 0;
}

void bundle_release(const struct store *s, struct bundle *b)
{
	struct err ignored;

	for (size_t i = 0; i < b->n; i++) {
		free(b->files[i].name);
		free(b->files[i].link);
	}
	free(b->files);
	if (b->temp)
		tree_remove(s->fd, b->temp, &ignored);
	free(b->temp);
	if (b->dir >= 0)
		close(b->dir);
	*b = (struct bundle)BUNDLE_INIT;
}

/* ---- reading a tar ---- */

struct stream {
	struct inflate *z;
	struct err *e;
	bool failed;
	char buf[CHUNK];
};

static la_ssize_t next_bytes(struct archive *a, void *arg, const void **ret)
{
	struct stream *s = arg;
	ssize_t n = inflate_read(s->z, s->buf, sizeof(s->buf), s->e);

	*ret = s->buf;
	if (n < 0) {
		s->failed = true;
		archive_set_error(a, (int)-n, "%s", s->e->text);
	}
	return n < 0 ? -1 : n;
}

static int write_file(struct bundle *b, struct archive *a, int number,
		      struct err *e)
{
	char name[16];
	auto_close int fd = -1;

	snprintf(name, sizeof(name), "%d", number);
	fd = openat(b->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "create a temporary file");
	if (archive_read_data_into_fd(a, fd) != ARCHIVE_OK)
		return err_set(e, archive_errno(a) > 0 ? archive_errno(a) : EIO,
			       "read the archive: %s", archive_error_string(a) ?
			       archive_error_string(a) : "it is cut short");
	return 0;
}

static int take_entry(struct bundle *b, struct archive *a,
		      struct archive_entry *ent, struct err *e)
{
	const char *link = archive_entry_symlink(ent);
	const char *hard = archive_entry_hardlink(ent);
	struct bundle_file f = { clean(archive_entry_pathname(ent)), NULL, 0 };
	bool regular = archive_entry_filetype(ent) == AE_IFREG;

	if (!f.name || !*f.name || (!regular && !link && !hard)) {
		free(f.name);
		return 0;
	}
	if (b->n == FILES_MAX) {
		free(f.name);
		return err_set(e, EFBIG, "the archive has more than %d files",
			       FILES_MAX);
	}
	f.number = (int)b->n;
	f.link = hard ? clean(hard) : link ? resolve_link(f.name, link) : NULL;
	b->files = xrealloc(b->files, b->n + 1, sizeof(f));
	b->files[b->n++] = f;
	return f.link ? 0 : write_file(b, a, f.number, e);
}

static int read_entries(struct bundle *b, struct archive *a, struct stream *s,
			struct err *e)
{
	struct archive_entry *ent;
	int r;

	if (archive_read_open(a, s, NULL, next_bytes, NULL) != ARCHIVE_OK)
		return s->failed ? -e->code :
		       err_set(e, EINVAL, "this is not an image archive (a tar "
			       "of docker save, or of an OCI layout)");
	while ((r = archive_read_next_header(a, &ent)) == ARCHIVE_OK ||
	       r == ARCHIVE_WARN)
		TRY(take_entry(b, a, ent, e));
	if (r != ARCHIVE_EOF)
		return s->failed ? -e->code :
		       err_set(e, EINVAL, "the archive is damaged: %s",
			       archive_error_string(a));
	return 0;
}

int bundle_read(const struct store *s, int fd, struct bundle *ret,
		struct err *e)
{
	struct stream *st;
	struct archive *a;
	int r;

	ret->temp = temp_name("incoming/load");
	if (mkdirat(s->fd, ret->temp, 0700) < 0)
		return err_sys(e, "create a temporary folder in %s", s->path);
	ret->dir = dir_open(s->fd, ret->temp, e);
	if (ret->dir < 0)
		return ret->dir;
	flock(ret->dir, LOCK_EX);
	st = xcalloc(1, sizeof(*st));
	st->e = e;
	r = inflate_open(fd, &st->z, e);
	a = archive_read_new();
	archive_read_support_format_tar(a);
	if (r == 0)
		r = read_entries(ret, a, st, e);
	archive_read_free(a);
	if (st->z)
		inflate_close(st->z);
	free(st);
	return r;
}
