/* history.c - `rl history`: the steps that made an image. */
#include "cmd/cmd.h"

#include <time.h>

#include "cmd/image_facts.h"
#include "cmd/ui/cell.h"
#include "cmd/ui/filter.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/table.h"

#define BY_COLUMNS 45 /* docker's width of CREATED BY */

struct history_opts {
	bool raw, no_trunc, quiet;
	const char *format;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct history_opts, m, n, l, a, h)
static const struct opt history_opts[] = {
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct history_opts, format),
	  .help = HELP_FORMAT_LIST, .parse = format_option },
	O(OPT_OFF, raw, "human", 'H', NULL,
	  "print sizes and dates for people (default true)"),
	O(OPT_BOOL, no_trunc, "no-trunc", 0, NULL, "do not shorten the texts"),
	O(OPT_BOOL, quiet, "quiet", 'q', NULL, "show only the IDs"),
	OPT_END
};
#undef O

static const struct table_column columns[] = {
	{ "Comment", "COMMENT" },   { "CreatedAt", "CREATED AT" },
	{ "CreatedBy", "CREATED BY" }, { "CreatedSince", "CREATED" },
	{ "ID", "IMAGE" },	    { "Size", "SIZE" },
	{ NULL, NULL },
};

#define LAYOUT(when) \
	"{{.ID}}\t{{." when "}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"

static void set_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_from_bytes(text));
	free(text);
}

static const char *text_of(const json_t *step, const char *key)
{
	const char *text = json_string_value(json_object_get(step, key));

	return text ? text : "";
}

static char *created_by(const json_t *step, bool whole)
{
	auto_free char *by = xstrdup(text_of(step, "created_by"));

	for (char *p = by; *p; p++)
		if (*p == '\t' || *p == '\n')
			*p = ' ';
	return whole ? steal_ptr(by) : cell_cut(by, BY_COLUMNS);
}

/* `id`: the image's, of its last step; the others are long gone. */
static json_t *make_row(const struct history_opts *o, const json_t *step,
			const char *id, uint64_t size)
{
	json_t *row = json_object();
	int64_t created = 0;

	date_parse(text_of(step, "created"), &created);
	set_text(row, "ID", !id ? xstrdup("<missing>") :
		 o->no_trunc ? xstrdup(id) :
			       xstrndup(SHORT_ID(id), SHORT_ID_LEN));
	set_text(row, "CreatedSince", created > 0 ?
		 date_ago(created, time(NULL)) : xstrdup("N/A"));
	set_text(row, "CreatedAt", xstrdup(text_of(step, "created")));
	set_text(row, "CreatedBy", created_by(step, o->no_trunc));
	set_text(row, "Size", o->raw ? xasprintf("%llu",
		 (unsigned long long)size) : format_size(size));
	set_text(row, "Comment", xstrdup(text_of(step, "comment")));
	return row;
}

/* The last step first; each that is not empty has the next layer. */
static void add_rows(const struct history_opts *o, const struct image *img,
		     json_t *rows)
{
	const json_t *list = json_object_get(img->config.json, "history");
	size_t layer = 0, n = json_array_size(list), i;
	json_t *step;

	json_array_foreach(list, i, step) {
		bool empty = json_is_true(json_object_get(step,
							  "empty_layer"));
		uint64_t size = !empty && layer < img->n_layers ?
				img->layers[layer].size : 0;

		layer += !empty;
		json_array_insert_new(rows, 0, make_row(
			o, step, i + 1 == n ? img->id : NULL, size));
	}
}

static int history_run(void *opts, int argc UNUSED, char **argv,
		       struct err *e)
{
	const struct history_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_json json_t *rows = json_array();
	auto_image struct image img = { 0 };
	struct table_view view = {
		.columns = columns,
		.layout = o->raw ? LAYOUT("CreatedAt") :
				   LAYOUT("CreatedSince"),
	};
	const char *format = o->format;

	if (o->quiet && (!format || streq(format, "table")))
		format = "{{.ID}}";
	TRY(store_open(&s, e));
	TRY(image_find(&s, argv[0], NULL, &img, e));
	add_rows(o, &img, rows);
	return table_print(&view, rows, format, e);
}

const struct cmd cmd_history = {
	.name = "history",
	.aliases = "image history",
	.args = "[OPTIONS] IMAGE",
	.help = "show the steps that made an image",
	.example = "rl history debian:12\n"
		   "rl history --no-trunc --format '{{.CreatedBy}}' debian",
	.opts = history_opts,
	.opts_size = sizeof(struct history_opts),
	.min_args = 1,
	.max_args = 1,
	.run = history_run,
};
