/* table.c - lists as aligned columns, JSON lines or templates. */
#include "cmd/ui/table.h"

#include "cmd/ui/format.h"
#include "cmd/ui/report.h"

#define CELL_MIN 10
#define CELL_GAP 3

/* Characters of a text: continuation bytes of UTF-8 take no column. */
static size_t columns_of(const char *s, size_t n)
{
	size_t ret = 0;

	for (size_t i = 0; i < n; i++)
		ret += ((unsigned char)s[i] & 0xc0) != 0x80;
	return ret;
}

struct widths {
	size_t *w;
	size_t n, least;
};

/* Widen the columns by the cells of one line that end in a tab. */
static void measure(const char *line, size_t len, struct widths *ws)
{
	size_t column = 0;

	for (size_t from = 0, i = 0; i < len; i++) {
		size_t width;

		if (line[i] != '\t')
			continue;
		width = columns_of(line + from, i - from) + CELL_GAP;
		if (column == ws->n) {
			ws->w = xrealloc(ws->w, ws->n + 1, sizeof(*ws->w));
			ws->w[ws->n++] = ws->least;
		}
		if (width > ws->w[column])
			ws->w[column] = width;
		column++;
		from = i + 1;
	}
}

static void write_line(const char *line, size_t len, const struct widths *ws,
		       struct str *out)
{
	size_t column = 0, from = 0;

	for (size_t i = 0; i < len; i++) {
		size_t width;

		if (line[i] != '\t')
			continue;
		width = columns_of(line + from, i - from);
		str_add(out, line + from, i - from);
		str_printf(out, "%*s", (int)(ws->w[column++] - width), "");
		from = i + 1;
	}
	str_add(out, line + from, len - from);
	str_putc(out, '\n');
}

void table_align(const char *text, struct str *out)
{
	table_align_wide(text, CELL_MIN, out);
}

void table_align_wide(const char *text, size_t least, struct str *out)
{
	struct widths ws = { .least = least };

	for (const char *s = text; *s;) {
		size_t n = strcspn(s, "\n");

		measure(s, n, &ws);
		s += n + (s[n] == '\n');
	}
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, "\n");

		write_line(s, n, &ws, out);
		s += n + (s[n] == '\n');
	}
	free(ws.w);
}

static json_t *headers(const struct table_view *view)
{
	json_t *ret = json_object();

	for (const struct table_column *c = view->columns; c->field; c++)
		json_object_set_new(ret, c->field, json_string(c->header));
	return ret;
}

/* Every row through the template, a line each. */
static int write_rows(const struct format *f, const json_t *rows,
		      struct str *out, struct err *e)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		TRY(format_run(f, json_array_get(rows, i), out, e));
		str_putc(out, '\n');
	}
	return 0;
}

static int write_table(const struct table_view *view, const json_t *rows,
		       const char *layout, struct str *out, struct err *e)
{
	auto_json json_t *head = headers(view);
	auto_format struct format *f = NULL;
	auto_free char *text = format_unescape(layout);
	auto_str struct str raw = { 0 };

	TRY(format_parse(text, &f, e));
	TRY(format_run_header(f, head, &raw, e));
	str_putc(&raw, '\n');
	TRY(write_rows(f, rows, &raw, e));
	table_align(str_text(&raw), out);
	return 0;
}

int table_write(const struct table_view *view, const json_t *rows,
		const char *format, struct str *out, struct err *e)
{
	auto_format struct format *f = NULL;
	auto_free char *text = NULL;
	const char *layout;

	if (!format || !*format || streq(format, "table"))
		return write_table(view, rows, view->layout, out, e);
	layout = skip_prefix(format, "table");
	if (layout && (*layout == ' ' || *layout == '\t'))
		return write_table(view, rows, layout + 1, out, e);
	text = streq(format, "json") ? xstrdup("{{json .}}")
				     : format_unescape(format);
	TRY(format_parse(text, &f, e));
	return write_rows(f, rows, out, e);
}

int table_print(const struct table_view *view, const json_t *rows,
		const char *format, struct err *e)
{
	auto_str struct str out = { 0 };

	TRY(table_write(view, rows, format, &out, e));
	report_text(str_text(&out));
	return 0;
}
