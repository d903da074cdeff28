/* format_parse.c - the text of a template becomes a tree. */
#include "cmd/ui/format_ast.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/nearest.h"

enum token_kind {
	TOK_END,    /* }} */
	TOK_WORD,   /* identifier */
	TOK_DOT,    /* . alone */
	TOK_FIELD,  /* .name */
	TOK_VAR,    /* $ or $name */
	TOK_STRING, /* "..." or `...` or 'c' */
	TOK_NUMBER,
	TOK_LPAREN,
	TOK_RPAREN,
	TOK_BAR,
	TOK_COMMA,
	TOK_DECLARE, /* := */
	TOK_ASSIGN,  /* = */
};

struct token {
	enum token_kind kind;
	size_t pos, end;
};

struct parser {
	struct format *f;
	const char *text;
	size_t len, at;
	struct token tok;
	size_t prev_end; /* where the token before `tok` ended */
	int depth, loops;
	bool trim; /* the last action ended with -}} */
};

int format_error(const struct format *f, size_t pos, struct err *e,
		 const char *fmt, ...)
{
	size_t line = 1, column = 1;
	char text[ERR_TEXT_MAX];
	va_list ap;

	for (size_t i = 0; i < pos && f->text[i]; i++) {
		bool newline = f->text[i] == '\n';

		line += newline;
		column = newline ? 1 : column + 1;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(e, EINVAL, "template: line %zu, column %zu: %s", line,
		       column, text);
}

/* A zeroed block that lives as long as the template. */
static void *own(struct format *f, size_t n)
{
	void *p = xcalloc(1, n);

	if (f->n_owned == f->cap_owned) {
		f->cap_owned = f->cap_owned ? f->cap_owned * 2 : 16;
		f->owned = xrealloc(f->owned, f->cap_owned, sizeof(void *));
	}
	f->owned[f->n_owned++] = p;
	return p;
}

static char *own_text(struct parser *p, size_t from, size_t to)
{
	char *s = own(p->f, to - from + 1);

	memcpy(s, p->text + from, to - from);
	return s;
}

/* ---- tokens ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static size_t skip_space(const char *s, size_t at)
{
	while (isspace((unsigned char)s[at]))
		at++;
	return at;
}

/* The end of an action: "}}" or " -}}". */
static bool at_end(struct parser *p)
{
	const char *s = p->text + p->at;

	if (s[0] == '}' && s[1] == '}') {
		p->trim = false;
		p->at += 2;
		return true;
	}
	if (s[0] == '-' && s[1] == '}' && s[2] == '}' && p->at > 0 &&
	    isspace((unsigned char)p->text[p->at - 1])) {
		p->trim = true;
		p->at += 3;
		return true;
	}
	return false;
}

static int lex_string(struct parser *p, struct err *e)
{
	char quote = p->text[p->at];
	size_t from = p->at++;

	for (; p->text[p->at]; p->at++) {
		if (p->text[p->at] == quote) {
			p->at++;
			return TOK_STRING;
		}
		if (quote != '`' && p->text[p->at] == '\\' &&
		    p->text[p->at + 1])
			p->at++;
	}
	return format_error(p->f, from, e, "a quoted text has no end");
}

static void lex_word(struct parser *p)
{
	while (is_word(p->text[p->at]))
		p->at++;
}

static void lex_number(struct parser *p)
{
	p->at++;
	while (is_word(p->text[p->at]) || p->text[p->at] == '.' ||
	       ((p->text[p->at] == '-' || p->text[p->at] == '+') &&
		tolower((unsigned char)p->text[p->at - 1]) == 'e'))
		p->at++;
}

static int lex_punctuation(struct parser *p, struct err *e)
{
	char c = p->text[p->at++];

	switch (c) {
	case '(':
		return TOK_LPAREN;
	case ')':
		return TOK_RPAREN;
	case '|':
		return TOK_BAR;
	case ',':
		return TOK_COMMA;
	case '=':
		return TOK_ASSIGN;
	case ':':
		if (p->text[p->at] == '=') {
			p->at++;
			return TOK_DECLARE;
		}
	}
	if (!c)
		return format_error(p->f, p->at - 1, e,
				    "an action has no end: }} is missing");
	return format_error(p->f, p->at - 1, e,
			    "unexpected character '%c'", c);
}

/* The kind of the token at p->at, which moves behind it. */
static int lex(struct parser *p, struct err *e)
{
	const char *s = p->text + p->at;

	if (at_end(p))
		return TOK_END;
	if (*s == '.' && is_word(s[1]) && !isdigit((unsigned char)s[1])) {
		p->at++;
		lex_word(p);
		return TOK_FIELD;
	}
	if (*s == '.' && !isdigit((unsigned char)s[1])) {
		p->at++;
		return TOK_DOT;
	}
	if (*s == '$') {
		p->at++;
		lex_word(p);
		return TOK_VAR;
	}
	if (*s == '"' || *s == '`' || *s == '\'')
		return lex_string(p, e);
	if (isdigit((unsigned char)*s) ||
	    ((*s == '-' || *s == '+' || *s == '.') &&
	     isdigit((unsigned char)s[1]))) {
		lex_number(p);
		return TOK_NUMBER;
	}
	if (is_word(*s)) {
		lex_word(p);
		return TOK_WORD;
	}
	return lex_punctuation(p, e);
}

/* Read the next token into p->tok. */
static int next(struct parser *p, struct err *e)
{
	int kind;

	p->prev_end = p->tok.end;
	p->at = skip_space(p->text, p->at);
	p->tok.pos = p->at;
	kind = lex(p, e);
	if (kind < 0)
		return kind;
	p->tok.kind = kind;
	p->tok.end = p->at;
	return 0;
}

static bool is_keyword(const struct parser *p, const char *word)
{
	return p->tok.kind == TOK_WORD &&
	       p->tok.end - p->tok.pos == strlen(word) &&
	       memcmp(p->text + p->tok.pos, word, strlen(word)) == 0;
}

static int unexpected(struct parser *p, const char *where, struct err *e)
{
	if (p->tok.kind == TOK_END)
		return format_error(p->f, p->tok.pos, e,
				    "unexpected }} %s", where);
	return format_error(p->f, p->tok.pos, e, "unexpected '%.*s' %s",
			    (int)(p->tok.end - p->tok.pos > 40
					  ? 40
					  : p->tok.end - p->tok.pos),
			    p->text + p->tok.pos, where);
}

/* ---- literals ---- */

static json_t *keep_literal(struct parser *p, json_t *v)
{
	json_array_append_new(p->f->literals, v);
	return v;
}

static int escape(struct parser *p, size_t pos, char c, char quote,
		  struct str *out, struct err *e)
{
	static const char from[] = "ntrabfv\\", to[] = "\n\t\r\a\b\f\v\\";
	const char *found = c ? strchr(from, c) : NULL;

	if (!found && c != quote)
		return format_error(p->f, pos, e, "unknown escape '\\%c'", c);
	str_putc(out, found ? to[found - from] : quote);
	return 0;
}

/* The text between the quotes of the token. */
static int string_literal(struct parser *p, json_t **ret, struct err *e)
{
	auto_str struct str s = { 0 };
	char quote = p->text[p->tok.pos];
	json_t *v;

	for (size_t i = p->tok.pos + 1; i < p->tok.end - 1; i++) {
		if (p->text[i] != '\\' || quote == '`') {
			str_putc(&s, p->text[i]);
			continue;
		}
		i++;
		TRY(escape(p, i - 1, p->text[i], quote, &s, e));
	}
	if (quote == '\'' && s.len != 1)
		return format_error(p->f, p->tok.pos, e,
				    "'...' holds one character; use \"...\"");
	v = quote == '\'' ? json_integer((unsigned char)s.s[0])
			  : json_stringn(str_text(&s), s.len);
	if (!v)
		return format_error(p->f, p->tok.pos, e, "a text is not UTF-8");
	*ret = keep_literal(p, v);
	return 0;
}

static int number_literal(struct parser *p, json_t **ret, struct err *e)
{
	auto_free char *s = xstrndup(p->text + p->tok.pos,
				     p->tok.end - p->tok.pos);
	const char *digits = s + (*s == '-' || *s == '+');
	bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
	char *end;
	long long v;
	double d;

	errno = 0;
	v = strtoll(s, &end, hex ? 16 : 10);
	if (!*end && !errno) {
		*ret = keep_literal(p, json_integer(v));
		return 0;
	}
	d = strtod(s, &end);
	if (*end || hex || d != d || d > 1e308 || d < -1e308)
		return format_error(p->f, p->tok.pos, e,
				    "'%.40s' is not a number", s);
	*ret = keep_literal(p, json_real(d));
	return 0;
}

/* ---- expressions ---- */

static int parse_pipe(struct parser *p, enum token_kind until,
		      struct format_pipe **ret, struct err *e);

static int parse_paren(struct parser *p, struct format_expr *x, struct err *e)
{
	if (++p->depth > FORMAT_DEPTH_MAX)
		return format_error(p->f, p->tok.pos, e,
				    "nested more than %d deep",
				    FORMAT_DEPTH_MAX);
	x->kind = EXPR_PIPE;
	TRY(next(p, e));
	TRY(parse_pipe(p, TOK_RPAREN, &x->pipe, e));
	p->depth--;
	return 0;
}

static int parse_word(struct parser *p, struct format_expr *x, struct err *e)
{
	const char *near;

	x->kind = EXPR_LITERAL;
	if (is_keyword(p, "true") || is_keyword(p, "false")) {
		x->literal = keep_literal(p, json_boolean(
						     is_keyword(p, "true")));
		return 0;
	}
	if (is_keyword(p, "nil")) {
		x->literal = keep_literal(p, json_null());
		return 0;
	}
	x->kind = EXPR_FUNC;
	x->name = own_text(p, p->tok.pos, p->tok.end);
	if (format_func_find(x->name))
		return 0;
	near = nearest_word(x->name, format_func_names());
	return format_error(p->f, p->tok.pos, e,
			    "unknown function '%.60s'%s%s%s", x->name,
			    near ? "; did you mean '" : "", near ? near : "",
			    near ? "'?" : "");
}

static struct format_field *new_field(struct parser *p)
{
	struct format_field *f = own(p->f, sizeof(*f));

	f->pos = p->tok.pos;
	f->name = own_text(p, p->tok.pos + 1, p->tok.end);
	return f;
}

/* .B.C that follows an operand without a space. */
static int parse_chain(struct parser *p, struct format_field **tail,
		       struct err *e)
{
	while (p->tok.kind == TOK_FIELD && p->tok.pos == p->prev_end) {
		*tail = new_field(p);
		tail = &(*tail)->next;
		TRY(next(p, e));
	}
	return 0;
}

static int parse_operand(struct parser *p, struct format_expr **ret,
			 struct err *e)
{
	struct format_expr *x = own(p->f, sizeof(*x));
	struct format_field **tail = &x->fields;

	x->pos = p->tok.pos;
	switch (p->tok.kind) {
	case TOK_DOT:
		x->kind = EXPR_DOT;
		break;
	case TOK_FIELD:
		x->kind = EXPR_DOT;
		*tail = new_field(p);
		tail = &(*tail)->next;
		break;
	case TOK_VAR:
		x->kind = EXPR_VAR;
		x->name = own_text(p, p->tok.pos, p->tok.end);
		break;
	case TOK_STRING:
		x->kind = EXPR_LITERAL;
		TRY(string_literal(p, &x->literal, e));
		break;
	case TOK_NUMBER:
		x->kind = EXPR_LITERAL;
		TRY(number_literal(p, &x->literal, e));
		break;
	case TOK_LPAREN:
		TRY(parse_paren(p, x, e));
		break;
	case TOK_WORD:
		TRY(parse_word(p, x, e));
		break;
	default:
		return unexpected(p, "where a value is expected", e);
	}
	*ret = x;
	TRY(next(p, e));
	return parse_chain(p, tail, e);
}

static int parse_command(struct parser *p, enum token_kind until,
			 struct format_command **ret, struct err *e)
{
	struct format_command *c = own(p->f, sizeof(*c));
	struct format_expr **tail = &c->args;

	c->pos = p->tok.pos;
	do {
		if (*tail)
			tail = &(*tail)->next;
		TRY(parse_operand(p, tail, e));
	} while (p->tok.kind != until && p->tok.kind != TOK_BAR);
	*ret = c;
	return 0;
}

/* "$a, $b :=" in front of a pipe, if it is there. */
static int parse_declaration(struct parser *p, struct format_pipe *pipe,
			     struct err *e)
{
	struct parser start = *p;

	while (p->tok.kind == TOK_VAR && pipe->n_vars < 2) {
		pipe->vars[pipe->n_vars++] = own_text(p, p->tok.pos,
						      p->tok.end);
		TRY(next(p, e));
		if (p->tok.kind != TOK_COMMA)
			break;
		TRY(next(p, e));
	}
	if (pipe->n_vars &&
	    (p->tok.kind == TOK_DECLARE || p->tok.kind == TOK_ASSIGN)) {
		pipe->assign = p->tok.kind == TOK_ASSIGN;
		return next(p, e);
	}
	*p = start;
	pipe->n_vars = 0;
	return 0;
}

/* Up to `until`, which is left as the current token. */
static int parse_pipe(struct parser *p, enum token_kind until,
		      struct format_pipe **ret, struct err *e)
{
	struct format_pipe *pipe = own(p->f, sizeof(*pipe));
	struct format_command **tail = &pipe->cmds;

	pipe->pos = p->tok.pos;
	TRY(parse_declaration(p, pipe, e));
	for (;;) {
		TRY(parse_command(p, until, tail, e));
		tail = &(*tail)->next;
		if (p->tok.kind == until)
			break;
		TRY(next(p, e));
	}
	*ret = pipe;
	return 0;
}

/* ---- blocks ---- */

enum stop { STOP_EOF, STOP_END, STOP_ELSE };

static int parse_list(struct parser *p, struct format_node **ret,
		      enum stop *ret_stop, struct err *e);

static struct format_node *new_node(struct parser *p, enum node_kind kind,
				    size_t pos)
{
	struct format_node *n = own(p->f, sizeof(*n));

	n->kind = kind;
	n->pos = pos;
	return n;
}

static int parse_block(struct parser *p, enum node_kind kind,
		       struct format_node **ret, struct err *e);

/* After {{else: either }} or another if or with, which shares our {{end}}. */
static int parse_else(struct parser *p, struct format_node *n, struct err *e)
{
	enum stop stop;

	TRY(next(p, e));
	if (n->kind != NODE_RANGE && is_keyword(p, "if"))
		return parse_block(p, NODE_IF, &n->otherwise, e);
	if (n->kind != NODE_RANGE && is_keyword(p, "with"))
		return parse_block(p, NODE_WITH, &n->otherwise, e);
	if (p->tok.kind != TOK_END)
		return unexpected(p, "after else", e);
	TRY(parse_list(p, &n->otherwise, &stop, e));
	if (stop == STOP_ELSE)
		return format_error(p->f, p->tok.pos, e, "a second else");
	if (stop == STOP_EOF)
		return format_error(p->f, n->pos, e, "{{end}} is missing");
	return next(p, e);
}

/* From the keyword to its {{end}}; the token after `end` is current. */
static int parse_block(struct parser *p, enum node_kind kind,
		       struct format_node **ret, struct err *e)
{
	struct format_node *n = new_node(p, kind, p->tok.pos);
	enum stop stop;

	if (++p->depth > FORMAT_DEPTH_MAX)
		return format_error(p->f, n->pos, e, "nested more than %d deep",
				    FORMAT_DEPTH_MAX);
	TRY(next(p, e));
	TRY(parse_pipe(p, TOK_END, &n->pipe, e));
	p->loops += kind == NODE_RANGE;
	TRY(parse_list(p, &n->body, &stop, e));
	p->loops -= kind == NODE_RANGE;
	if (stop == STOP_EOF)
		return format_error(p->f, n->pos, e, "{{end}} is missing");
	if (stop == STOP_ELSE)
		TRY(parse_else(p, n, e));
	else
		TRY(next(p, e));
	p->depth--;
	*ret = n;
	return 0;
}

static int parse_jump(struct parser *p, enum node_kind kind,
		      struct format_node **ret, struct err *e)
{
	if (!p->loops)
		return unexpected(p, "outside of a range", e);
	*ret = new_node(p, kind, p->tok.pos);
	return next(p, e);
}

static int parse_statement(struct parser *p, struct format_node **ret,
			   struct err *e)
{
	static const char *const unknown[] = { "define", "template", "block" };

	if (is_keyword(p, "if"))
		return parse_block(p, NODE_IF, ret, e);
	if (is_keyword(p, "range"))
		return parse_block(p, NODE_RANGE, ret, e);
	if (is_keyword(p, "with"))
		return parse_block(p, NODE_WITH, ret, e);
	if (is_keyword(p, "break"))
		return parse_jump(p, NODE_BREAK, ret, e);
	if (is_keyword(p, "continue"))
		return parse_jump(p, NODE_CONTINUE, ret, e);
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		if (is_keyword(p, unknown[i]))
			return format_error(p->f, p->tok.pos, e,
					    "{{%s}} is not supported",
					    unknown[i]);
	*ret = new_node(p, NODE_PRINT, p->tok.pos);
	return parse_pipe(p, TOK_END, &(*ret)->pipe, e);
}

/* The text up to the next action, without what the trim marks take away. */
static struct format_node *parse_text(struct parser *p)
{
	size_t from = p->trim ? skip_space(p->text, p->at) : p->at;
	const char *open = strstr(p->text + from, "{{");
	size_t to = open ? (size_t)(open - p->text) : p->len;
	struct format_node *n;

	p->at = to;
	if (open && open[2] == '-' && isspace((unsigned char)open[3]))
		while (to > from && isspace((unsigned char)p->text[to - 1]))
			to--;
	if (to == from)
		return NULL;
	n = new_node(p, NODE_TEXT, from);
	n->text = p->text + from;
	n->len = to - from;
	return n;
}

/* Step over "{{" or "{{- ", and over a whole comment; true if it was one. */
static int open_action(struct parser *p, struct err *e)
{
	size_t start = p->at;
	const char *end;

	p->at += 2;
	if (p->text[p->at] == '-' &&
	    isspace((unsigned char)p->text[p->at + 1]))
		p->at = skip_space(p->text, p->at + 1);
	if (strncmp(p->text + p->at, "/*", 2) != 0)
		return 0;
	end = strstr(p->text + p->at + 2, "*/");
	if (!end)
		return format_error(p->f, start, e, "a comment has no end");
	p->at = skip_space(p->text, end + 2 - p->text);
	if (!at_end(p))
		return format_error(p->f, p->at, e,
				    "a comment must end with */}}");
	return 1;
}

/* Nodes up to the end, {{end}} or {{else (which is the current token). */
static int parse_list(struct parser *p, struct format_node **ret,
		      enum stop *ret_stop, struct err *e)
{
	for (;;) {
		int comment;

		*ret = parse_text(p);
		if (*ret)
			ret = &(*ret)->next;
		p->trim = false;
		*ret_stop = STOP_EOF;
		if (p->at >= p->len)
			return 0;
		comment = open_action(p, e);
		if (comment < 0)
			return comment;
		if (comment)
			continue;
		TRY(next(p, e));
		*ret_stop = is_keyword(p, "else") ? STOP_ELSE : STOP_END;
		if (is_keyword(p, "else") || is_keyword(p, "end"))
			return 0;
		TRY(parse_statement(p, ret, e));
		ret = &(*ret)->next;
		if (p->tok.kind != TOK_END)
			return unexpected(p, "before }}", e);
	}
}

static int parse_all(struct parser *p, struct err *e)
{
	enum stop stop;

	TRY(parse_list(p, &p->f->nodes, &stop, e));
	if (stop != STOP_EOF)
		return unexpected(p, "without an open block", e);
	return 0;
}

int format_parse(const char *text, struct format **ret, struct err *e)
{
	auto_format struct format *f = xcalloc(1, sizeof(*f));
	struct parser p = { .f = f };

	if (strlen(text) > FORMAT_TEXT_MAX)
		return err_set(e, EINVAL,
			       "the template is larger than %d bytes",
			       FORMAT_TEXT_MAX);
	f->text = xstrdup(text);
	f->literals = json_array();
	p.text = f->text;
	p.len = strlen(text);
	TRY(parse_all(&p, e));
	*ret = steal_ptr(f);
	return 0;
}

void format_free(struct format *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_owned; i++)
		free(f->owned[i]);
	free(f->owned);
	json_decref(f->literals);
	free(f->text);
	free(f);
}
