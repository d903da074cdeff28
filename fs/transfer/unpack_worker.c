/* unpack_worker.c - one layer: from the blob to files and a report. */
#include "fs/transfer/unpack_worker.h"

#include "core/base/file.h"
#include "fs/transfer/bundle_worker.h"
#include "fs/transfer/confine.h"
#include "fs/transfer/inflate.h"
#include "fs/transfer/stream.h"
#include "fs/transfer/tree_writer.h"

#include <archive.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define IN_FD 3
#define OUT_FD 4
#define PLAIN_CHUNK (1 << 20)

struct source {
	struct stream *s;
	struct err *e;  /* for the archive's callback */
	bool failed;
};

/* The input and the report's pipe get fixed numbers, all else is closed. */
static int keep_two_fds(int in, int out, struct err *e)
{
	if (dup3(in, IN_FD, 0) < 0 ||
	    (out != OUT_FD && dup3(out, OUT_FD, 0) < 0) ||
	    syscall(SYS_close_range, OUT_FD + 1, ~0U, 0) < 0)
		return err_sys(e, "close what the layer must not reach");
	return 0;
}

static la_ssize_t next_bytes(struct archive *a, void *arg, const void **ret)
{
	struct source *src = arg;
	ssize_t n = stream_next(src->s, ret, src->e);

	if (n < 0) {
		src->failed = true;
		archive_set_error(a, (int)-n, "%s", src->e->text);
		return -1;
	}
	return n;
}

static int read_tar(struct source *src, bool single,
		    struct unpack_notes *notes, struct err *e)
{
	const struct tree_rules rules = { .single = single };
	struct archive *a = archive_read_new();
	int r;

	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	src->e = e;
	if (archive_read_open(a, src, NULL, next_bytes, NULL) != ARCHIVE_OK)
		r = src->failed ? -e->code :
		    err_set(e, EINVAL, "the layer is not a tar archive: %s",
			    archive_error_string(a));
	else
		r = tree_write(a, &rules, notes, e);
	archive_read_free(a);
	return r;
}

static int unpack(const struct unpack_request *r, struct unpack_notes *notes,
		  struct err *e)
{
	struct source src = { 0 };
	char got[DIGEST_MAX];
	const void *rest;
	ssize_t n;

	TRY(stream_start(IN_FD, &src.s, e));
	TRY(confine_calls(e));
	TRY(read_tar(&src, r->single, notes, e));
	/* what is behind the tar's end counts for the digest too */
	while ((n = stream_next(src.s, &rest, e)) > 0)
		;
	if (n < 0)
		return n;
	stream_digest(src.s, got);
	if (!streq(got, r->diff_id))
		return err_set(e, EBADMSG, "the layer's content is %s, the "
			       "image says %s", got, r->diff_id);
	return 0;
}

/* What `in` reads, compressed or not, as the file "/plain". */
static int write_plain(struct err *e)
{
	auto_close int fd = open("plain", O_WRONLY | O_CREAT | O_EXCL |
				 O_CLOEXEC, 0600);
	auto_free char *buf = xmalloc(PLAIN_CHUNK);
	struct inflate *z;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "create a temporary file");
	TRY(confine_calls(e));
	TRY(inflate_open(IN_FD, &z, e));
	while ((n = inflate_read(z, buf, PLAIN_CHUNK, e)) > 0)
		if (fd_write_all(fd, buf, n) < 0)
			return err_sys(e, "write a temporary file");
	inflate_close(z);
	return n;
}

static int work(const struct unpack_request *r, struct unpack_notes *notes,
		struct err *e)
{
	prctl(PR_SET_NAME, "rl-unpack");
	TRY(confine_to(r->path, r->dev, r->ino, e));
	if (r->kind == UNPACK_BUNDLE)
		return bundle_extract(IN_FD, e);
	if (r->kind == UNPACK_PLAIN)
		return write_plain(e);
	return unpack(r, notes, e);
}

NORETURN void unpack_worker(const struct unpack_request *r, int in, int out)
{
	struct unpack_report report = { 0 };

	if (keep_two_fds(in, out, &report.e) < 0)
		_exit(1);
	report.failed = work(r, &report.notes, &report.e) < 0;
	if (write(OUT_FD, &report, sizeof(report)) != sizeof(report))
		_exit(2);
	_exit(0);
}
