/* volume_ls.c - `rl volume ls`: the volumes of the store. */
#include "cmd/cmd.h"

#include "cmd/ui/filter.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/table.h"
#include "fs/volume.h"
#include "fs/volume_use.h"

struct ls_opts {
	bool quiet;
	struct strv filters;
	const char *format;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct ls_opts, m, n, l, a, h)
static const struct opt ls_opts[] = {
	O(OPT_LIST, filters, "filter", 'f', "FILTER",
	  "show only what fits: dangling=BOOL, driver=NAME, name=PART, "
	  "label=KEY[=VALUE], label!=KEY[=VALUE]"),
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct ls_opts, format),
	  .help = HELP_FORMAT_LIST, .parse = format_option },
	O(OPT_BOOL, quiet, "quiet", 'q', NULL, "show only the names"),
	OPT_END
};
#undef O

static const struct table_column columns[] = {
	{ "Availability", "AVAILABILITY" }, { "Driver", "DRIVER" },
	{ "Group", "GROUP" },		    { "Labels", "LABELS" },
	{ "Links", "LINKS" },		    { "Mountpoint", "MOUNTPOINT" },
	{ "Name", "VOLUME NAME" },	    { "Scope", "SCOPE" },
	{ "Size", "SIZE" },		    { "Status", "STATUS" },
	{ NULL, NULL },
};
static const struct table_view view = {
	.columns = columns, .layout = "{{.Driver}}\t{{.Name}}",
};

static int check_filters(const struct strv *filters, struct err *e)
{
	static const char *const keys[] = { "dangling", "driver", "name",
					    "label", "label!", NULL };

	TRY(filter_check(filters, keys, e));
	for (size_t i = 0; i < filters->n; i++) {
		const char *v = filter_value(filters->v[i], "dangling");
		bool ignored;

		if (v)
			TRY(filter_bool(v, &ignored, e));
	}
	return 0;
}

/* Several names or drivers: one of them is enough. */
static bool one_of(const struct strv *filters, const char *key,
		   const char *value, bool whole)
{
	bool asked = false, fits = false;

	for (size_t i = 0; i < filters->n; i++) {
		const char *v = filter_value(filters->v[i], key);

		asked |= v != NULL;
		fits |= v && (whole ? streq(value, v) :
				      strstr(value, v) != NULL);
	}
	return !asked || fits;
}

static bool fits(const struct ls_opts *o, const struct volume *v, bool used)
{
	const json_t *labels = json_object_get(v->about, "Labels");
	struct err ignored;

	for (size_t i = 0; i < o->filters.n; i++) {
		const char *f = o->filters.v[i], *value;
		bool dangling;

		if ((value = filter_value(f, "label!")) &&
		    filter_label(labels, value))
			return false;
		if ((value = filter_value(f, "label")) &&
		    !filter_label(labels, value))
			return false;
		if ((value = filter_value(f, "dangling")) &&
		    filter_bool(value, &dangling, &ignored) == 0 &&
		    dangling == used)
			return false;
	}
	return one_of(&o->filters, "name", v->name, false) &&
	       one_of(&o->filters, "driver", "local", true);
}

static void set_text(json_t *row, const char *key, const char *text)
{
	json_object_set_new(row, key, json_string(text));
}

static void set_labels(json_t *row, const struct volume *v)
{
	auto_str struct str all = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(v->about, "Labels"), key, value)
		str_printf(&all, "%s%s=%s", all.len ? "," : "", key,
			   json_is_string(value) ? json_string_value(value) :
						   "");
	set_text(row, "Labels", str_text(&all));
}

static json_t *make_row(const struct volume *v)
{
	json_t *row = json_object();

	set_text(row, "Availability", "N/A");
	set_text(row, "Driver", "local");
	set_text(row, "Group", "N/A");
	set_labels(row, v);
	set_text(row, "Links", "N/A");
	set_text(row, "Mountpoint", v->path);
	set_text(row, "Name", v->name);
	set_text(row, "Scope", "local");
	set_text(row, "Size", "N/A");
	set_text(row, "Status", "N/A");
	return row;
}

static int collect_rows(const struct store *s, const struct ls_opts *o,
			json_t *rows, struct err *e)
{
	auto_volume_users struct volume_users users = { 0 };
	struct volume *list;
	size_t n;

	TRY(volume_users_read(s, &users, e));
	TRY(volume_list(s, &list, &n, e));
	for (size_t i = 0; i < n; i++) {
		bool used = volume_users_find(&users, list[i].name) ||
			    volume_is_locked(s, list[i].name);

		if (fits(o, &list[i], used))
			json_array_append_new(rows, make_row(&list[i]));
	}
	volume_list_free(list, n);
	return 0;
}

static int ls_run(void *opts, int argc UNUSED, char **argv UNUSED,
		  struct err *e)
{
	const struct ls_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_json json_t *rows = json_array();
	const char *format = o->format;

	if (o->quiet && (!format || streq(format, "table")))
		format = "{{.Name}}";
	TRY(check_filters(&o->filters, e));
	TRY(store_open(&s, e));
	volume_sweep(&s);
	TRY(collect_rows(&s, o, rows, e));
	return table_print(&view, rows, format, e);
}

const struct cmd cmd_volume_ls = {
	.name = "volume ls",
	.aliases = "volume list",
	.args = "[OPTIONS]",
	.help = "list volumes",
	.example = "rl volume ls\n"
		   "rl volume ls -qf dangling=true\n"
		   "rl volume ls --format '{{.Name}} {{.Mountpoint}}'",
	.opts = ls_opts,
	.opts_size = sizeof(struct ls_opts),
	.run = ls_run,
};
