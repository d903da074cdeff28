/* inflate.c - gzip by ISA-L, zstd, plain: one stream interface. */
#include "fs/transfer/inflate.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#define IN_SIZE (256 << 10)

enum format { UNKNOWN, PLAIN, GZIP, ZSTD };

struct inflate {
	int fd;
	enum format format;
	bool eof;             /* of the input */
	bool between;         /* at the end of a member or frame */
	size_t off, len;      /* of what is read and not used */
	struct inflate_state gzip;
	struct isal_gzip_header header;
	ZSTD_DStream *zstd;
	uint8_t in[IN_SIZE];
};

static int refill(struct inflate *z, struct err *e)
{
	ssize_t n;

	if (z->off > 0)
		memmove(z->in, z->in + z->off, z->len);
	z->off = 0;
	do
		n = read(z->fd, z->in + z->len, IN_SIZE - z->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "read compressed data");
	z->eof = n == 0;
	z->len += n;
	return 0;
}

static void start_member(struct inflate *z)
{
	isal_inflate_init(&z->gzip);
	z->gzip.crc_flag = ISAL_GZIP;
	isal_gzip_header_init(&z->header);
}

/* What docker reads and we do not: say how to. */
static int refuse_others(const struct inflate *z, struct err *e)
{
	static const struct {
		size_t at;
		const char *magic, *name;
	} others[] = {
		{ 0, "\xfd" "7zXZ", "xz" }, { 4, "1AY&SY", "bzip2" },
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		size_t n = strlen(others[i].magic);

		if (z->len >= others[i].at + n &&
		    memcmp(z->in + others[i].at, others[i].magic, n) == 0)
			return err_set(e, EPROTONOSUPPORT, "%s compression is "
				       "not supported (of an archive: %s -dc "
				       "FILE | rl load)", others[i].name,
				       others[i].name);
	}
	return 0;
}

static int detect(struct inflate *z, struct err *e)
{
	static const uint8_t zstd_magic[] = { 0x28, 0xb5, 0x2f, 0xfd };

	while (z->len < 10 && !z->eof)
		TRY(refill(z, e));
	TRY(refuse_others(z, e));
	z->format = PLAIN;
	if (z->len >= 2 && z->in[0] == 0x1f && z->in[1] == 0x8b) {
		z->format = GZIP;
		start_member(z);
	} else if (z->len >= 4 && memcmp(z->in, zstd_magic, 4) == 0) {
		z->format = ZSTD;
		z->zstd = ZSTD_createDStream();
	}
	return 0;
}

int inflate_open(int fd, struct inflate **ret, struct err *e)
{
	struct inflate *z = xcalloc(1, sizeof(*z));

	z->fd = fd;
	if (detect(z, e) < 0) {
		inflate_close(z);
		return -e->code;
	}
	*ret = z;
	return 0;
}

void inflate_close(struct inflate *z)
{
	ZSTD_freeDStream(z->zstd);
	free(z);
}

/* One step; the number of plain bytes made, which may be 0. */
static ssize_t step_gzip(struct inflate *z, void *buf, size_t max,
			 struct err *e)
{
	int r;

	if (z->between) {
		start_member(z);
		z->between = false;
	}
	z->gzip.next_in = z->in + z->off;
	z->gzip.avail_in = z->len;
	z->gzip.next_out = buf;
	z->gzip.avail_out = max;
	r = isal_inflate(&z->gzip);
	if (r < 0)
		return err_set(e, EINVAL, "the gzip data is corrupt");
	z->off += z->len - z->gzip.avail_in;
	z->len = z->gzip.avail_in;
	z->between = z->gzip.block_state == ISAL_BLOCK_FINISH;
	return max - z->gzip.avail_out;
}

static ssize_t step_zstd(struct inflate *z, void *buf, size_t max,
			 struct err *e)
{
	ZSTD_inBuffer in = { z->in + z->off, z->len, 0 };
	ZSTD_outBuffer out = { buf, max, 0 };
	size_t r = ZSTD_decompressStream(z->zstd, &out, &in);

	if (ZSTD_isError(r))
		return err_set(e, EINVAL, "the zstd data is corrupt: "
			       "%s", ZSTD_getErrorName(r));
	z->off += in.pos;
	z->len -= in.pos;
	z->between = r == 0;
	return out.pos;
}

static ssize_t step_plain(struct inflate *z, void *buf, size_t max)
{
	size_t n = z->len < max ? z->len : max;

	memcpy(buf, z->in + z->off, n);
	z->off += n;
	z->len -= n;
	z->between = true;
	return n;
}

static ssize_t step(struct inflate *z, void *buf, size_t max, struct err *e)
{
	switch (z->format) {
	case GZIP:
		return step_gzip(z, buf, max, e);
	case ZSTD:
		return step_zstd(z, buf, max, e);
	default:
		return step_plain(z, buf, max);
	}
}

ssize_t inflate_read(struct inflate *z, void *buf, size_t max, struct err *e)
{
	for (;;) {
		ssize_t n;

		if (z->len == 0 && !z->eof)
			TRY(refill(z, e));
		if (z->len == 0 && z->eof && z->between)
			return 0;
		n = step(z, buf, max, e);
		if (n != 0)
			return n;
		if (z->len == 0 && z->eof)
			return z->between ? 0 :
			       err_set(e, EINVAL, "the compressed data is cut short");
	}
}
