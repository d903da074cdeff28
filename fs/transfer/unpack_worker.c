/* unpack_worker.c - confinement, and the stream from blob to files. */
#include "fs/transfer/unpack_worker.h"

#include "core/base/file.h"
#include "core/caps.h"
#include "core/mount.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/inflate.h"
#include "fs/transfer/tree_writer.h"

#include <archive.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define CHUNK (256 << 10)
#define BIT(n) (UINT64_C(1) << (n))
#define IN_FD 3
#define OUT_FD 4

struct stream {
	struct inflate *z;
	struct digest digest;
	struct err *e;       /* for the archive's callback */
	bool failed;
	char buf[CHUNK];
};

/* ---- confinement ---- */

/* Nothing but the layer's folder is left: pivot_root(2). */
static int pivot_into(const struct unpack_request *r, struct err *e)
{
	auto_close int tree = -1, dir = -1;
	struct stat st;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	dir = dir_open(AT_FDCWD, r->path, e);
	if (dir < 0)
		return dir;
	if (fstat(dir, &st) < 0 || st.st_dev != r->dev || st.st_ino != r->ino)
		return err_set(e, ESTALE, "the layer's folder was replaced");
	tree = mount_clone(dir, "", false, e);
	if (tree < 0)
		return tree;
	TRY(mount_attach(tree, dir, "the layer's folder", e));
	if (fchdir(tree) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, "make the layer's folder the root");
	return 0;
}

static int drop_rights(struct err *e)
{
	const uint64_t keep = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |
			      BIT(CAP_FOWNER) | BIT(CAP_FSETID) |
			      BIT(CAP_SETFCAP) | BIT(CAP_MKNOD);
	struct caps caps = { keep, keep, keep, 0, 0 };

	TRY(caps_bound(&caps, e));
	TRY(caps_apply(&caps, e));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(e, "give up rights");
	return 0;
}

static int confine(const struct unpack_request *r, struct err *e)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "rl-unpack");
	setrlimit(RLIMIT_CORE, &none);
	umask(0);
	TRY(pivot_into(r, e));
	return drop_rights(e);
}

/* The blob and the report's pipe get fixed numbers, all else is closed. */
static int keep_two_fds(int in, int out, struct err *e)
{
	if (dup3(in, IN_FD, 0) < 0 ||
	    (out != OUT_FD && dup3(out, OUT_FD, 0) < 0) ||
	    syscall(SYS_close_range, OUT_FD + 1, ~0U, 0) < 0)
		return err_sys(e, "close what the layer must not reach");
	return 0;
}

/* ---- the stream ---- */

static la_ssize_t next_bytes(struct archive *a, void *arg, const void **ret)
{
	struct stream *s = arg;
	ssize_t n = inflate_read(s->z, s->buf, sizeof(s->buf), s->e);

	if (n < 0) {
		s->failed = true;
		archive_set_error(a, (int)-n, "%s", s->e->text);
		return -1;
	}
	digest_add(&s->digest, s->buf, n);
	*ret = s->buf;
	return n;
}

/* What is behind the tar's end counts for the digest too. */
static int read_rest(struct stream *s, struct err *e)
{
	ssize_t n;

	while ((n = inflate_read(s->z, s->buf, sizeof(s->buf), e)) > 0)
		digest_add(&s->digest, s->buf, n);
	return n < 0 ? (int)n : 0;
}

static int read_tar(struct stream *s, bool single, struct unpack_notes *notes,
		    struct err *e)
{
	struct archive *a = archive_read_new();
	int r;

	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	s->e = e;
	if (archive_read_open(a, s, NULL, next_bytes, NULL) != ARCHIVE_OK)
		r = s->failed ? -e->code :
		    err_set(e, EINVAL, "the layer is not a tar archive: %s",
			    archive_error_string(a));
	else
		r = tree_write(a, single, notes, e);
	archive_read_free(a);
	return r;
}

static int unpack(const struct unpack_request *r, struct unpack_notes *notes,
		  struct err *e)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	char got[DIGEST_MAX];

	TRY(confine(r, e));
	TRY(inflate_open(IN_FD, &s->z, e));
	digest_init(&s->digest);
	TRY(read_tar(s, r->single, notes, e));
	TRY(read_rest(s, e));
	digest_final(&s->digest, got);
	if (!streq(got, r->diff_id))
		return err_set(e, EBADMSG, "the layer's content is %s, the "
			       "image says %s", got, r->diff_id);
	return 0;
}

NORETURN void unpack_worker(const struct unpack_request *r, int in, int out)
{
	struct unpack_report report = { 0 };

	if (keep_two_fds(in, out, &report.e) < 0)
		_exit(1);
	report.failed = unpack(r, &report.notes, &report.e) < 0;
	if (write(OUT_FD, &report, sizeof(report)) != sizeof(report))
		_exit(2);
	_exit(0);
}
