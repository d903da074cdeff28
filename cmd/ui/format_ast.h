#ifndef RL_FORMAT_AST_H
#define RL_FORMAT_AST_H
/*
 * format_ast.h - a parsed template, between format_parse.c and
 * format_eval.c.
 *
 * Every part is owned by struct format and freed with it.  The tree is at
 * most FORMAT_DEPTH_MAX deep, so walking it may recurse.
 */
#include "cmd/ui/format.h"

/* One name of a chain .A.B */
struct format_field {
	const char *name;
	size_t pos;
	struct format_field *next;
};

enum expr_kind {
	EXPR_DOT,     /* . */
	EXPR_VAR,     /* $name */
	EXPR_LITERAL, /* "text", 12, true, nil */
	EXPR_FUNC,    /* a function's name */
	EXPR_PIPE,    /* ( ... ) */
};

/* An operand: what it starts from, then members of that. */
struct format_expr {
	enum expr_kind kind;
	size_t pos;
	const char *name;
	json_t *literal;
	struct format_pipe *pipe;
	struct format_field *fields;
	struct format_expr *next; /* the next argument */
};

/* Operands between two '|'. */
struct format_command {
	size_t pos;
	struct format_expr *args;
	struct format_command *next;
};

struct format_pipe {
	size_t pos;
	const char *vars[2]; /* $a, $b := */
	size_t n_vars;
	bool assign; /* "=" rather than ":=" */
	struct format_command *cmds;
};

enum node_kind {
	NODE_TEXT,
	NODE_PRINT,
	NODE_IF,
	NODE_RANGE,
	NODE_WITH,
	NODE_BREAK,
	NODE_CONTINUE,
};

struct format_node {
	enum node_kind kind;
	size_t pos;
	const char *text;
	size_t len;
	struct format_pipe *pipe;
	struct format_node *body, *otherwise;
	struct format_node *next;
};

struct format {
	char *text;
	struct format_node *nodes;
	void **owned; /* every block of the tree */
	size_t n_owned, cap_owned;
	json_t *literals; /* array that owns every literal */
};

/* Fail at a position of the template: line and column are put in front. */
int format_error(const struct format *f, size_t pos, struct err *e,
		 const char *fmt, ...) PRINTF(4, 5);

/* ---- functions ---- */

struct format_func {
	const char *name;
	size_t min, max;
	bool textual; /* changes a text: skipped over headers */
	int (*run)(size_t n, json_t *const *args, json_t **ret, struct err *e);
};

/* The function of this name, or NULL. */
const struct format_func *format_func_find(const char *name);
/* The names of all functions, NULL-ended. */
const char *const *format_func_names(void);
/* Is a value "true" for if, with, and, or, not? */
bool format_truth(const json_t *v);
/* A new string value; what is not UTF-8 is shown as '?'. */
json_t *format_string(const char *s, size_t n);

#endif
