/* table_test.c - columns, JSON lines and templates of lists. */
#include "cmd/ui/table.h"

#include "tests/unit/tap.h"

static const struct table_column columns[] = {
	{ "ID", "IMAGE ID" },
	{ "Name", "NAME" },
	{ "Size", "SIZE" },
	{ NULL, NULL },
};
static const struct table_view view = {
	.columns = columns,
	.layout = "{{.Name}}\t{{.ID}}\t{{.Size}}",
};

static const char *print(const char *format)
{
	static struct str out;
	static struct err e;
	auto_json json_t *rows = json_loads(
		"[{\"ID\":\"abc\",\"Name\":\"a-name-of-16-byte\","
		"\"Size\":\"1MB\"},"
		"{\"ID\":\"defdefdefdef\",\"Name\":\"\\u00e9\\u00e9\","
		"\"Size\":\"2MB\"}]", 0, NULL);

	str_release(&out);
	if (table_write(&view, rows, format, &out, &e) < 0)
		return e.text;
	return str_text(&out);
}

static void own_columns(void)
{
	static const char expected[] =
		"NAME                IMAGE ID       SIZE\n"
		"a-name-of-16-byte   abc            1MB\n"
		"\303\251\303\251                  defdefdefdef   2MB\n";

	EQ_STR(print(NULL), expected);
	EQ_STR(print(""), expected);
	EQ_STR(print("table"), expected);
}

static void columns_of_a_template(void)
{
	EQ_STR(print("table {{.ID}}\\t{{.Size}}"),
	       "IMAGE ID       SIZE\n"
	       "abc            1MB\n"
	       "defdefdefdef   2MB\n");
}

/* A function that changes a cell leaves the header as it is. */
static void headers_stay(void)
{
	EQ_STR(print("table {{lower .ID}}\\t{{truncate .Size 1}}"),
	       "IMAGE ID       SIZE\n"
	       "abc            1\n"
	       "defdefdefdef   2\n");
}

static void json_lines(void)
{
	EQ_STR(print("json"),
	       "{\"ID\":\"abc\",\"Name\":\"a-name-of-16-byte\","
	       "\"Size\":\"1MB\"}\n"
	       "{\"ID\":\"defdefdefdef\",\"Name\":\"\303\251\303\251\","
	       "\"Size\":\"2MB\"}\n");
}

static void plain_template(void)
{
	EQ_STR(print("{{.ID}}\\t{{.Size}}"),
	       "abc\t1MB\ndefdefdefdef\t2MB\n");
	EQ_STR(print("tables {{.ID}}"), "tables abc\ntables defdefdefdef\n");
}

static void unknown_field(void)
{
	EQ_STR(print("{{.Nam}}"),
	       "template: line 1, column 3: there is no member .Nam; did you "
	       "mean .Name?");
	EQ_STR(print("table {{.Nam}}"),
	       "template: line 1, column 3: there is no member .Nam; did you "
	       "mean .Name?");
}

static void narrow_columns_are_ten_wide(void)
{
	auto_str struct str out = { 0 };

	table_align("a\tb\tc\nlonger than ten\tb\n", &out);
	EQ_STR(str_text(&out), "a                 b         c\n"
			       "longer than ten   b\n");
}

static void empty_text(void)
{
	auto_str struct str out = { 0 };

	table_align("", &out);
	EQ_STR(str_text(&out), "");
}

int main(void)
{
	RUN(own_columns);
	RUN(columns_of_a_template);
	RUN(headers_stay);
	RUN(json_lines);
	RUN(plain_template);
	RUN(unknown_field);
	RUN(narrow_columns_are_ten_wide);
	RUN(empty_text);
	return DONE();
}
