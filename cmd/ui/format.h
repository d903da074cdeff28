#ifndef RL_FORMAT_H
#define RL_FORMAT_H
/*
 * format.h - Go templates, as far as `--format` uses them, over JSON values.
 *
 * Known: text, {{- trim -}}, comments, .A.B, $, $x := and $x =, literals,
 * pipes, (parentheses), if / else if / with / range with else, break,
 * continue, and the functions of format_funcs.c.  A template is parsed once
 * and then run on any number of values.
 *
 * A member that an object lacks: an object whose members all begin with an
 * upper-case letter is taken for a structure, and the error names the nearest
 * member; any other is a map (labels, volumes), and gives "<no value>".
 *
 * A member whose name ends in "()" is a map to be asked as Go's methods are:
 * {{.Label "x"}} is x of "Label()", or nothing.  json leaves such out.
 *
 * Limits: blocks and parentheses nest FORMAT_DEPTH_MAX deep, the output ends
 * at FORMAT_OUTPUT_MAX bytes.  Errors name line and column.
 */
#include "core/base/json.h"
#include "core/base/str.h"

#define FORMAT_DEPTH_MAX  32
#define FORMAT_TEXT_MAX   (64 << 10)
#define FORMAT_OUTPUT_MAX (16 << 20)

struct format;

/* Parse a template.  *ret is freed with format_free.  -EINVAL. */
int format_parse(const char *text, struct format **ret, struct err *e);
void format_free(struct format *f);
DEFINE_AUTO(struct format *, auto_format, NULL, format_free)
#define auto_format __attribute__((cleanup(auto_format_p)))

/* Run it on `value`; the result is appended to `out`. */
int format_run(const struct format *f, const json_t *value, struct str *out,
	       struct err *e);
/*
 * Run it on an object of column headers: functions that change a text leave
 * it as it is, so that {{upper .Names}} is headed by the header of Names.
 */
int format_run_header(const struct format *f, const json_t *headers,
		      struct str *out, struct err *e);

/* The `parse` of an OPT_CALL option --format: its member is const char *. */
int format_option(const char *value, void *member, struct err *e);
/* Replace \t and \n outside of {{ }} by what they mean.  Caller frees. */
char *format_unescape(const char *text);

/*
 * What `inspect` prints of an array of objects: with no format the array,
 * indented; with "json" one object a line; else the template, a line each.
 */
int format_objects(const json_t *array, const char *format, struct str *out,
		   struct err *e);
/* Print a value as Go's %v does.  -EFBIG past FORMAT_OUTPUT_MAX. */
int format_value(const json_t *v, struct str *out, struct err *e);

#endif
