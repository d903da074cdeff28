/* log_file_test.c - the log's writer: cuts, parts, rotation, full disks. */
#include "core/log_file.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "core/base/file.h"
#include "core/log_disk.h"
#include "tests/unit/tap.h"

static const struct log_options plain;
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

static struct log_file *opened(int dir, const struct log_options *opt)
{
	struct log_file *l;
	struct err e;

	if (log_open(dir, opt, &l, &e) < 0)
		abort();
	return l;
}

/* A file of the log with T in place of each time; caller frees. */
static char *content(int dir, const char *name)
{
	auto_free char *text = NULL;
	struct str out = { 0 };
	const char *p, *t;
	struct err e;

	if (file_read(dir, name, 1 << 26, &text, NULL, &e) < 0)
		return xstrdup("(none)");
	for (p = text; (t = strstr(p, "\"time\":\"")); p = t + 38) {
		if (strlen(t) < 38)
			break;
		str_add(&out, p, (size_t)(t - p) + 8);
		str_putc(&out, 'T');
	}
	str_puts(&out, p);
	return str_steal(&out);
}

/* A line as it is in the file, with a time. */
#define WHOLE "{\"log\":\"a\\n\",\"stream\":\"stdout\"," \
	      "\"time\":\"2026-01-02T03:04:05.123456789Z\"}\n"
#define OUT(text) "{\"log\":\"" text "\",\"stream\":\"stdout\",\"time\":\"T\"}\n"
#define ERR(text) "{\"log\":\"" text "\",\"stream\":\"stderr\",\"time\":\"T\"}\n"

static bool holds(int dir, const char *name, const char *want)
{
	auto_free char *got = content(dir, name);

	if (streq(got, want))
		return true;
	printf("# %s: %.2000s# not: %.2000s", name, got, want);
	return false;
}

static void put(struct log_file *l, const char *text)
{
	log_write(l, LOG_STDOUT, text, strlen(text));
}

static void lines_of_two_streams(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);
	struct stat st;

	put(l, "one\ntwo\n");
	log_write(l, LOG_STDERR, "three\n", 6);
	put(l, "\n");
	OK(holds(dir, LOG_NAME, OUT("one\\n") OUT("two\\n") ERR("three\\n")
		 OUT("\\n")));
	log_close(l);
	OK(fstatat(dir, LOG_NAME, &st, 0) == 0 && (st.st_mode & 0777) == 0600);
}

static void any_cut(void)
{
	static const char text[] = "a\nbc\n\xe2\x82\xac \"x\"\n\ndef\n";

	for (size_t step = 1; step < sizeof(text); step++) {
		auto_close int dir = fresh();
		struct log_file *l = opened(dir, &plain);

		for (size_t i = 0; i < sizeof(text) - 1; i += step) {
			size_t rest = sizeof(text) - 1 - i;

			log_write(l, LOG_STDOUT, text + i,
				  rest < step ? rest : step);
		}
		OK(!log_waiting(l));
		OK(holds(dir, LOG_NAME, OUT("a\\n") OUT("bc\\n")
			 OUT("\xe2\x82\xac \\\"x\\\"\\n") OUT("\\n")
			 OUT("def\\n")));
		log_close(l);
	}
}

static void what_waits(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);

	put(l, "prompt: ");
	log_write(l, LOG_STDERR, "err\n", 4);
	OK(log_waiting(l));
	OK(holds(dir, LOG_NAME, ERR("err\\n")));
	log_flush(l);
	OK(!log_waiting(l));
	put(l, "typed\nrest");
	log_close(l);
	OK(holds(dir, LOG_NAME, ERR("err\\n") OUT("prompt: ") OUT("typed\\n")
		 OUT("rest")));
}

static void no_character_is_cut(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);

	put(l, "x\xe2\x82");
	log_flush(l);
	OK(log_waiting(l));
	put(l, "\xac\n\xe2\x82");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("x") OUT("\xe2\x82\xac\\n")
		 OUT("\\ufffd\\ufffd")));
}

static void long_lines_in_parts(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);
	auto_free char *a = xmalloc(40000), *got = NULL;
	auto_str struct str want = { 0 };

	memset(a, 'a', 40000);
	log_write(l, LOG_STDOUT, a, 40000);
	put(l, "\n");
	log_write(l, LOG_STDOUT, a, LOG_PART_MAX - 1);
	put(l, "\n");
	log_close(l);
	str_printf(&want, OUT("%.16384s") OUT("%.16384s") OUT("%.7232s\\n")
		   OUT("%.16383s\\n"), a, a, a, a);
	got = content(dir, LOG_NAME);
	OK(streq(got, str_text(&want)));
}

static void none_keeps_nothing(void)
{
	static const struct log_options none = { .none = true };
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &none);

	put(l, "x\n");
	log_flush(l);
	OK(!log_waiting(l));
	log_close(l);
	OK(faccessat(dir, LOG_NAME, F_OK, 0) < 0);
}

static void a_torn_line_goes(void)
{
	auto_close int dir = fresh();
	auto_free char *torn = xasprintf("%s{\"log\":\"%0*d",
					 WHOLE, 200000, 1);
	struct log_file *l;
	struct err e;

	file_create(dir, LOG_NAME, torn, 0600, &e);
	log_close(opened(dir, &plain));
	OK(holds(dir, LOG_NAME, OUT("a\\n")));
	l = opened(dir, &plain);
	put(l, "b\n");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("a\\n") OUT("b\\n")));
	unlinkat(dir, LOG_NAME, 0);
	file_create(dir, LOG_NAME, "{\"log", 0600, &e);
	log_close(opened(dir, &plain));
	OK(holds(dir, LOG_NAME, ""));
}

/* ---- rotation ---- */

#define LINE_LEN 71 /* of a line with 3 characters of text */

static void rotation(void)
{
	static const struct log_options opt = { .max_size = 2 * LINE_LEN - 1,
						.max_file = 3 };
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &opt);

	put(l, "a 1\na 2\nb 1\nb 2\n");
	OK(holds(dir, LOG_NAME, OUT("b 1\\n") OUT("b 2\\n")));
	OK(holds(dir, LOG_NAME ".1", OUT("a 1\\n") OUT("a 2\\n")));
	put(l, "c 1\n");
	put(l, "c 2\n");
	log_close(l);
	l = opened(dir, &opt);
	put(l, "d 1\n");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("d 1\\n")));
	OK(holds(dir, LOG_NAME ".1", OUT("c 1\\n") OUT("c 2\\n")));
	OK(holds(dir, LOG_NAME ".2", OUT("b 1\\n") OUT("b 2\\n")));
	OK(holds(dir, LOG_NAME ".3", "(none)"));
	OK(holds(dir, LOG_NAME ".new", "(none)"));
}

static void rotation_of_one(void)
{
	static const struct log_options opt = { .max_size = 1 };
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &opt);

	put(l, "a\nb\nc\n");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("c\\n")));
	OK(holds(dir, LOG_NAME ".1", "(none)"));
}

static void rotation_after_a_kill(void)
{
	static const struct log_options opt = { .max_size = 1,
						.max_file = 1000000 };
	auto_close int dir = fresh();
	struct err e;
	struct log_file *l;

	file_create(dir, LOG_NAME ".1", "1\n", 0600, &e);
	file_create(dir, LOG_NAME ".3", "3\n", 0600, &e);
	file_create(dir, LOG_NAME ".new", "", 0600, &e);
	l = opened(dir, &opt);
	put(l, "a\nb\n");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("b\\n")));
	OK(holds(dir, LOG_NAME ".1", OUT("a\\n")));
	OK(holds(dir, LOG_NAME ".2", "1\n"));
	OK(holds(dir, LOG_NAME ".3", "3\n"));
	OK(holds(dir, LOG_NAME ".new", "(none)"));
}

/* ---- full disks: a limit of file size fails just like one ---- */

static void limit(rlim_t size)
{
	struct rlimit r;

	getrlimit(RLIMIT_FSIZE, &r);
	r.rlim_cur = size ? size : r.rlim_max;
	setrlimit(RLIMIT_FSIZE, &r);
}

static void lost_lines_are_told(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);
	struct log_loss loss;

	put(l, "a 1\n");
	limit(2 * LINE_LEN + 10);
	put(l, "a 2\na 3\na 4\n");
	log_write(l, LOG_STDERR, "a 5\n", 4);
	OK(holds(dir, LOG_NAME, OUT("a 1\\n") OUT("a 2\\n")));
	log_loss_read(dir, &loss);
	OK(loss.code == EFBIG && loss.lines == 2);
	limit(0);
	put(l, "a 6\n");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("a 1\\n") OUT("a 2\\n")
		 ERR("rl: 3 lines were lost here: File too large\\n")
		 OUT("a 6\\n")));
	log_loss_read(dir, &loss);
	OK(loss.code == 0);
}

static void a_log_that_ends_with_a_loss(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);
	struct log_loss loss;

	put(l, "a 1\n");
	limit(LINE_LEN + 10);
	put(l, "a 2\n");
	put(l, "a 3\n");
	log_close(l);
	log_loss_read(dir, &loss);
	OK(loss.code == EFBIG && loss.lines == 2);
	limit(0);
	l = opened(dir, &plain);
	put(l, "b\n");
	log_close(l);
	OK(holds(dir, LOG_NAME, OUT("a 1\\n")
		 ERR("rl: 2 lines were lost here: File too large\\n")
		 OUT("b\\n")));
}

static void an_emptied_file_gets_no_hole(void)
{
	auto_close int dir = fresh();
	struct log_file *l = opened(dir, &plain);

	put(l, "a 1\na 2\n");
	{
		auto_close int fd = openat(dir, LOG_NAME, O_WRONLY | O_TRUNC);

		OK(fd >= 0);
	}
	limit(10);
	put(l, "a 3\n");
	limit(0);
	put(l, "a 4\n");
	log_close(l);
	OK(holds(dir, LOG_NAME,
		 ERR("rl: 1 line was lost here: File too large\\n")
		 OUT("a 4\\n")));
}

/* ---- kill -9 ---- */

static NORETURN void write_for_ever(int dir)
{
	static const struct log_options opt = { .max_size = 30000,
						.max_file = 3 };
	struct log_file *l = opened(dir, &opt);
	char text[3000];

	for (unsigned int i = 0;; i++) {
		int n = snprintf(text, sizeof(text), "%u\n%0*u\n", i,
				 (int)(i * 37 % 2000), i);

		log_write(l, i % 2 + 1, text, (size_t)n);
	}
}

/* Does every line of the file begin and end as one? */
static bool lines_are_whole(int dir, const char *name)
{
	auto_free char *text = content(dir, name);
	char *save = NULL;

	if (streq(text, "(none)"))
		return true;
	if (*text && text[strlen(text) - 1] != '\n')
		return false;
	for (char *s = strtok_r(text, "\n", &save); s;
	     s = strtok_r(NULL, "\n", &save))
		if (!skip_prefix(s, "{\"log\":\"") ||
		    !has_suffix(s, "\",\"time\":\"T\"}"))
			return false;
	return true;
}

static void kill_at_any_moment(void)
{
	for (int i = 0; i < 40; i++) {
		auto_close int dir = fresh();
		struct timespec t = { .tv_nsec = 1000000 + i * 123457 };
		pid_t pid = fork();

		if (pid == 0)
			write_for_ever(dir);
		OK(pid > 0);
		nanosleep(&t, NULL);
		kill(pid, SIGKILL);
		OK(waitpid(pid, NULL, 0) == pid);
		log_close(opened(dir, &plain));
		OK(lines_are_whole(dir, LOG_NAME));
		OK(lines_are_whole(dir, LOG_NAME ".1"));
		OK(lines_are_whole(dir, LOG_NAME ".2"));
	}
}

int main(void)
{
	struct err e;

	signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(folder))
		return 1;
	RUN(lines_of_two_streams);
	RUN(any_cut);
	RUN(what_waits);
	RUN(no_character_is_cut);
	RUN(long_lines_in_parts);
	RUN(none_keeps_nothing);
	RUN(a_torn_line_goes);
	RUN(rotation);
	RUN(rotation_of_one);
	RUN(rotation_after_a_kill);
	RUN(lost_lines_are_told);
	RUN(a_log_that_ends_with_a_loss);
	RUN(an_emptied_file_gets_no_hole);
	RUN(kill_at_any_moment);
	tree_remove(AT_FDCWD, folder, &e);
	return DONE();
}
