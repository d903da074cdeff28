/* subid_test.c - subuid(5) texts: whose ranges, and which lines count. */
#include "core/subid.h"
#include "tests/unit/tap.h"

static struct id_extents parse(const char *text)
{
	struct id_extents x;

	subid_parse(text, "alice", 1000, &x);
	return x;
}

static void by_name_and_by_uid(void)
{
	struct id_extents x = parse("bob:100000:65536\n"
				    "alice:165536:65536\n"
				    "1000:300000:10\n"
				    "10001:400000:10\n");

	OK(x.n == 2);
	OK(x.e[0].outside == 165536 && x.e[0].count == 65536);
	OK(x.e[1].outside == 300000 && x.e[1].count == 10);
}

static void a_uid_without_a_name(void)
{
	struct id_extents x;

	subid_parse("alice:1:1\n1000:7:3", NULL, 1000, &x);
	OK(x.n == 1 && x.e[0].outside == 7 && x.e[0].count == 3);
}

static void bad_lines_are_passed_over(void)
{
	OK(parse("").n == 0);
	OK(parse("alice\nalice:\nalice:1\nalice:1:\n:1:1\n").n == 0);
	OK(parse("alice::100000:65536\n").n == 0);
	OK(parse("alice:100000:65536:1\n").n == 0);
	OK(parse("alice:100000:65536x\n").n == 0);
	OK(parse("alice:-1:65536\nalice: 1:2\n").n == 0);
	OK(parse("#alice:100000:65536\n").n == 0);
	OK(parse("alice:99999999999999999999:1\n").n == 0);
	OK(parse("junk\nalice:100000:65536").n == 1);
}

static void dangerous_ranges_are_passed_over(void)
{
	OK(parse("alice:0:65536\n").n == 0);
	OK(parse("alice:100000:0\n").n == 0);
	OK(parse("alice:4294967295:1\n").n == 0);
	OK(parse("alice:4294967000:65536\n").n == 0);
	OK(parse("alice:100000:10\nalice:100009:5\n").n == 1);
	OK(parse("alice:100000:10\nalice:100010:5\n").n == 2);
}

static void many_ranges_are_capped(void)
{
	auto_str struct str text = { 0 };

	for (int i = 0; i < 100; i++)
		str_printf(&text, "alice:%d:10\n", 100000 + 10 * i);
	OK(parse(str_text(&text)).n == IDMAP_EXTENTS_MAX - 2);
}

static bool named(const char *passwd, uid_t uid, const char *want)
{
	auto_free char *name = subid_name(passwd, uid);

	return streq(name, want);
}

static void login_names(void)
{
	OK(named("root:x:0:0\nalice:x:1000:1000::/:/bin/sh\n", 1000, "alice"));
	OK(named("alice:x:1000:1000\nother:x:1000:1000\n", 1000, "alice"));
	OK(named("alice:x:10001:1\n", 1000, NULL));
	OK(named("alice\nalice:x\nb::1000:", 1000, "b"));
	OK(named("a:x\n:1000:\n", 1000, NULL));
	OK(named("", 0, NULL));
}

int main(void)
{
	RUN(by_name_and_by_uid);
	RUN(a_uid_without_a_name);
	RUN(bad_lines_are_passed_over);
	RUN(dangerous_ranges_are_passed_over);
	RUN(many_ranges_are_capped);
	RUN(login_names);
	return DONE();
}
