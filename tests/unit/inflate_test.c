/* inflate_test.c - gzip, zstd and plain streams, whole and damaged. */
#include "fs/transfer/inflate.h"

#include "core/base/file.h"
#include "core/base/str.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

static struct str sample(size_t n)
{
	struct str s = { 0 };

	for (size_t i = 0; s.len < n; i++)
		str_printf(&s, "line %zu of %zu\n", i * i, i);
	return s;
}

static void add_gzip(struct str *to, const void *data, size_t n)
{
	size_t max = compressBound(n) + 64;
	auto_free unsigned char *out = xmalloc(max);
	z_stream z = { 0 };

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (unsigned char *)data;
	z.avail_in = n;
	z.next_out = out;
	z.avail_out = max;
	deflate(&z, Z_FINISH);
	str_add(to, out, max - z.avail_out);
	deflateEnd(&z);
}

static void add_zstd(struct str *to, const void *data, size_t n)
{
	size_t max = ZSTD_compressBound(n);
	auto_free char *out = xmalloc(max);

	str_add(to, out, ZSTD_compress(out, max, data, n, 3));
}

static int file_of(const void *data, size_t n)
{
	int fd = memfd_create("sample", MFD_CLOEXEC);

	if (fd_write_all(fd, data, n) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

/* Everything that `fd` inflates to, read `step` bytes at a time. */
static int read_back(int fd, size_t step, struct str *ret, struct err *e)
{
	auto_free char *buf = xmalloc(step);
	struct inflate *z;
	ssize_t n;

	TRY(inflate_open(fd, &z, e));
	while ((n = inflate_read(z, buf, step, e)) > 0)
		str_add(ret, buf, n);
	inflate_close(z);
	return n;
}

static bool gives(const struct str *packed, size_t step,
		  const struct str *want)
{
	auto_close int fd = file_of(packed->s, packed->len);
	auto_str struct str got = { 0 };
	struct err e;

	return read_back(fd, step, &got, &e) == 0 && got.len == want->len &&
	       (got.len == 0 || memcmp(got.s, want->s, got.len) == 0);
}

static void each_format_in_any_steps(void)
{
	static const size_t steps[] = { 1, 511, 4096, 1 << 20 };
	auto_str struct str s = sample(300000), gz = { 0 }, zst = { 0 };

	add_gzip(&gz, s.s, s.len);
	add_zstd(&zst, s.s, s.len);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		OK(gives(&gz, steps[i], &s));
		OK(gives(&zst, steps[i], &s));
		OK(gives(&s, steps[i], &s));
	}
}

static void several_members_are_one_stream(void)
{
	auto_str struct str s = sample(100000), gz = { 0 }, zst = { 0 };

	add_gzip(&gz, s.s, 10);
	add_gzip(&gz, "", 0);
	add_gzip(&gz, s.s + 10, s.len - 10);
	OK(gives(&gz, 4096, &s));
	add_zstd(&zst, s.s, 10);
	add_zstd(&zst, s.s + 10, s.len - 10);
	OK(gives(&zst, 4096, &s));
}

static void short_inputs(void)
{
	auto_str struct str none = { 0 }, gz = { 0 };
	struct str one = { (char *)"\x1f", 1, 0 };

	OK(gives(&none, 10, &none));
	OK(gives(&one, 10, &one));
	add_gzip(&gz, "", 0);
	OK(gives(&gz, 10, &none));
}

/* Cut anywhere, a stream is never taken for a whole one. */
static void every_cut_is_noticed(void)
{
	auto_str struct str s = sample(2000);
	struct str packed[2] = { { 0 }, { 0 } };

	add_gzip(&packed[0], s.s, s.len);
	add_zstd(&packed[1], s.s, s.len);
	for (size_t k = 0; k < 2; k++) {
		for (size_t n = 4; n < packed[k].len; n++) {
			auto_close int fd = file_of(packed[k].s, n);
			auto_str struct str got = { 0 };
			struct err e;

			OK(read_back(fd, 4096, &got, &e) == -EINVAL);
			OK(strstr(e.text, "cut short"));
		}
		str_release(&packed[k]);
	}
}

/*
 * A changed bit is an error, or means nothing: time and system in the header,
 * the bits behind the last code.
 */
static void every_changed_byte_is_noticed(void)
{
	auto_str struct str s = sample(2000), gz = { 0 };

	add_gzip(&gz, s.s, s.len);
	for (size_t i = 3; i < gz.len; i++) {
		auto_str struct str got = { 0 };
		auto_close int fd = -1;
		struct err e;

		gz.s[i] ^= 0x40;
		fd = file_of(gz.s, gz.len);
		gz.s[i] ^= 0x40;
		if (read_back(fd, 4096, &got, &e) == 0)
			OK((i < 10 || i == gz.len - 9) && got.len == s.len &&
			   memcmp(got.s, s.s, s.len) == 0);
	}
}

static void garbage_behind_the_end(void)
{
	auto_str struct str s = sample(2000), gz = { 0 }, got = { 0 };
	auto_close int fd = -1;
	struct err e;

	add_gzip(&gz, s.s, s.len);
	str_puts(&gz, "garbage behind it");
	fd = file_of(gz.s, gz.len);
	OK(read_back(fd, 4096, &got, &e) == -EINVAL);
}

/* Bytes that come one by one, through a pipe. */
static void a_slow_pipe(void)
{
	auto_str struct str s = sample(3000), gz = { 0 }, got = { 0 };
	struct err e;
	int p[2];
	pid_t pid;

	add_gzip(&gz, s.s, s.len);
	OK(pipe2(p, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		for (size_t i = 0; i < gz.len; i++)
			if (write(p[1], gz.s + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(p[1]);
	OK(read_back(p[0], 100, &got, &e) == 0);
	close(p[0]);
	waitpid(pid, NULL, 0);
	OK(got.len == s.len && memcmp(got.s, s.s, s.len) == 0);
}

static void what_cannot_be_read(void)
{
	struct err e = { 0 };
	struct inflate *z;
	auto_close int dir = dir_open(AT_FDCWD, "/", &e);

	OK(inflate_open(dir, &z, &e) == -EISDIR);
}

int main(void)
{
	RUN(each_format_in_any_steps);
	RUN(several_members_are_one_stream);
	RUN(short_inputs);
	RUN(every_cut_is_noticed);
	RUN(every_changed_byte_is_noticed);
	RUN(garbage_behind_the_end);
	RUN(a_slow_pipe);
	RUN(what_cannot_be_read);
	return DONE();
}
