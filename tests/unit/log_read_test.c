/* log_read_test.c - the log's reader: torn ends, long lines, emptied files. */
#include "core/log_read.h"

#include "core/base/file.h"
#include "tests/unit/tap.h"

#define LINE(text)                                       \
	"{\"log\":\"" text "\\n\",\"stream\":\"stdout\"," \
	"\"time\":\"2026-01-02T03:04:05Z\"}\n"

static char folder[] = "/tmp/rl-log-test.XXXXXX";

/* An empty folder, the same one for each test. */
static int fresh(void)
{
	struct err e;
	int fd;

	if (tree_remove(AT_FDCWD, folder, &e) < 0 || mkdir(folder, 0700) < 0)
		abort();
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		abort();
	return fd;
}

static void append(int dir, const char *name, const char *text)
{
	auto_close int fd = openat(dir, name, O_WRONLY | O_CREAT | O_APPEND |
				   O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
}

/* As a user does who wants the room back. */
static void empty(int dir, const char *name)
{
	auto_close int fd = openat(dir, name, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		abort();
}

/* ---- what is read, as text ---- */

struct seen {
	struct str text;
	int dir;
	int step; /* of those in `steps` that were done */
	const struct step {
		const char *name, *text;
		bool empty_first;
	} *steps;
};

static int entry(void *arg, const struct log_entry *l, struct err *e UNUSED)
{
	struct seen *s = arg;

	str_add(&s->text, l->text, l->n);
	return 0;
}

static void note(void *arg, const char *text)
{
	struct seen *s = arg;

	str_printf(&s->text, "<%s>", text);
}

/* Between two looks of a reader that follows, the next step is done. */
static bool lives(void *arg)
{
	struct seen *s = arg;
	const struct step *step = s->steps + s->step;

	if (!step->name)
		return false;
	s->step++;
	if (step->empty_first)
		empty(s->dir, step->name);
	append(s->dir, step->name, step->text);
	return true;
}

static int no_wait(void *arg, int *ret, struct err *e UNUSED)
{
	struct seen *s = arg;

	*ret = s->steps[s->step].name ? 1 : -1;
	str_puts(&s->text, "|");
	return 0;
}

static bool reads(int dir, int64_t tail, const struct step *steps,
		  const char *want)
{
	struct seen s = { .dir = dir, .steps = steps };
	struct log_read_hooks hooks = {
		.entry = entry, .note = note, .lives = lives, .wait = no_wait,
		.arg = &s,
	};
	auto_str struct str got = { 0 };
	struct err e;
	int r = log_read(dir, tail, steps != NULL, &hooks, &e);

	got = s.text;
	if (r == 0 && streq(str_text(&got), want))
		return true;
	printf("# %d: %.500s\n", r, str_text(&got));
	return false;
}

/* ---- the tests ---- */

static void tail_with_a_torn_end(void)
{
	auto_close int dir = fresh();

	append(dir, LOG_NAME, "{\"log\":\"torn");
	OK(reads(dir, 1, NULL, ""));
	append(dir, LOG_NAME ".1", LINE("a") LINE("b") "{\"log\":\"torn");
	OK(reads(dir, 1, NULL, "b\n"));
	OK(reads(dir, 2, NULL, "a\nb\n"));
	OK(reads(dir, 3, NULL, "a\nb\n"));
	OK(reads(dir, 0, NULL, ""));
}

static void a_long_line_is_passed_over(void)
{
	auto_free char *text = xmalloc(1000001);
	auto_close int dir = fresh();

	memset(text, 'x', 1000000);
	text[1000000] = '\0';
	append(dir, LOG_NAME, LINE("a"));
	append(dir, LOG_NAME, text);
	OK(reads(dir, -1, NULL, "a\n<rl: a line of the log is too long>"));
	append(dir, LOG_NAME, "\n" LINE("b"));
	OK(reads(dir, -1, NULL,
		 "a\n<rl: a line of the log is too long>b\n"));
	OK(reads(dir, 1, NULL, "b\n"));
	/* it has its end neither here, nor in the next file */
	append(dir, LOG_NAME ".1", text);
	OK(reads(dir, 5, NULL, "<rl: a line of the log is too long>"
		 "a\n<rl: a line of the log is too long>b\n"));
}

static void following_an_emptied_file(void)
{
	static const struct step steps[] = {
		{ LOG_NAME, LINE("c"), false },
		{ LOG_NAME, LINE("d"), true },
		{ LOG_NAME, "{\"log\":\"to", false },
		{ LOG_NAME, "", true },
		{ LOG_NAME, LINE("e") LINE("f"), false },
		{ 0 },
	};
	auto_close int dir = fresh();

	append(dir, LOG_NAME, LINE("a") LINE("b"));
	OK(reads(dir, 1, steps, "b\nc\n|d\n|||e\nf\n||"));
}

static void following_what_begins_later(void)
{
	static const struct step steps[] = {
		{ LOG_NAME, "{\"log\":\"a\\n\",\"stream\":\"stdout\"", false },
		{ LOG_NAME, ",\"time\":\"2026-01-02T03:04:05Z\"}\n", false },
		{ 0 },
	};
	auto_close int dir = fresh();

	OK(reads(dir, -1, steps, "|a\n||"));
}

static void a_cut_end_is_read_once(void)
{
	static const struct step steps[] = {
		{ LOG_NAME, "{\"log\":\"torn and long, longer than what comes",
		  false },
		{ LOG_NAME, LINE("b"), true },
		{ 0 },
	};
	auto_close int dir = fresh();

	OK(reads(dir, -1, steps, "|b\n||"));
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	RUN(tail_with_a_torn_end);
	RUN(a_long_line_is_passed_over);
	RUN(following_an_emptied_file);
	RUN(following_what_begins_later);
	RUN(a_cut_end_is_read_once);
	tree_remove(AT_FDCWD, folder, &(struct err){ 0 });
	return DONE();
}
