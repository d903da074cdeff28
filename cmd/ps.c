/* ps.c - `rl ps`: the containers of the store. */
#include "cmd/cmd.h"

#include <ctype.h>
#include <stdio.h>

#include "cmd/container/list_row.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/table.h"
#include "core/base/time.h"

struct ps_opts {
	bool all, latest, no_trunc, quiet, size;
	const char *last;
	struct strv filters;
	const char *format;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct ps_opts, m, n, l, a, h)
static const struct opt ps_opts[] = {
	O(OPT_BOOL, all, "all", 'a', NULL,
	  "show all containers, not only those that run"),
	O(OPT_LIST, filters, "filter", 'f', "FILTER",
	  "show only what fits: " LIST_FILTERS),
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct ps_opts, format),
	  .help = HELP_FORMAT_LIST, .parse = format_option },
	O(OPT_STR, last, "last", 'n', "N",
	  "show the N containers that were created last"),
	O(OPT_BOOL, latest, "latest", 'l', NULL,
	  "show the container that was created last"),
	O(OPT_BOOL, no_trunc, "no-trunc", 0, NULL, "do not shorten anything"),
	O(OPT_BOOL, quiet, "quiet", 'q', NULL, "show only the IDs"),
	O(OPT_BOOL, size, "size", 's', NULL,
	  "show what they take on the disk"),
	OPT_END
};
#undef O

static const struct table_column columns[] = {
	{ "Command", "COMMAND" },     { "CreatedAt", "CREATED AT" },
	{ "ID", "CONTAINER ID" },     { "Image", "IMAGE" },
	{ "Labels", "LABELS" },	      { "LocalVolumes", "LOCAL VOLUMES" },
	{ "Mounts", "MOUNTS" },	      { "Names", "NAMES" },
	{ "Networks", "NETWORKS" },   { "Ports", "PORTS" },
	{ "RunningFor", "CREATED" },  { "Size", "SIZE" },
	{ "State", "STATE" },	      { "Status", "STATUS" },
	{ NULL, NULL },
};

#define LAYOUT                                                              \
	"{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t" \
	"{{.Ports}}\t{{.Names}}"

/* What -q, docker's way, and nothing print. */
static const char *choose_format(const struct ps_opts *o)
{
	const char *format = o->format && *o->format ? o->format : NULL;

	if (!o->quiet)
		return format;
	if (format && !streq(format, "table"))
		fprintf(stderr, "rl: WARNING: Ignoring custom format, because "
			"both --format and --quiet are set.\n");
	return "{{.ID}}";
}

/* Does the template use the whole object? */
static bool wants_all(const char *format)
{
	for (const char *s = format; (s = strchr(s, '.')); s++)
		if (!isalpha((unsigned char)s[1]))
			return true;
	return streq(format, "json") || strchr(format, '$');
}

/* Which fields will be asked for: the others, which cost, are left out. */
static void choose_fields(const char *format, struct row_options *r)
{
	bool all = format && wants_all(format);

	format = format && !streq(format, "table") ? format : LAYOUT;
	r->image = all || strstr(format, "Image");
	r->command = all || strstr(format, "Command");
	r->ports = all || strstr(format, "Ports");
	r->labels = all || strstr(format, "Label");
	r->mounts = all || strstr(format, "Mounts") ||
		    strstr(format, "LocalVolumes");
	r->networks = all || strstr(format, "Networks");
	r->size = r->size || strstr(format, ".Size");
}

static int limit(const struct ps_opts *o, int64_t *ret, struct err *e)
{
	*ret = o->latest ? 1 : -1;
	if (!o->last)
		return 0;
	if (!parse_i64(o->last, ret))
		return err_set(e, EINVAL, "--last '%.40s' is not a number",
			       o->last);
	if (o->latest)
		*ret = 1;
	return 0;
}

static int ps_run(void *opts, int argc UNUSED, char **argv UNUSED,
		  struct err *e)
{
	const struct ps_opts *o = opts;
	struct row_options row = { .whole = o->no_trunc, .size = o->size,
				   .now = time_now() };
	struct table_view view = { .columns = columns, .layout = LAYOUT };
	struct list_query q = { .all = o->all, .filters = &o->filters };
	auto_store struct store s = STORE_INIT;
	auto_entry_list struct entry_list list = { 0 };
	auto_json json_t *rows = json_array();
	const char *format = choose_format(o);

	TRY(limit(o, &q.last, e));
	choose_fields(format, &row);
	if (o->size)
		view.layout = LAYOUT "\t{{.Size}}";
	TRY(store_open(&s, e));
	TRY(list_containers(&s, &q, &list, e));
	TRY(list_rows(&s, &list, &row, rows, e));
	return table_print(&view, rows, format, e);
}

const struct cmd cmd_ps = {
	.name = "ps",
	.aliases = "container ls,container list,container ps",
	.args = "[OPTIONS]",
	.help = "list containers",
	.example = "rl ps -a\n"
		   "rl ps -aqf status=exited\n"
		   "rl ps --format '{{.Names}} {{.Status}}'",
	.opts = ps_opts,
	.opts_size = sizeof(struct ps_opts),
	.run = ps_run,
};
