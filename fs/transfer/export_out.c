/* export_out.c - members of an export, as a tar or in a folder. */
#include "fs/transfer/export_out.h"

#include "core/base/file.h"
#include "fs/transfer/digest.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#define BLOCK 512
#define COPY (1 << 20)

/* ustar's header, pax(1); a size beyond its octal digits is binary (GNU). */
struct tar_header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8];
	char type, linkname[100], magic[6], version[2], uname[32], gname[32];
	char devmajor[8], devminor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct tar_header) == BLOCK, "a tar header is a block");

static void put_size(char field[12], uint64_t size)
{
	if (size < UINT64_C(1) << 33) {
		snprintf(field, 12, "%011" PRIo64, size);
		return;
	}
	field[0] = (char)0x80;
	for (int i = 11; i > 0; i--, size >>= 8)
		field[i] = (char)(size & 0xff);
}

static int put_header(const struct export_out *o, const char *name, char type,
		      uint64_t size, struct err *e)
{
	struct tar_header h = { .magic = "ustar", .version = { '0', '0' } };
	const unsigned char *p = (const unsigned char *)&h;
	unsigned int sum = 0;

	if (snprintf(h.name, sizeof(h.name), "%s", name) >=
	    (int)sizeof(h.name))
		return err_set(e, ENAMETOOLONG, "the name %s is too long", name);
	snprintf(h.mode, sizeof(h.mode), "%07o", type == '5' ? 0755 : 0644);
	snprintf(h.uid, sizeof(h.uid), "%07o", 0);
	snprintf(h.gid, sizeof(h.gid), "%07o", 0);
	snprintf(h.mtime, sizeof(h.mtime), "%011o", 0);
	put_size(h.size, size);
	h.type = type;
	memset(h.sum, ' ', sizeof(h.sum));
	for (size_t i = 0; i < BLOCK; i++)
		sum += p[i];
	snprintf(h.sum, sizeof(h.sum), "%06o", sum);
	if (fd_write_all(o->fd, &h, sizeof(h)) < 0)
		return err_sys(e, "write the archive");
	return 0;
}

static int put_padding(const struct export_out *o, uint64_t size,
		       struct err *e)
{
	static const char zeros[BLOCK];
	size_t n = -size % BLOCK;

	if (fd_write_all(o->fd, zeros, n) < 0)
		return err_sys(e, "write the archive");
	return 0;
}

int export_folder(struct export_out *o, const char *name, struct err *e)
{
	auto_free char *slashed = NULL;

	if (o->fd < 0) {
		if (mkdirat(o->dir, name, 0755) < 0)
			return err_sys(e, "create the folder %s", name);
		return 0;
	}
	slashed = xasprintf("%s/", name);
	return put_header(o, slashed, '5', 0, e);
}

int export_text(struct export_out *o, const char *name, const char *text,
		struct err *e)
{
	size_t n = strlen(text);

	if (o->fd < 0)
		return file_create(o->dir, name, text, 0644, e);
	TRY(put_header(o, name, '0', n, e));
	if (fd_write_all(o->fd, text, n) < 0)
		return err_sys(e, "write the archive");
	return put_padding(o, n, e);
}

/* A signal to end that the caller holds back: stop soon. */
static bool interrupted(void)
{
	sigset_t s;

	return sigpending(&s) == 0 &&
	       (sigismember(&s, SIGINT) || sigismember(&s, SIGTERM) ||
		sigismember(&s, SIGHUP));
}

static int copy_blob(int from, int to, uint64_t size, const char *digest,
		     struct err *e)
{
	auto_free char *buf = xmalloc(COPY);
	char got[DIGEST_MAX];
	struct digest d;
	uint64_t at = 0;
	ssize_t n = 1;
	int r = 0;

	digest_init(&d);
	while (at < size && n > 0 && r == 0) {
		if (interrupted()) {
			r = err_set(e, EINTR, "interrupted");
			break;
		}
		n = pread(from, buf, size - at < COPY ? size - at : COPY, at);
		if (n < 0)
			r = err_sys(e, "read blob %s", digest);
		if (n <= 0)
			break;
		digest_add(&d, buf, n);
		if (fd_write_all(to, buf, n) < 0)
			r = err_sys(e, "write the archive");
		at += n;
	}
	digest_final(&d, got);
	if (r == 0 && !streq(got, digest))
		r = err_set(e, EBADMSG, "the stored blob %s is damaged: pull "
			    "or load the image again", digest);
	return r;
}

int export_blob(struct export_out *o, const char *name, int fd,
		const char *digest, struct err *e)
{
	auto_close int file = -1;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at blob %s", digest);
	if (o->fd < 0) {
		file = openat(o->dir, name, O_WRONLY | O_CREAT | O_EXCL |
			      O_CLOEXEC, 0644);
		if (file < 0)
			return err_sys(e, "create %s", name);
		return copy_blob(fd, file, st.st_size, digest, e);
	}
	TRY(put_header(o, name, '0', st.st_size, e));
	TRY(copy_blob(fd, o->fd, st.st_size, digest, e));
	return put_padding(o, st.st_size, e);
}

int export_end(struct export_out *o, struct err *e)
{
	static const char zeros[2 * BLOCK];

	if (o->fd >= 0 && fd_write_all(o->fd, zeros, sizeof(zeros)) < 0)
		return err_sys(e, "write the archive");
	return 0;
}
