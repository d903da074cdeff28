/* platform_test.c - os/arch/variant: what is read, what serves what. */
#include "fs/platform.h"
#include "tests/unit/tap.h"

static bool reads(const char *text, const char *want)
{
	struct platform p;
	struct err e = { 0 };
	char buf[52];

	if (platform_parse(text, &p, &e) < 0)
		return false;
	platform_text(&p, buf, sizeof(buf));
	printf("# %s: %s\n", text, buf);
	return streq(buf, want);
}

static int match(const char *want, const char *have)
{
	struct platform w, h;
	struct err e = { 0 };

	if (platform_parse(want, &w, &e) < 0 || platform_parse(have, &h, &e) < 0)
		return -1;
	return platform_match(&w, &h);
}

static void words_are_normalized(void)
{
	OK(reads("linux/amd64", "linux/amd64"));
	OK(reads("linux/x86_64", "linux/amd64"));
	OK(reads("Linux/AMD64", "linux/amd64"));
	OK(reads("aarch64", "linux/arm64/v8"));
	OK(reads("linux/arm/v7", "linux/arm/v7"));
	OK(reads("windows/amd64", "windows/amd64"));
}

static void nonsense_is_refused(void)
{
	static const char *const bad[] = {
		"", "/", "linux/", "/amd64", "a/b/c/d", "linux/amd 64",
		"linux/0123456789abcdef", "linux/arm/", "linux//v7",
	};
	struct platform p;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { 0 };

		printf("# '%s'\n", bad[i]);
		OK(platform_parse(bad[i], &p, &e) == -EINVAL);
		OK(strstr(e.text, "OS/ARCH"));
	}
}

static void the_closest_serves_best(void)
{
	OK(match("linux/amd64", "linux/amd64") > 0);
	OK(match("linux/amd64", "linux/arm64") == 0);
	OK(match("linux/amd64", "windows/amd64") == 0);
	OK(match("linux/arm/v7", "linux/arm/v7") >
	   match("linux/arm/v7", "linux/arm/v6"));
	OK(match("linux/arm/v7", "linux/arm/v6") > 0);
	OK(match("linux/arm/v6", "linux/arm/v7") == 0);
	OK(match("linux/arm64/v8", "linux/arm64") > 0);
}

static void the_host_serves_itself(void)
{
	struct platform h;

	platform_host(&h);
	OK(streq(h.os, "linux") && *h.arch);
	OK(platform_match(&h, &h) > 0);
}

int main(void)
{
	RUN(words_are_normalized);
	RUN(nonsense_is_refused);
	RUN(the_closest_serves_best);
	RUN(the_host_serves_itself);
	return DONE();
}
