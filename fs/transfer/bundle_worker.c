/* bundle_worker.c - an image archive's tar becomes numbered files. */
#include "fs/transfer/bundle_worker.h"

#include "core/base/file.h"
#include "fs/transfer/confine.h"
#include "fs/transfer/inflate.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <sys/prctl.h>

#define CHUNK (256 << 10)

struct extract {
	struct inflate *z;
	struct err *e;   /* for the archive's callback */
	bool failed;
	size_t n;        /* files so far */
	struct str index;
	char buf[CHUNK];
};

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

static la_ssize_t next_bytes(struct archive *a, void *arg, const void **ret)
{
	struct extract *x = arg;
	ssize_t n = inflate_read(x->z, x->buf, sizeof(x->buf), x->e);

	*ret = x->buf;
	if (n < 0) {
		x->failed = true;
		archive_set_error(a, (int)-n, "%s", x->e->text);
	}
	return n < 0 ? -1 : n;
}

static int write_blocks(struct archive *a, int fd, off_t *end, struct err *e)
{
	const void *block;
	la_int64_t at;
	size_t n;
	int r;

	while ((r = archive_read_data_block(a, &block, &n, &at)) ==
	       ARCHIVE_OK) {
		if (lseek(fd, at, SEEK_SET) < 0 ||
		    fd_write_all(fd, block, n) < 0)
			return err_sys(e, "write a temporary file");
		*end = at + n;
	}
	if (r != ARCHIVE_EOF)
		return err_set(e, EINVAL, "the archive is damaged: %s",
			       archive_error_string(a) ?
			       archive_error_string(a) : "it is cut short");
	return 0;
}

static int write_file(struct extract *x, struct archive *a,
		      struct archive_entry *ent, struct err *e)
{
	auto_close int fd = -1;
	char name[16];
	off_t end = 0;

	snprintf(name, sizeof(name), "%zu", x->n);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "create a temporary file");
	if (write_blocks(a, fd, &end, e) < 0)
		return x->failed ? err_set(e, EINVAL, "the archive is damaged: "
					   "%s", archive_error_string(a)) :
				   -e->code;
	if (end < archive_entry_size(ent) &&
	    ftruncate(fd, archive_entry_size(ent)) < 0)
		return err_sys(e, "write a temporary file");
	return 0;
}

static int take_entry(struct extract *x, struct archive *a,
		      struct archive_entry *ent, struct err *e)
{
	const char *sym = archive_entry_symlink(ent);
	const char *hard = archive_entry_hardlink(ent);
	auto_free char *name = clean(archive_entry_pathname(ent));
	auto_free char *link = NULL;

	if (!name || !*name ||
	    (archive_entry_filetype(ent) != AE_IFREG && !sym && !hard))
		return 0;
	if (hard)
		link = clean(hard);
	else if (sym)
		link = resolve_link(name, sym);
	if (x->n == BUNDLE_FILES_MAX)
		return err_set(e, EFBIG, "the archive has more than %d files",
			       BUNDLE_FILES_MAX);
	str_add(&x->index, name, strlen(name) + 1);
	str_add(&x->index, link ? link : "", link ? strlen(link) + 1 : 1);
	if (x->index.len > BUNDLE_INDEX_MAX)
		return err_set(e, EFBIG, "the archive's names are too long");
	if (!hard && !sym)
		TRY(write_file(x, a, ent, e));
	x->n++;
	return 0;
}

static int read_entries(struct extract *x, struct archive *a, struct err *e)
{
	struct archive_entry *ent;
	int r;

	if (archive_read_open(a, x, NULL, next_bytes, NULL) != ARCHIVE_OK)
		return x->failed ? -e->code :
		       err_set(e, EINVAL, "this is not an image archive (a tar "
			       "of docker save, or of an OCI layout)");
	while ((r = archive_read_next_header(a, &ent)) == ARCHIVE_OK ||
	       r == ARCHIVE_WARN)
		TRY(take_entry(x, a, ent, e));
	if (r != ARCHIVE_EOF)
		return err_set(e, EINVAL, "the archive is damaged: %s",
			       archive_error_string(a) ?
			       archive_error_string(a) : "it is cut short");
	return file_create(AT_FDCWD, "index", "", 0600, e);
}

static int write_index(const struct extract *x, struct err *e)
{
	auto_close int fd = open("index", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || fd_write_all(fd, str_text(&x->index), x->index.len) < 0)
		return err_sys(e, "write a temporary file");
	return 0;
}

int bundle_extract(int fd, struct err *e)
{
	struct extract *x = xcalloc(1, sizeof(*x));
	struct archive *a;
	int r;

	prctl(PR_SET_NAME, "rl-read-archive");
	x->e = e;
	a = archive_read_new();
	archive_read_support_format_tar(a);
	r = confine_calls(e);
	if (r == 0)
		r = inflate_open(fd, &x->z, e);
	if (r == 0)
		r = read_entries(x, a, e);
	if (r == 0)
		r = write_index(x, e);
	archive_read_free(a);
	if (x->z)
		inflate_close(x->z);
	str_release(&x->index);
	free(x);
	return r;
}
