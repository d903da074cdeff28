/* deflate_test.c - what is compressed inflates to the same, and always to the
 * same bytes. */
#include "fs/transfer/deflate.h"

#include "core/base/file.h"
#include "core/base/str.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/inflate.h"
#include "tests/unit/tap.h"

#include <sys/mman.h>

static int file_of(size_t n)
{
	int fd = memfd_create("sample", MFD_CLOEXEC);
	auto_str struct str s = { 0 };

	for (size_t i = 0; s.len < n; i++)
		str_printf(&s, "line %zu of %zu\n", i * i, i);
	if (fd_write_all(fd, str_text(&s), n) < 0)
		abort();
	return fd;
}

/* The digest of what `fd` inflates to. */
static int plain_digest(int fd, char ret[static DIGEST_MAX], struct err *e)
{
	auto_free char *buf = xmalloc(65536);
	struct inflate *z;
	struct digest d;
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	TRY(inflate_open(fd, &z, e));
	digest_init(&d);
	while ((n = inflate_read(z, buf, 65536, e)) > 0)
		digest_add(&d, buf, n);
	digest_final(&d, ret);
	inflate_close(z);
	return (int)n;
}

static void round_trip(enum packing p, size_t n)
{
	auto_close int in = file_of(n), out = memfd_create("a", MFD_CLOEXEC);
	auto_close int two = memfd_create("b", MFD_CLOEXEC);
	char want[DIGEST_MAX], said[DIGEST_MAX], got[DIGEST_MAX];
	struct err e = { 0 };
	uint64_t size = 0;

	OK(digest_fd(in, want, &e) == 0);
	OK(deflate_file(in, out, p, said, &size, NULL, &e) == 0);
	OK(digest_fd(out, got, &e) == 0);
	EQ_STR(said, got);
	OK(size == (uint64_t)lseek(out, 0, SEEK_END));
	OK(plain_digest(out, got, &e) == 0);
	EQ_STR(got, want);
	/* a second time: the same bytes */
	OK(deflate_file(in, two, p, got, &size, NULL, &e) == 0);
	EQ_STR(said, got);
}

static const size_t sizes[] = { 0, 1, 1000, 1 << 20, (3 << 20) + 7 };

static void gzip_round_trips(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		round_trip(PACK_GZIP, sizes[i]);
}

static void zstd_round_trips(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		round_trip(PACK_ZSTD, sizes[i]);
}

static void names_of_formats(void)
{
	enum packing p;
	struct err e;

	OK(packing_parse("zstd", &p, &e) == 0 && p == PACK_ZSTD);
	OK(packing_parse("gz", &p, &e) == -EINVAL);
}

int main(void)
{
	RUN(gzip_round_trips);
	RUN(zstd_round_trips);
	RUN(names_of_formats);
	return DONE();
}
