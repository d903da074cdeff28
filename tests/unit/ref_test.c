/* ref_test.c - image references: domains, defaults, digests, what is refused. */
#include "fs/ref.h"
#include "tests/unit/tap.h"

#define HEX64 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* The full form of a reference is this, the familiar one that. */
static bool reads(const char *text, const char *full, const char *familiar)
{
	auto_ref struct ref r = { 0 };
	auto_free char *a = NULL, *b = NULL;
	struct err e = { 0 };

	if (ref_parse(text, &r, &e) < 0) {
		printf("# %s: %s\n", text, e.text);
		return false;
	}
	a = ref_full(&r);
	b = ref_familiar(&r);
	printf("# %s: %s, %s\n", text, a, b);
	return streq(a, full) && streq(b, familiar);
}

static bool refused(const char *text, const char *part)
{
	auto_ref struct ref r = { 0 };
	struct err e = { 0 };

	if (ref_parse(text, &r, &e) != -EINVAL) {
		printf("# accepted: '%s'\n", text);
		return false;
	}
	printf("# '%s': %s\n", text, e.text);
	return strstr(e.text, part);
}

/* The full form is itself a reference to the same. */
static bool ref_reads_again(const char *text)
{
	auto_ref struct ref r = { 0 }, again = { 0 };
	auto_free char *full = NULL;
	struct err e = { 0 };

	if (ref_parse(text, &r, &e) < 0)
		return false;
	full = ref_full(&r);
	return ref_parse(full, &again, &e) == 0 && streq(again.path, r.path);
}

static void hub_is_the_default(void)
{
	OK(reads("busybox", "docker.io/library/busybox:latest",
		 "busybox:latest"));
	OK(reads("a/b", "docker.io/a/b:latest", "a/b:latest"));
	OK(reads("localhost", "docker.io/library/localhost:latest",
		 "localhost:latest"));
	OK(reads("example.com", "docker.io/library/example.com:latest",
		 "example.com:latest"));
	OK(reads("index.docker.io/x:1", "docker.io/library/x:1", "x:1"));
	OK(reads("docker.io/x:1", "docker.io/library/x:1", "x:1"));
}

static void a_domain_has_a_mark(void)
{
	OK(reads("localhost/x", "localhost/x:latest", "localhost/x:latest"));
	OK(reads("a.b/x:t", "a.b/x:t", "a.b/x:t"));
	OK(reads("h:5000/x", "h:5000/x:latest", "h:5000/x:latest"));
	OK(reads("Host/x", "Host/x:latest", "Host/x:latest"));
	OK(reads("[::1]:80/x", "[::1]:80/x:latest", "[::1]:80/x:latest"));
	OK(reads("docker://a.b/x", "a.b/x:latest", "a.b/x:latest"));
}

static void separators_stand_between(void)
{
	OK(reads("a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest",
		 "a__b/c--d.e_f:latest"));
	OK(refused("a___b", "reference"));
	OK(refused("a..b/c", "reference"));
	OK(refused("-a", "reference"));
	OK(refused("a-", "reference"));
	OK(refused("a//b", "reference"));
	OK(refused("a/", "reference"));
	OK(refused("/a", "reference"));
	OK(refused("", "reference"));
}

static void a_digest_wins(void)
{
	OK(reads("x@sha256:" HEX64, "docker.io/library/x@sha256:" HEX64,
		 "x@sha256:" HEX64));
	OK(reads("x:tag@sha256:" HEX64, "docker.io/library/x@sha256:" HEX64,
		 "x@sha256:" HEX64));
	OK(refused("x@sha256:12", ""));
	OK(refused("x@", ""));
	OK(refused(HEX64, ""));
}

static void tags_have_limits(void)
{
	char text[160] = "x:", full[200];

	OK(reads("x:_A.b-1", "docker.io/library/x:_A.b-1", "x:_A.b-1"));
	OK(refused("x:.a", "reference"));
	OK(refused("x:-a", "reference"));
	OK(refused("x:", "reference"));
	memset(text + 2, 'a', 128);
	snprintf(full, sizeof(full), "docker.io/library/%s", text);
	OK(reads(text, full, text));
	text[130] = 'a';
	OK(refused(text, "reference"));
}

static void names_are_lower_case(void)
{
	OK(refused("Busybox", "must be lowercase"));
	OK(refused("a.b/Busy", "must be lowercase"));
}

static void a_completed_name_fits(void)
{
	char text[300] = "";

	memset(text, 'a', 255 - strlen("library/"));
	OK(ref_reads_again(text));
	text[strlen(text)] = 'a';
	OK(refused(text, "255"));
	memset(text, 'a', 255);
	memcpy(text, "b/", 2);
	OK(ref_reads_again(text));
}

static void digests_are_exact(void)
{
	OK(digest_valid("sha256:" HEX64));
	OK(!digest_valid("sha256:" HEX64 "0"));
	OK(!digest_valid("sha256:0" HEX64));
	OK(!digest_valid("sha512:" HEX64));
	OK(!digest_valid("sha256:../../etc/passwd"));
	OK(!digest_valid(""));
}

int main(void)
{
	RUN(hub_is_the_default);
	RUN(a_domain_has_a_mark);
	RUN(separators_stand_between);
	RUN(a_digest_wins);
	RUN(tags_have_limits);
	RUN(names_are_lower_case);
	RUN(a_completed_name_fits);
	RUN(digests_are_exact);
	return DONE();
}
