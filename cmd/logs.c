/* logs.c - rl logs: what a container has written, and writes. */
#include "cmd/cmd.h"

#include "cmd/ui/moment.h"
#include "cmd/ui/report.h"
#include "core/base/time.h"
#include "core/log_read.h"
#include "core/log_time.h"
#include "fs/container_state.h"

#include <stdio.h>

struct logs_opts {
	const char *tail, *since, *until;
	bool follow, timestamps, details;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct logs_opts, m, n, l, a, h)
static const struct opt logs_opts[] = {
	O(OPT_BOOL, details, "details", 0, NULL,
	  "leave room for what docker's drivers add"),
	O(OPT_BOOL, follow, "follow", 'f', NULL, "go on with what is written"),
	O(OPT_STR, since, "since", 0, "TIME",
	  "begin with what was written since then (a date, seconds since 1970, "
	  "or a time ago: 10m)"),
	O(OPT_STR, tail, "tail", 'n', "LINES",
	  "begin so many lines before the end (default all)"),
	O(OPT_BOOL, timestamps, "timestamps", 't', NULL,
	  "each line's time before it"),
	O(OPT_STR, until, "until", 0, "TIME", "end with what was written then"),
	OPT_END
};
#undef O

struct logs {
	const struct logs_opts *o;
	struct container *c;
	int64_t since, until; /* ns; 0: no limit */
	bool within[3];       /* a line of that stream has not ended */
	struct log_clock clock;
};

/* ---- entries ---- */

static int show(void *arg, const struct log_entry *l, struct err *e)
{
	struct logs *g = arg;
	FILE *to = l->stream == LOG_STDERR ? stderr : stdout;

	if ((g->since && l->time < g->since) ||
	    (g->until && l->time > g->until))
		return 0;
	/* in the order it was written, also on one terminal */
	if (to == stderr)
		TRY(report_flush(e));
	errno = 0;
	if (!g->within[l->stream] && g->o->timestamps)
		fprintf(to, "%s ", log_time_text(&g->clock, l->time));
	if (!g->within[l->stream] && g->o->details)
		fputc(' ', to);
	fwrite(l->text, 1, l->n, to);
	g->within[l->stream] = !log_entry_ends_line(l);
	return report_written(e);
}

static void note(void *arg UNUSED, const char *text)
{
	fflush(stdout);
	fprintf(stderr, "%s\n", text);
}

/* Its supervisor, also between two lives. */
static bool lives(void *arg)
{
	struct logs *g = arg;
	struct err ignored;

	return container_wait_unlocked(g->c, 0, &ignored) == -ETIMEDOUT;
}

static int rest(void *arg, int *ret, struct err *e)
{
	const struct logs *g = arg;

	*ret = moment_left(g->until);
	return report_flush(e);
}

/* ---- the command ---- */

static int read_tail(const char *text, int64_t *ret, struct err *e)
{
	uint64_t n;

	*ret = -1;
	if (!text || streq(text, "all") || *text == '-')
		return 0;
	if (!parse_u64(text, INT64_MAX, &n))
		return err_set(e, EINVAL, "--tail '%s': it is a number of "
			       "lines, or all", text);
	*ret = (int64_t)n;
	return 0;
}

/* The log of some containers is not kept. */
static int check_driver(const struct container *c, struct err *e)
{
	auto_json json_t *record = NULL;
	const json_t *options = NULL;
	const char *driver = NULL;

	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "Options", &options, e));
	if (options)
		TRY(json_str(options, "log-driver", &driver, e));
	if (driver && streq(driver, "none"))
		return err_set(e, EOPNOTSUPP, "configured logging driver does "
			       "not support reading (--log-driver none)");
	return 0;
}

/* One in the foreground with --rm has our caller's stdio, and no log. */
static int check_direct(struct container *c, struct err *e)
{
	auto_container_state struct container_state st = { 0 };

	TRY(container_state_read(c, &st, e));
	if (container_status_runs(st.status) && !st.socket)
		return err_set(e, EOPNOTSUPP, "container %s has the stdio of "
			       "the command that started it (rl run --rm): it "
			       "has no log", c->name);
	return 0;
}

static int logs_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	const struct logs_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	struct logs g = { .o = o, .c = &c };
	const struct log_read_hooks hooks = {
		.entry = show, .note = note, .lives = lives, .wait = rest,
		.arg = &g,
	};
	int64_t tail, now = time_now();

	TRY(read_tail(o->tail, &tail, e));
	if (o->since)
		TRY(moment_parse(o->since, now, &g.since, e));
	if (o->until)
		TRY(moment_parse(o->until, now, &g.until, e));
	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	TRY(check_driver(&c, e));
	TRY(check_direct(&c, e));
	return log_read(c.fd, tail, o->follow, &hooks, e);
}

const struct cmd cmd_logs = {
	.name = "logs",
	.aliases = "container logs",
	.args = "[OPTIONS] CONTAINER",
	.help = "print what a container has written",
	.example = "rl logs -f --tail 20 web",
	.opts = logs_opts,
	.opts_size = sizeof(struct logs_opts),
	.min_args = 1,
	.max_args = 1,
	.run = logs_run,
};
