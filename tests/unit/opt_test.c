/* opt_test.c - command lines against a table of every kind of option. */
#include "cmd/ui/opt.h"
#include "core/base/nearest.h"

#include "tests/unit/tap.h"

struct options {
	bool interactive, tty, rm;
	const char *name;
	struct strv env;
	int64_t count;
	char picked;
};

static int pick(const char *value, void *member, struct err *e)
{
	if (strlen(value) != 1)
		return err_set(e, EINVAL, "one letter is needed");
	*(char *)member = *value;
	return 0;
}

#define O(k, m, n, l, a) OPT_ROW(k, struct options, m, n, l, a, "help")
static const struct opt table[] = {
	O(OPT_BOOL, interactive, "interactive", 'i', NULL),
	O(OPT_BOOL, tty, "tty", 't', NULL),
	O(OPT_BOOL, rm, "rm", 0, NULL),
	O(OPT_STR, name, "name", 'n', "NAME"),
	O(OPT_LIST, env, "env", 'e', "KEY=VALUE"),
	O(OPT_INT, count, "count", 'c', "N"),
	{ .name = "pick", .kind = OPT_CALL, .parse = pick, .arg = "LETTER",
	  .offset = offsetof(struct options, picked), .help = "help" },
	OPT_END
};

/* What one line gives; operands are joined with ','. */
struct result {
	struct options o;
	struct err e;
	char operands[200];
	bool help;
	int r;
};

/* Parse words that are separated by single spaces; "''" is an empty one. */
static void parse(const char *line, bool verbatim, struct result *ret)
{
	static char text[512];
	char *argv[32] = { "rl" }, *save, *word;
	int argc = 1, n = 0;

	memset(ret, 0, sizeof(*ret));
	snprintf(text, sizeof(text), "%s", line);
	for (word = strtok_r(text, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = strcmp(word, "''") ? word : word + 2;
	argv[argc] = NULL;
	ret->r = opt_parse(table, &ret->o, verbatim, argc, argv, &n,
			   &ret->help, &ret->e);
	for (int i = 0; ret->r == 0 && i < n; i++) {
		size_t at = strlen(ret->operands);

		snprintf(ret->operands + at, sizeof(ret->operands) - at,
			 "%s%s", i ? "," : "", argv[i]);
	}
}

static struct result x;

static void joins_letters(void)
{
	parse("-it image", false, &x);
	OK(x.r == 0 && x.o.interactive && x.o.tty && !x.o.rm);
	EQ_STR(x.operands, "image");
}

static void takes_values_every_way(void)
{
	static const char *const lines[] = {
		"--name web", "--name=web", "-n web", "-nweb", "-n=web",
		"-itn web",   "-itnweb",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		parse(lines[i], false, &x);
		OK(x.r == 0);
		EQ_STR(x.o.name, "web");
	}
}

static void keeps_equals_signs_of_a_value(void)
{
	parse("-e A=b=c --env=D=e", false, &x);
	OK(x.r == 0 && x.o.env.n == 2);
	EQ_STR(x.o.env.v[0], "A=b=c");
	EQ_STR(x.o.env.v[1], "D=e");
	opt_release(table, &x.o);
	OK(x.o.env.n == 0);
}

static void switches_off(void)
{
	parse("--rm --rm=false -i=0 -t=T", false, &x);
	OK(x.r == 0 && !x.o.rm && !x.o.interactive && x.o.tty);
	parse("--rm=maybe", false, &x);
	OK(x.r == -EINVAL);
	EQ_STR(x.e.text, "--rm takes true or false, not 'maybe'");
}

static void reads_numbers(void)
{
	parse("--count -12", false, &x);
	OK(x.r == 0 && x.o.count == -12);
	parse("-c9223372036854775807", false, &x);
	OK(x.r == 0 && x.o.count == INT64_MAX);
	parse("-c9223372036854775808", false, &x);
	OK(x.r == -EINVAL);
	parse("-c 1x", false, &x);
	OK(x.r == -EINVAL);
}

static void last_text_wins(void)
{
	parse("--name a --name b", false, &x);
	EQ_STR(x.o.name, "b");
	parse("--name ''", false, &x);
	OK(x.r == 0);
	EQ_STR(x.o.name, "");
}

static void mixes_options_and_operands(void)
{
	parse("a --rm b -n web c", false, &x);
	OK(x.r == 0 && x.o.rm);
	EQ_STR(x.operands, "a,b,c");
	parse("a -- --rm -n", false, &x);
	OK(x.r == 0 && !x.o.rm);
	EQ_STR(x.operands, "a,--rm,-n");
	parse("- a", false, &x);
	EQ_STR(x.operands, "-,a");
}

static void verbatim_ends_at_the_image(void)
{
	parse("-i image sh -t --rm -- -x --help", true, &x);
	OK(x.r == 0 && x.o.interactive && !x.o.tty && !x.o.rm && !x.help);
	EQ_STR(x.operands, "image,sh,-t,--rm,--,-x,--help");
	parse("-i -- image --rm", true, &x);
	EQ_STR(x.operands, "image,--rm");
}

static void help_is_not_a_failure(void)
{
	parse("--help", false, &x);
	OK(x.r == 0 && x.help);
}

static void names_the_unknown(void)
{
	parse("--naem web", false, &x);
	OK(x.r == -EINVAL);
	EQ_STR(x.e.text, "unknown option --naem; did you mean --name?");
	parse("--zzzzzzzz", false, &x);
	EQ_STR(x.e.text, "unknown option --zzzzzzzz");
	parse("-iz", false, &x);
	EQ_STR(x.e.text, "unknown option -z in -iz");
}

static void says_that_a_value_is_missing(void)
{
	parse("--name", false, &x);
	OK(x.r == -EINVAL);
	EQ_STR(x.e.text, "--name needs a value: --name NAME");
	parse("-itn", false, &x);
	OK(x.r == -EINVAL);
}

static void calls_a_parser(void)
{
	parse("--pick q", false, &x);
	OK(x.r == 0 && x.o.picked == 'q');
	parse("--pick qq", false, &x);
	OK(x.r == -EINVAL);
	EQ_STR(x.e.text, "--pick qq: one letter is needed");
}

static void nearest(void)
{
	static const char *const words[] = { "images", "image ls", "rmi",
					     "run", NULL };

	EQ_STR(nearest_word("imges", words), "images");
	EQ_STR(nearest_word("imag", words), "images");
	EQ_STR(nearest_word("rum", words), "run");
	OK(nearest_word("kubernetes", words) == NULL);
	OK(nearest_word("", words) == NULL);
	OK(nearest_word("a word that is longer than thirty-one bytes", words) ==
	   NULL);
}

int main(void)
{
	RUN(joins_letters);
	RUN(takes_values_every_way);
	RUN(keeps_equals_signs_of_a_value);
	RUN(switches_off);
	RUN(reads_numbers);
	RUN(last_text_wins);
	RUN(mixes_options_and_operands);
	RUN(verbatim_ends_at_the_image);
	RUN(help_is_not_a_failure);
	RUN(names_the_unknown);
	RUN(says_that_a_value_is_missing);
	RUN(calls_a_parser);
	RUN(nearest);
	return DONE();
}
