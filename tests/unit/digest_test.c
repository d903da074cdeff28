/* digest_test.c - sha256 of texts and files, against FIPS 180's examples. */
#include "fs/transfer/digest.h"

#include "core/base/file.h"
#include "tests/unit/tap.h"

#define ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MILLION_A "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void known_texts(void)
{
	char got[DIGEST_MAX];

	digest_bytes("abc", 3, got);
	EQ_STR(got, ABC);
	digest_bytes("", 0, got);
	EQ_STR(got, EMPTY);
	OK(digest_valid(got));
}

static void in_pieces(void)
{
	char got[DIGEST_MAX], as[1000];
	struct digest d;

	memset(as, 'a', sizeof(as));
	digest_init(&d);
	for (int i = 0; i < 1000; i++)
		digest_add(&d, as, sizeof(as));
	digest_final(&d, got);
	EQ_STR(got, MILLION_A);
	digest_release(&d);
}

static void of_a_file_from_its_start(void)
{
	char got[DIGEST_MAX];
	struct err e;
	FILE *f = tmpfile();

	OK(f);
	OK(fputs("abc", f) >= 0 && fflush(f) == 0);
	OK(digest_fd(fileno(f), got, &e) == 0);
	EQ_STR(got, ABC);
	fclose(f);
}

static void of_what_cannot_be_read(void)
{
	char got[DIGEST_MAX];
	struct err e = { 0 };
	auto_close int dir = dir_open(AT_FDCWD, "/", &e);

	OK(digest_fd(dir, got, &e) == -EISDIR);
	OK(strstr(e.text, "read"));
}

int main(void)
{
	RUN(known_texts);
	RUN(in_pieces);
	RUN(of_a_file_from_its_start);
	RUN(of_what_cannot_be_read);
	return DONE();
}
