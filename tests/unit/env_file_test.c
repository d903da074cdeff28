/* env_file_test.c - environment entries by docker's kvfile rules. */
#include "core/env_file.h"
#include "tests/unit/tap.h"

static bool reads(const char *text, const char *want)
{
	auto_strv struct strv env = { 0 };
	auto_str struct str got = { 0 };
	struct err e = { 0 };

	env_set(&env, "GONE", "image");
	if (env_file_parse(text, "f", &env, &e) < 0) {
		printf("# %s\n", e.text);
		return false;
	}
	for (size_t i = 0; i < env.n; i++)
		str_printf(&got, "%s|", env.v[i]);
	printf("# %s\n", str_text(&got));
	return streq(str_text(&got), want);
}

static bool refused(const char *text, const char *want)
{
	auto_strv struct strv env = { 0 };
	struct err e = { 0 };

	if (env_file_parse(text, "f", &env, &e) != -EINVAL)
		return false;
	printf("# %s\n", e.text);
	return strstr(e.text, want);
}

static void values_are_verbatim(void)
{
	OK(reads("A=1\nB=a b  \n", "GONE=image|A=1|B=a b  |"));
	OK(reads("A=\"x\" # y\n", "GONE=image|A=\"x\" # y|"));
	OK(reads("A=$B\\n", "GONE=image|A=$B\\n|"));
	OK(reads("A=b=c\nE=", "GONE=image|A=b=c|E=|"));
	OK(reads("A=1\nA=2", "GONE=image|A=2|"));
}

static void what_is_passed_over(void)
{
	OK(reads("\xef\xbb\xbf" "A=1\r\n\n  # no\n\t B=2\n",
		 "GONE=image|A=1|B=2|"));
	OK(reads("", "GONE=image|"));
}

static void a_name_alone_is_ours(void)
{
	setenv("RL_TEST_OURS", "here", 1);
	unsetenv("GONE");
	OK(reads("RL_TEST_OURS\nGONE\n", "RL_TEST_OURS=here|"));
}

static void bad_lines_are_named(void)
{
	OK(refused("=v", "no variable name on line"));
	OK(refused("A=1\nA B=2", "variable 'A B' contains whitespaces"));
	OK(refused("A =2", "contains whitespaces"));
	OK(refused("A B", "contains whitespaces"));
}

static void options_need_a_name(void)
{
	auto_strv struct strv env = { 0 };
	struct err e = { 0 };

	OK(env_add("", &env, &e) == -EINVAL);
	OK(env_add("=x", &env, &e) == -EINVAL);
	OK(env_add("A=", &env, &e) == 0 && env.n == 1);
	EQ_STR(env_get(&env, "A"), "");
}

int main(void)
{
	RUN(values_are_verbatim);
	RUN(what_is_passed_over);
	RUN(a_name_alone_is_ours);
	RUN(bad_lines_are_named);
	RUN(options_need_a_name);
	return DONE();
}
