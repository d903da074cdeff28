#ifndef RL_TABLE_H
#define RL_TABLE_H
/*
 * table.h - lists as columns, as JSON lines, or through a template.
 *
 * A row is a JSON object whose members are the fields a template may name.
 * --format is one of
 *	nothing, "table"   the command's own columns, with headers
 *	"table TEMPLATE"   columns cut at tabs, with headers
 *	"json"             one object a line
 *	TEMPLATE           no headers
 * In templates \t and \n stand for a tab and a newline.
 */
#include "core/base/json.h"
#include "core/base/str.h"

struct table_column {
	const char *field;  /* "CreatedSince"; NULL ends the list */
	const char *header; /* "CREATED" */
};

struct table_view {
	const struct table_column *columns; /* every field, shown or not */
	const char *layout; /* template of the command's own table */
};

/* Append the rows (an array of objects) in the asked format to `out`. */
int table_write(const struct table_view *view, const json_t *rows,
		const char *format, struct str *out, struct err *e);
/*
 * Align text whose cells are separated by tabs: each column is as wide as
 * its widest cell and three spaces, at least ten; the last cell of a line is
 * not filled up.
 */
void table_align(const char *text, struct str *out);
/* The same, with cells at least `least` wide. */
void table_align_wide(const char *text, size_t least, struct str *out);
/* Print what table_write makes on stdout. */
int table_print(const struct table_view *view, const json_t *rows,
		const char *format, struct err *e);

#endif
