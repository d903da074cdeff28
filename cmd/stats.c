/* stats.c - `rl stats`: what containers take of the machine. */
#include "cmd/cmd.h"

#include <poll.h>
#include <stdio.h>

#include "cmd/container/list.h"
#include "cmd/image_facts.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "cmd/ui/table.h"
#include "core/usage.h"

struct stats_opts {
	bool all, once, no_trunc;
	const char *format;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct stats_opts, m, n, l, a, h)
static const struct opt stats_opts[] = {
	O(OPT_BOOL, all, "all", 'a', NULL,
	  "show all containers, not only those that run"),
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct stats_opts, format),
	  .help = HELP_FORMAT_LIST, .parse = format_option },
	O(OPT_BOOL, once, "no-stream", 0, NULL,
	  "print one result instead of going on"),
	O(OPT_BOOL, no_trunc, "no-trunc", 0, NULL, "do not shorten the IDs"),
	OPT_END
};
#undef O

static const struct table_column columns[] = {
	{ "BlockIO", "BLOCK I/O" },  { "CPUPerc", "CPU %" },
	{ "Container", "CONTAINER" }, { "ID", "CONTAINER ID" },
	{ "MemPerc", "MEM %" },	      { "MemUsage", "MEM USAGE / LIMIT" },
	{ "Name", "NAME" },	      { "NetIO", "NET I/O" },
	{ "PIDs", "PIDS" },	      { NULL, NULL },
};
static const struct table_view view = {
	.columns = columns,
	.layout = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t"
		  "{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}",
};

/* How long a sample takes, and how often one is shown. */
#define PERIOD_MS 1000

/* One container between two looks. */
struct watched {
	char id[65];
	char *asked, *name; /* `asked`: as the user named it */
	bool known, runs;   /* `known`: `before` is a sample */
	struct usage before, now;
};

struct watch {
	struct watched *w;
	size_t n;
};

static void watch_release(struct watch *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->w[i].asked);
		free(l->w[i].name);
	}
	free(l->w);
	*l = (struct watch){ 0 };
}

static inline void auto_watch_p(struct watch *l) { watch_release(l); }
#define auto_watch __attribute__((cleanup(auto_watch_p)))

/* ---- a look ---- */

static void add(struct watch *l, const char *asked, const struct entry *n,
		bool whole)
{
	struct watched w = {
		.asked = asked ? xstrdup(asked) :
				 xstrndup(n->id, whole ? 64 : SHORT_ID_LEN),
		.name = xstrdup(n->name),
	};
	struct err ignored;

	memcpy(w.id, n->id, sizeof(w.id));
	w.runs = container_status_runs(n->state.status) &&
		 usage_read(n->state.pid, n->state.cgroup, &w.now,
			    &ignored) == 0;
	l->w = xrealloc(l->w, l->n + 1, sizeof(w));
	l->w[l->n++] = w;
}

static int look_at_named(const struct store *s, int argc, char **argv,
			 struct watch *ret, struct err *e)
{
	for (int i = 0; i < argc; i++) {
		auto_container struct container c = CONTAINER_INIT;
		struct entry n;

		TRY(container_find(s, argv[i], &c, e));
		TRY(entry_read(&c, &n, e));
		add(ret, argv[i], &n, true);
		entry_release(&n);
	}
	return 0;
}

static int look(const struct store *s, const struct stats_opts *o, int argc,
		char **argv, struct watch *ret, struct err *e)
{
	auto_entry_list struct entry_list list = { 0 };
	struct list_query q = { .all = o->all, .last = -1 };

	if (argc)
		return look_at_named(s, argc, argv, ret, e);
	TRY(list_containers(s, &q, &list, e));
	for (size_t i = 0; i < list.n; i++)
		add(ret, NULL, &list.e[i], o->no_trunc);
	return 0;
}

/* What the last look saw is what this one compares with. */
static void compare(const struct watch *last, struct watch *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < last->n; k++)
			if (streq(l->w[i].id, last->w[k].id) &&
			    last->w[k].runs) {
				l->w[i].before = last->w[k].now;
				l->w[i].known = true;
			}
}

/* ---- its rows ---- */

static void set(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_from_bytes(text));
	free(text);
}

static char *pair(char *(*print)(uint64_t), uint64_t a, uint64_t b)
{
	auto_free char *x = print(a);
	auto_free char *y = print(b);

	return xasprintf("%s / %s", x, y);
}

static json_t *make_row(const struct watched *w, bool whole)
{
	static const struct usage nothing;
	const struct usage *u = w->runs ? &w->now : &nothing;
	json_t *row = json_object();

	set(row, "BlockIO", pair(format_size_short, u->block_in,
				 u->block_out));
	set(row, "CPUPerc", xasprintf("%.2f%%", w->known && w->runs ?
				      usage_cpu_percent(&w->before, u) : 0.0));
	set(row, "Container", xstrdup(w->asked));
	set(row, "ID", xstrndup(w->id, whole ? 64 : SHORT_ID_LEN));
	set(row, "MemPerc", xasprintf("%.2f%%", u->limit ?
				      100.0 * (double)u->memory /
				      (double)u->limit : 0.0));
	set(row, "MemUsage", pair(format_size_1024, u->memory, u->limit));
	set(row, "Name", xstrdup(w->name));
	set(row, "NetIO", pair(format_size_short, u->net_in, u->net_out));
	set(row, "PIDs", xasprintf("%llu", (unsigned long long)u->pids));
	return row;
}

static int rows_text(const struct watch *l, const struct stats_opts *o,
		     struct str *out, struct err *e)
{
	auto_json json_t *rows = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(rows, make_row(&l->w[i], o->no_trunc));
	return table_write(&view, rows, o->format, out, e);
}

/* On a terminal over what was there: home, each line to its end, the rest. */
static void show(const char *text, bool over)
{
	if (!over) {
		report_text(text);
		return;
	}
	report_text("\033[H");
	while (*text) {
		size_t n = strcspn(text, "\n");

		printf("%.*s\033[K\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
	report_text("\033[J");
}

static int watch(const struct store *s, const struct stats_opts *o, int argc,
		 char **argv, struct err *e)
{
	auto_watch struct watch last = { 0 };
	bool over = !o->once && isatty(1);

	TRY(look(s, o, argc, argv, &last, e));
	for (bool more = true; more; more = !o->once) {
		auto_watch struct watch now = { 0 };
		auto_str struct str text = { 0 };

		poll(NULL, 0, PERIOD_MS);
		TRY(look(s, o, argc, argv, &now, e));
		compare(&last, &now);
		TRY(rows_text(&now, o, &text, e));
		show(str_text(&text), over);
		TRY(report_flush(e));
		watch_release(&last);
		last = now;
		now = (struct watch){ 0 };
	}
	return 0;
}

static int stats_run(void *opts, int argc, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;

	TRY(store_open(&s, e));
	return watch(&s, opts, argc, argv, e);
}

const struct cmd cmd_stats = {
	.name = "stats",
	.aliases = "container stats",
	.args = "[OPTIONS] [CONTAINER...]",
	.help = "show what containers take: processor, memory, network, disk",
	.example = "rl stats\n"
		   "rl stats --no-stream --format '{{.Name}} {{.MemUsage}}'",
	.opts = stats_opts,
	.opts_size = sizeof(struct stats_opts),
	.max_args = -1,
	.run = stats_run,
};
