/* deflate.c - gzip by ISA-L, zstd: a whole file. */
#include "fs/transfer/deflate.h"

#include "core/base/file.h"
#include "fs/transfer/digest.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#define CHUNK (1 << 20)
#define GZIP_LEVEL 2
#define ZSTD_LEVEL 3

/* A compressed file on its way. */
struct pack {
	int in, out;
	uint8_t *from, *to; /* CHUNK bytes each */
	struct digest digest;
	uint64_t size;
	_Atomic uint64_t *done;
	off_t at;
};

static const struct {
	const char *name, *suffix;
} packings[] = {
	[PACK_NONE] = { "uncompressed", "" },
	[PACK_GZIP] = { "gzip", "+gzip" },
	[PACK_ZSTD] = { "zstd", "+zstd" },
};

int packing_parse(const char *text, enum packing *ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(packings); i++)
		if (streq(text, packings[i].name)) {
			*ret = i;
			return 0;
		}
	return err_set(e, EINVAL, "unknown compression '%.40s' (gzip, zstd, "
		       "uncompressed)", text);
}

const char *packing_suffix(enum packing p)
{
	return packings[p].suffix;
}

static int put(struct pack *k, size_t n, struct err *e)
{
	if (fd_write_all(k->out, k->to, n) < 0)
		return err_sys(e, "write the compressed layer");
	digest_add(&k->digest, k->to, n);
	k->size += n;
	return 0;
}

/* The next plain bytes: how many, 0 at the end. */
static ssize_t take(struct pack *k, struct err *e)
{
	ssize_t n;

	do
		n = pread(k->in, k->from, CHUNK, k->at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "read the layer");
	k->at += n;
	if (k->done)
		*k->done = k->at;
	return n;
}

static int to_gzip(struct pack *k, struct err *e)
{
	auto_free uint8_t *level = xmalloc(ISAL_DEF_LVL2_DEFAULT);
	auto_free struct isal_zstream *z = xmalloc(sizeof(*z));
	ssize_t n;

	isal_deflate_init(z);
	z->gzip_flag = IGZIP_GZIP;
	z->level = GZIP_LEVEL;
	z->level_buf = level;
	z->level_buf_size = ISAL_DEF_LVL2_DEFAULT;
	do {
		TRY(n = take(k, e));
		z->next_in = k->from;
		z->avail_in = n;
		z->end_of_stream = n == 0;
		do {
			z->next_out = k->to;
			z->avail_out = CHUNK;
			if (isal_deflate(z) != COMP_OK)
				return err_set(e, EIO, "ISA-L fails");
			TRY(put(k, CHUNK - z->avail_out, e));
		} while (z->avail_out == 0);
	} while (n > 0);
	return 0;
}

static int to_zstd(struct pack *k, struct err *e)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t left = 1;
	ssize_t n;
	int r = 0;

	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	do {
		ZSTD_inBuffer in;

		n = take(k, e);
		r = n < 0 ? (int)n : 0;
		in = (ZSTD_inBuffer){ k->from, n < 0 ? 0 : n, 0 };
		do {
			ZSTD_outBuffer out = { k->to, CHUNK, 0 };

			left = ZSTD_compressStream2(c, &out, &in, n ?
				ZSTD_e_continue : ZSTD_e_end);
			if (ZSTD_isError(left))
				r = err_set(e, EIO, "zstd: %s",
					    ZSTD_getErrorName(left));
			if (r == 0)
				r = put(k, out.pos, e);
		} while (r == 0 && (in.pos < in.size || (!n && left)));
	} while (r == 0 && n > 0);
	ZSTD_freeCCtx(c);
	return r;
}

static int to_plain(struct pack *k, struct err *e)
{
	ssize_t n;

	for (;;) {
		TRY(n = take(k, e));
		if (n == 0)
			return 0;
		memcpy(k->to, k->from, n);
		TRY(put(k, n, e));
	}
}

int deflate_file(int in, int out, enum packing p,
		 char ret_digest[static DIGEST_MAX], uint64_t *ret_size,
		 _Atomic uint64_t *done, struct err *e)
{
	auto_free uint8_t *from = xmalloc(CHUNK), *to = xmalloc(CHUNK);
	struct pack k = { .in = in, .out = out, .from = from, .to = to,
			  .done = done };
	int r;

	digest_init(&k.digest);
	r = p == PACK_GZIP ? to_gzip(&k, e) : p == PACK_ZSTD ?
	    to_zstd(&k, e) : to_plain(&k, e);
	if (r == 0) {
		digest_final(&k.digest, ret_digest);
		*ret_size = k.size;
	}
	digest_release(&k.digest);
	return r;
}
