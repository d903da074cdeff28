/* format_test.c - templates against Go's answers, and their errors. */
#include "cmd/ui/format.h"

#include "tests/unit/tap.h"

static const char document[] =
	"{\"Name\":\"web\",\"Size\":12,\"Ratio\":1.5,\"On\":true,\"Off\":false,"
	"\"Nothing\":null,\"Empty\":\"\",\"List\":[\"a\",\"b\",\"c\"],"
	"\"NoList\":[],\"Config\":{\"Env\":[\"A=1\",\"B=2\"],"
	"\"Labels\":{\"x.y\":\"one\",\"k\":\"two\"},\"Cmd\":[\"sh\",\"-c\"]},"
	"\"Net\":{\"Networks\":{\"b\":{\"IP\":\"10.0.0.2\"},"
	"\"a\":{\"IP\":\"10.0.0.1\"}}},\"Text\":\"h\\u00e9llo w\\u00f6rld\"}";

/* The output, or the error's text. */
static const char *run(const char *template)
{
	static struct str out;
	static struct err e;
	auto_json json_t *doc = json_loads(document, 0, NULL);
	auto_format struct format *f = NULL;

	str_release(&out);
	if (format_parse(template, &f, &e) < 0 ||
	    format_run(f, doc, &out, &e) < 0)
		return e.text;
	return str_text(&out);
}

#define GIVES(template, output) EQ_STR(run(template), output)

static void texts_and_members(void)
{
	GIVES("", "");
	GIVES("plain } } text", "plain } } text");
	GIVES("{{.Name}}", "web");
	GIVES("<{{ .Config.Labels.k }}>", "<two>");
	GIVES("{{.Size}} {{.Ratio}} {{.On}} {{.Empty}}", "12 1.5 true ");
	GIVES("{{.Nothing}}", "<no value>");
	GIVES("{{.List}} {{.Config.Labels}}", "[a b c] map[k:two x.y:one]");
	GIVES("{{$.Name}} {{($.Config).Cmd}}", "web [sh -c]");
}

static void members_that_are_not_there(void)
{
	GIVES("{{.Config.Labels.none}}", "<no value>");
	GIVES("{{.Naem}}",
	      "template: line 1, column 3: there is no member .Naem; did you "
	      "mean .Name?");
	GIVES("a\n{{.Config.Wat}}",
	      "template: line 2, column 10: there is no member .Wat");
	GIVES("{{.Name.X}}",
	      "template: line 1, column 8: .X is asked of a text, not of an "
	      "object");
	GIVES("{{.Nothing.X}}",
	      "template: line 1, column 11: .X is asked of nothing, not of an "
	      "object");
}

static void json_function(void)
{
	GIVES("{{json .Config.Env}}", "[\"A=1\",\"B=2\"]");
	GIVES("{{.Name | json}}", "\"web\"");
	GIVES("{{json .Nothing}} {{json .Size}}", "null 12");
}

static void conditions(void)
{
	GIVES("{{if .On}}y{{else}}n{{end}}", "y");
	GIVES("{{if .Off}}y{{else}}n{{end}}", "n");
	GIVES("{{if .Off}}a{{else if .Empty}}b{{else if .Name}}c{{else}}d"
	      "{{end}}", "c");
	GIVES("{{if .NoList}}y{{end}}{{if .List}}z{{end}}", "z");
	GIVES("{{if and .On (not .Off) (eq .Name \"web\")}}y{{end}}", "y");
	GIVES("{{or .Empty .Name \"z\"}} {{and .Name .Empty}}|", "web |");
	GIVES("{{with .Config.Labels}}{{.k}}{{end}}", "two");
	GIVES("{{with .Empty}}x{{else}}none{{end}}", "none");
	GIVES("{{with .Empty}}x{{else with .Name}}{{.}}{{end}}", "web");
	GIVES("{{with $n := .Name}}{{$n}}-{{.}}{{end}}", "web-web");
}

/* The second operand of `or` would be an error: it must not be looked at. */
static void and_or_stop_early(void)
{
	GIVES("{{or .Name .Nothing.X}}", "web");
	GIVES("{{and .Empty .Nothing.X}}|", "|");
}

static void ranges(void)
{
	GIVES("{{range .List}}[{{.}}]{{end}}", "[a][b][c]");
	GIVES("{{range .NoList}}x{{else}}none{{end}}", "none");
	GIVES("{{range .Nothing}}x{{else}}none{{end}}", "none");
	GIVES("{{range $i, $v := .List}}{{$i}}{{$v}} {{end}}", "0a 1b 2c ");
	GIVES("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}",
	      "k=two;x.y=one;");
	GIVES("{{range .Net.Networks}}{{.IP}} {{end}}", "10.0.0.1 10.0.0.2 ");
	GIVES("{{range $i, $v := .List}}{{if $i}},{{end}}{{$.Name}}{{$v}}"
	      "{{end}}", "weba,webb,webc");
	GIVES("{{range .List}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}",
	      "a");
	GIVES("{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{.}}"
	      "{{end}}", "ac");
	GIVES("{{range .Name}}{{end}}",
	      "template: line 1, column 9: range goes over a list or an "
	      "object, not over a text");
}

static void variables(void)
{
	GIVES("{{$a := .Name}}{{$a}}{{$a = \"z\"}}{{$a}}", "webz");
	GIVES("{{$a := 1}}{{range .List}}{{$a = .}}{{end}}{{$a}}", "c");
	GIVES("{{if .On}}{{$x := 1}}{{end}}{{$x}}",
	      "template: line 1, column 31: unknown variable $x");
	GIVES("{{$y = 1}}",
	      "template: line 1, column 3: unknown variable $y");
	GIVES("{{$c := .Config}}{{$c.Labels.k}}", "two");
}

static void trim_marks_and_comments(void)
{
	GIVES("a  {{- .Name -}}  b", "awebb");
	GIVES("a {{- /* note */ -}} b", "ab");
	GIVES("a{{/* }} */}}b", "ab");
	GIVES("{{range .List -}}\n  {{.}}\n{{- end}}", "abc");
	GIVES("{{-1}}", "-1");
	GIVES("{{3 -}} x", "3x");
}

static void functions_on_texts(void)
{
	GIVES("{{upper .Name}} {{lower \"ABC\"}} {{title \"ab cd\"}}",
	      "WEB abc Ab Cd");
	GIVES("{{join .List \", \"}}", "a, b, c");
	GIVES("{{json (split \"a:b:c\" \":\")}}", "[\"a\",\"b\",\"c\"]");
	GIVES("{{range split .Name \"e\"}}<{{.}}>{{end}}", "<w><b>");
	GIVES("<{{pad .Name 1 2}}><{{pad .Empty 1 2}}>", "< web  ><>");
	GIVES("{{truncate .Name 2}} {{truncate .Name 9}}", "we web");
	GIVES("{{truncate .Text 2}}|", "h|");
	GIVES("{{slice .Name 1 3}} {{slice .Name 2}}", "eb b");
	GIVES("{{println .Name 1 true}}", "web 1 true\n");
	GIVES("{{print \"a\" 1 2 \"b\"}}", "a1 2b");
	GIVES("{{len .Name}} {{len .List}} {{len .Config.Labels}}", "3 3 2");
}

static void printf_verbs(void)
{
	GIVES("{{printf \"%s-%d-%v%%\" .Name .Size .On}}", "web-12-true%");
	GIVES("{{printf \"%-6s|%6s|%.2s\" .Name .Name .Name}}",
	      "web   |   web|we");
	GIVES("{{printf \"%05d %+d %x %X %o\" .Size .Size 255 255 8}}",
	      "00012 +12 ff FF 10");
	GIVES("{{printf \"%.2f %q\" .Ratio .Name}}", "1.50 \"web\"");
	GIVES("{{printf \"%d\" .Name}}", "%!d(web)");
	GIVES("{{.Name | printf \"<%s>\"}}", "<web>");
	GIVES("{{printf \"%s\"}}",
	      "template: line 1, column 3: printf: no value for %s");
	GIVES("{{printf \"%99999s\" .Name}}",
	      "template: line 1, column 3: printf: a width is over 4096");
	GIVES("{{printf \"%n\" 1}}",
	      "template: line 1, column 3: printf: unknown verb %n");
}

static void index_of_lists_and_maps(void)
{
	GIVES("{{index .Config.Labels \"x.y\"}}", "one");
	GIVES("<{{index .Config.Labels \"none\"}}>", "<>");
	GIVES("<{{index .Nothing \"k\"}}>", "<>");
	GIVES("{{index .List 1}} {{index .Config \"Env\" 0}}", "b A=1");
	GIVES("{{(index .Net.Networks \"a\").IP}}", "10.0.0.1");
	GIVES("{{index .List 3}}",
	      "template: line 1, column 3: index: 3 is not within a list of 3");
	GIVES("{{index .List -1}}",
	      "template: line 1, column 3: index: -1 is not within a list of "
	      "3");
}

static void comparisons(void)
{
	GIVES("{{eq .Size 12}} {{eq .Name \"a\" \"web\"}} {{ne .Size 1}}",
	      "true true true");
	GIVES("{{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge \"b\" \"a\"}}",
	      "true true false true");
	GIVES("{{eq .On true}} {{eq .Nothing nil}} {{lt 1 1.5}}",
	      "true true true");
	GIVES("{{eq .Name 1}}",
	      "template: line 1, column 3: eq: the values are of types that "
	      "do not compare");
}

static void literals(void)
{
	GIVES("{{\"a\\tb\\\"\"}} {{`r\\n`}} {{0x10}} {{-3}} {{2.5}} {{'a'}}",
	      "a\tb\" r\\n 16 -3 2.5 97");
	GIVES("{{true}} {{nil}}", "true <no value>");
	GIVES("{{12x}}", "template: line 1, column 3: '12x' is not a number");
	GIVES("{{\"\\z\"}}",
	      "template: line 1, column 4: unknown escape '\\z'");
}

static void syntax_errors_name_the_place(void)
{
	GIVES("{{.Name", "template: line 1, column 8: an action has no end: "
			 "}} is missing");
	GIVES("{{if .On}}x", "template: line 1, column 3: {{end}} is missing");
	GIVES("a{{end}}", "template: line 1, column 4: unexpected 'end' "
			  "without an open block");
	GIVES("{{}}", "template: line 1, column 3: unexpected }} where a "
		      "value is expected");
	GIVES("{{uper .Name}}", "template: line 1, column 3: unknown function "
				"'uper'; did you mean 'upper'?");
	GIVES("{{(.Name}}", "template: line 1, column 9: unexpected }} where "
			    "a value is expected");
	GIVES("{{.Name)}}", "template: line 1, column 8: unexpected ')' where "
			    "a value is expected");
	GIVES("{{\"abc}}", "template: line 1, column 3: a quoted text has no "
			   "end");
	GIVES("{{/* x }}", "template: line 1, column 1: a comment has no end");
	GIVES("{{break}}", "template: line 1, column 3: unexpected 'break' "
			   "outside of a range");
	GIVES("{{define \"x\"}}", "template: line 1, column 3: {{define}} is "
				  "not supported");
	GIVES("{{if .On}}{{else}}{{else}}{{end}}",
	      "template: line 1, column 21: a second else");
	GIVES("{{.Name 1}}", "template: line 1, column 3: only a function "
			     "takes arguments");
	GIVES("{{upper}}", "template: line 1, column 3: upper takes 1 "
			   "argument, not 0");
	GIVES("{{.Name ?}}", "template: line 1, column 9: unexpected "
			     "character '?'");
}

/* One level more than is allowed, of blocks and of parentheses. */
static void nesting_is_bounded(void)
{
	auto_str struct str blocks = { 0 }, parens = { 0 };

	str_puts(&parens, "{{");
	for (int i = 0; i <= FORMAT_DEPTH_MAX; i++) {
		str_puts(&blocks, "{{if .On}}");
		str_puts(&parens, "(");
	}
	OK(strstr(run(str_text(&blocks)), "nested more than") != NULL);
	OK(strstr(run(str_text(&parens)), "nested more than") != NULL);
}

static void output_is_bounded(void)
{
	auto_json json_t *list = json_array();
	auto_format struct format *f = NULL;
	auto_str struct str out = { 0 };
	struct err e;

	for (int i = 0; i < 300; i++)
		json_array_append_new(list, json_integer(i));
	OK(format_parse("{{range $}}{{range $}}{{range $}}xxxxxxxxxx{{end}}"
			"{{end}}{{end}}", &f, &e) == 0);
	OK(format_run(f, list, &out, &e) == -EINVAL);
	OK(strstr(e.text, "larger than 16 MB") != NULL);
	OK(out.len < FORMAT_OUTPUT_MAX + 4096);
}

static void template_is_bounded(void)
{
	auto_free char *text = xcalloc(1, FORMAT_TEXT_MAX + 2);

	memset(text, 'x', FORMAT_TEXT_MAX + 1);
	OK(strstr(run(text), "larger than") != NULL);
}

static void unescapes_outside_of_actions(void)
{
	auto_free char *s = format_unescape("a\\tb\\n{{\"\\t\"}}\\t\\x");

	EQ_STR(s, "a\tb\n{{\"\\t\"}}\t\\x");
}

static void objects_as_inspect_prints_them(void)
{
	auto_json json_t *all = json_loads("[{\"A\":1},{\"A\":2}]", 0, NULL);
	auto_str struct str plain = { 0 }, lines = { 0 }, text = { 0 };
	struct err e;

	OK(format_objects(all, NULL, &plain, &e) == 0);
	EQ_STR(str_text(&plain), "[\n    {\n        \"A\": 1\n    },\n    {\n"
				 "        \"A\": 2\n    }\n]\n");
	OK(format_objects(all, "json", &lines, &e) == 0);
	EQ_STR(str_text(&lines), "{\"A\":1}\n{\"A\":2}\n");
	OK(format_objects(all, "<{{.A}}>", &text, &e) == 0);
	EQ_STR(str_text(&text), "<1>\n<2>\n");
}

static void deep_values_are_refused(void)
{
	auto_json json_t *v = json_array();
	auto_str struct str out = { 0 };
	struct err e;

	for (int i = 0; i < FORMAT_DEPTH_MAX + 2; i++) {
		json_t *outer = json_array();

		json_array_append_new(outer, v);
		v = outer;
	}
	OK(format_value(v, &out, &e) == -EINVAL);
}

int main(void)
{
	RUN(texts_and_members);
	RUN(members_that_are_not_there);
	RUN(json_function);
	RUN(conditions);
	RUN(and_or_stop_early);
	RUN(ranges);
	RUN(variables);
	RUN(trim_marks_and_comments);
	RUN(functions_on_texts);
	RUN(printf_verbs);
	RUN(index_of_lists_and_maps);
	RUN(comparisons);
	RUN(literals);
	RUN(syntax_errors_name_the_place);
	RUN(nesting_is_bounded);
	RUN(output_is_bounded);
	RUN(template_is_bounded);
	RUN(unescapes_outside_of_actions);
	RUN(objects_as_inspect_prints_them);
	RUN(deep_values_are_refused);
	return DONE();
}
