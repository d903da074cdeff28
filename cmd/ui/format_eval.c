/* format_eval.c - run a parsed template over a JSON value. */
#include "cmd/ui/format_ast.h"

#include <ctype.h>
#include <stdio.h>

#include "core/base/nearest.h"

#define VARS_MAX 64

enum flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE };

struct variable {
	const char *name; /* with its '$' */
	json_t *value;    /* a reference */
};

struct eval {
	const struct format *f;
	struct str *out;
	bool header;
	struct variable vars[VARS_MAX];
	size_t n_vars;
};

/* ---- values as text ---- */

static void print_real(double d, struct str *out)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) == d)
			break;
	}
	str_puts(out, text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of an object in order; caller frees the array, not the texts. */
static const char **sorted_keys(const json_t *obj, size_t *ret_n)
{
	const char **keys = xcalloc(json_object_size(obj) + 1, sizeof(*keys));
	const char *key;
	json_t *v;

	*ret_n = 0;
	json_object_foreach((json_t *)obj, key, v)
		keys[(*ret_n)++] = key;
	qsort(keys, *ret_n, sizeof(*keys), by_text);
	return keys;
}

static int print_value(const json_t *v, struct str *out, int depth,
		       struct err *e);

static int print_array(const json_t *v, struct str *out, int depth,
		       struct err *e)
{
	str_putc(out, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			str_putc(out, ' ');
		TRY(print_value(json_array_get(v, i), out, depth, e));
	}
	str_putc(out, ']');
	return 0;
}

static int print_object(const json_t *v, struct str *out, int depth,
			struct err *e)
{
	size_t n;
	auto_free const char **keys = sorted_keys(v, &n);

	str_puts(out, "map[");
	for (size_t i = 0; i < n; i++) {
		str_printf(out, "%s%s:", i ? " " : "", keys[i]);
		TRY(print_value(json_object_get(v, keys[i]), out, depth, e));
	}
	str_putc(out, ']');
	return 0;
}

static int print_value(const json_t *v, struct str *out, int depth,
		       struct err *e)
{
	if (out->len > FORMAT_OUTPUT_MAX)
		return err_set(e, EFBIG, "the output is larger than %d MB",
			       FORMAT_OUTPUT_MAX >> 20);
	if (depth > FORMAT_DEPTH_MAX)
		return err_set(e, EINVAL, "a value is nested more than %d deep",
			       FORMAT_DEPTH_MAX);
	switch (json_typeof(v)) {
	case JSON_STRING:
		str_add(out, json_string_value(v), json_string_length(v));
		return 0;
	case JSON_INTEGER:
		str_printf(out, "%lld", (long long)json_integer_value(v));
		return 0;
	case JSON_REAL:
		print_real(json_real_value(v), out);
		return 0;
	case JSON_TRUE:
		str_puts(out, "true");
		return 0;
	case JSON_FALSE:
		str_puts(out, "false");
		return 0;
	case JSON_NULL:
		str_puts(out, "<no value>");
		return 0;
	case JSON_ARRAY:
		return print_array(v, out, depth + 1, e);
	case JSON_OBJECT:
		return print_object(v, out, depth + 1, e);
	}
	return 0;
}

int format_value(const json_t *v, struct str *out, struct err *e)
{
	return print_value(v, out, 0, e);
}

/* ---- members ---- */

/* An object of members that all begin with an upper-case letter. */
static bool is_structure(const json_t *obj)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)obj, key, v)
		if (!isupper((unsigned char)key[0]))
			return false;
	return json_object_size(obj) > 0;
}

static const char *type_name(const json_t *v)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",
		[JSON_STRING] = "a text",    [JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number",    [JSON_TRUE] = "a boolean",
		[JSON_FALSE] = "a boolean",  [JSON_NULL] = "nothing",
	};

	return names[json_typeof(v)];
}

static int no_member(const struct eval *ev, const json_t *obj,
		     const struct format_field *field, struct err *e)
{
	size_t n;
	auto_free const char **keys = sorted_keys(obj, &n);
	const char *near = nearest_word(field->name, keys);

	return format_error(ev->f, field->pos, e,
			    "there is no member .%.60s%s%s%s", field->name,
			    near ? "; did you mean ." : "", near ? near : "",
			    near ? "?" : "");
}

/* Replace *v (a reference) by its member. */
static int get_member(const struct eval *ev, json_t **v,
		      const struct format_field *field, struct err *e)
{
	json_t *found;

	if (!json_is_object(*v))
		return format_error(ev->f, field->pos, e,
				    ".%.60s is asked of %s, not of an object",
				    field->name, type_name(*v));
	found = json_object_get(*v, field->name);
	if (!found && is_structure(*v))
		return no_member(ev, *v, field, e);
	found = found ? json_incref(found) : json_null();
	json_decref(*v);
	*v = found;
	return 0;
}

/* ---- variables ---- */

static struct variable *find_var(struct eval *ev, const char *name)
{
	for (size_t i = ev->n_vars; i > 0; i--)
		if (streq(ev->vars[i - 1].name, name))
			return &ev->vars[i - 1];
	return NULL;
}

/* Declare a variable; the reference to its value is taken over. */
static int push_var(struct eval *ev, const char *name, json_t *value,
		    size_t pos, struct err *e)
{
	if (ev->n_vars == VARS_MAX) {
		json_decref(value);
		return format_error(ev->f, pos, e, "more than %d variables",
				    VARS_MAX);
	}
	ev->vars[ev->n_vars++] = (struct variable){ name, value };
	return 0;
}

static int set_var(struct eval *ev, const char *name, json_t *value,
		   size_t pos, struct err *e)
{
	struct variable *var = find_var(ev, name);

	if (!var) {
		json_decref(value);
		return format_error(ev->f, pos, e, "unknown variable %.60s",
				    name);
	}
	json_decref(var->value);
	var->value = value;
	return 0;
}

/* Forget the variables declared since there were `n`. */
static void pop_vars(struct eval *ev, size_t n)
{
	while (ev->n_vars > n)
		json_decref(ev->vars[--ev->n_vars].value);
}

/* ---- expressions: each gives a new reference in *ret ---- */

static int eval_pipe(struct eval *ev, const struct format_pipe *pipe,
		     json_t *dot, json_t **ret, struct err *e);
static int call(struct eval *ev, const struct format_command *cmd, json_t *dot,
		json_t *piped, json_t **ret, struct err *e);

static int eval_start(struct eval *ev, const struct format_expr *x,
		      json_t *dot, json_t **ret, struct err *e)
{
	struct format_command cmd = { .pos = x->pos };
	struct format_expr alone = *x;
	struct variable *var;

	switch (x->kind) {
	case EXPR_DOT:
		*ret = json_incref(dot);
		return 0;
	case EXPR_LITERAL:
		*ret = json_incref(x->literal);
		return 0;
	case EXPR_VAR:
		var = find_var(ev, x->name);
		if (!var)
			return format_error(ev->f, x->pos, e,
					    "unknown variable %.60s", x->name);
		*ret = json_incref(var->value);
		return 0;
	case EXPR_FUNC:
		/* A name among arguments is a call without arguments. */
		alone.next = NULL;
		alone.fields = NULL;
		cmd.args = &alone;
		return call(ev, &cmd, dot, NULL, ret, e);
	case EXPR_PIPE:
		return eval_pipe(ev, x->pipe, dot, ret, e);
	}
	return 0;
}

static int eval_expr(struct eval *ev, const struct format_expr *x,
		     json_t *dot, json_t **ret, struct err *e)
{
	auto_json json_t *v = NULL;

	TRY(eval_start(ev, x, dot, &v, e));
	for (const struct format_field *f = x->fields; f; f = f->next)
		TRY(get_member(ev, &v, f, e));
	*ret = steal_ptr(v);
	return 0;
}

static void release_args(json_t **args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_decref(args[i]);
}

/* `and` and `or` stop at the first argument that decides. */
static int call_lazy(struct eval *ev, const struct format_command *cmd,
		     json_t *dot, json_t *piped, json_t **ret, struct err *e)
{
	bool stop_at = streq(cmd->args->name, "or");
	auto_json json_t *v = NULL;

	for (const struct format_expr *x = cmd->args->next; x; x = x->next) {
		json_decref(v);
		v = NULL;
		TRY(eval_expr(ev, x, dot, &v, e));
		if (format_truth(v) == stop_at)
			break;
	}
	if (piped && (!v || format_truth(v) != stop_at)) {
		json_decref(v);
		v = json_incref(piped);
	}
	if (!v)
		return format_error(ev->f, cmd->pos, e,
				    "%s needs an argument", cmd->args->name);
	*ret = steal_ptr(v);
	return 0;
}

/* Over headers, the first argument that is a text stands for the result. */
static bool keep_header(json_t **args, size_t n, json_t **ret)
{
	for (size_t i = 0; i < n; i++) {
		if (json_is_string(args[i])) {
			*ret = json_incref(args[i]);
			return true;
		}
	}
	return false;
}

static int call_with(struct eval *ev, const struct format_command *cmd,
		     json_t **args, size_t n, json_t **ret, struct err *e)
{
	const struct format_func *fn = format_func_find(cmd->args->name);
	struct err inner = { 0 };

	if (n < fn->min || n > fn->max)
		return format_error(ev->f, cmd->pos, e,
				    "%s takes %zu%s argument%s, not %zu",
				    fn->name, fn->min,
				    fn->max > fn->min ? " or more" : "",
				    fn->min == 1 ? "" : "s", n);
	if (ev->header && fn->textual && keep_header(args, n, ret))
		return 0;
	if (fn->run(n, args, ret, &inner) < 0)
		return format_error(ev->f, cmd->pos, e, "%s: %s", fn->name,
				    inner.text);
	return 0;
}

#define ARGS_MAX 32

static int call(struct eval *ev, const struct format_command *cmd, json_t *dot,
		json_t *piped, json_t **ret, struct err *e)
{
	json_t *args[ARGS_MAX];
	size_t n = 0;
	int r = 0;

	if (streq(cmd->args->name, "and") || streq(cmd->args->name, "or"))
		return call_lazy(ev, cmd, dot, piped, ret, e);
	for (const struct format_expr *x = cmd->args->next; x; x = x->next) {
		if (n == ARGS_MAX - 1)
			r = format_error(ev->f, x->pos, e,
					 "more than %d arguments",
					 ARGS_MAX - 1);
		else
			r = eval_expr(ev, x, dot, &args[n], e);
		if (r < 0)
			break;
		n++;
	}
	if (r == 0 && piped)
		args[n++] = json_incref(piped);
	if (r == 0)
		r = call_with(ev, cmd, args, n, ret, e);
	release_args(args, n);
	return r;
}

/* As docker heads a column of one label: its name's last part. */
static json_t *label_header(const char *name)
{
	const char *dot = strrchr(name, '.');
	auto_free char *text = xstrdup(dot ? dot + 1 : name);

	for (char *p = text; *p; p++)
		if (*p == '-' || *p == '_')
			*p = ' ';
	return json_string(text);
}

/* .Label "x": the member x of the object that stands under "Label()". */
static int eval_method(struct eval *ev, const struct format_expr *x,
		       json_t *dot, json_t **ret, struct err *e)
{
	auto_json json_t *of = NULL;
	auto_json json_t *arg = NULL;
	auto_free char *key = NULL;
	const struct format_field *f = x->fields;
	json_t *map, *found;

	TRY(eval_start(ev, x, dot, &of, e));
	for (; f->next; f = f->next)
		TRY(get_member(ev, &of, f, e));
	TRY(eval_expr(ev, x->next, dot, &arg, e));
	key = xasprintf("%s()", f->name);
	map = json_object_get(of, key);
	if (!json_is_string(arg) || (!map && !ev->header))
		return format_error(ev->f, x->pos, e,
				    "only a function takes arguments");
	found = json_object_get(map, json_string_value(arg));
	if (ev->header)
		*ret = label_header(json_string_value(arg));
	else
		*ret = found ? json_incref(found) : json_string("");
	return 0;
}

static int eval_command(struct eval *ev, const struct format_command *cmd,
			json_t *dot, json_t *piped, json_t **ret,
			struct err *e)
{
	const struct format_expr *x = cmd->args;

	if (x->kind == EXPR_FUNC && !x->fields)
		return call(ev, cmd, dot, piped, ret, e);
	if (x->next && !x->next->next && !piped && x->fields)
		return eval_method(ev, x, dot, ret, e);
	if (x->next || piped)
		return format_error(ev->f, x->pos, e,
				    "only a function takes arguments");
	return eval_expr(ev, x, dot, ret, e);
}

/* The value of a pipe, without its declarations. */
static int eval_value(struct eval *ev, const struct format_pipe *pipe,
		      json_t *dot, json_t **ret, struct err *e)
{
	auto_json json_t *v = NULL;

	for (const struct format_command *c = pipe->cmds; c; c = c->next) {
		json_t *result = NULL;

		TRY(eval_command(ev, c, dot, v, &result, e));
		json_decref(v);
		v = result;
	}
	*ret = steal_ptr(v);
	return 0;
}

static int eval_pipe(struct eval *ev, const struct format_pipe *pipe,
		     json_t *dot, json_t **ret, struct err *e)
{
	auto_json json_t *v = NULL;

	TRY(eval_value(ev, pipe, dot, &v, e));
	if (pipe->n_vars > 1)
		return format_error(ev->f, pipe->pos, e,
				    "two variables go with range only");
	if (pipe->n_vars && pipe->assign)
		TRY(set_var(ev, pipe->vars[0], json_incref(v), pipe->pos, e));
	else if (pipe->n_vars)
		TRY(push_var(ev, pipe->vars[0], json_incref(v), pipe->pos, e));
	*ret = steal_ptr(v);
	return 0;
}

/* ---- statements ---- */

static int run_nodes(struct eval *ev, const struct format_node *n,
		     json_t *dot, enum flow *ret_flow, struct err *e);

static int run_if(struct eval *ev, const struct format_node *n, json_t *dot,
		  enum flow *ret_flow, struct err *e)
{
	auto_json json_t *v = NULL;
	bool inside = n->kind == NODE_WITH;

	TRY(eval_pipe(ev, n->pipe, dot, &v, e));
	if (format_truth(v))
		return run_nodes(ev, n->body, inside ? v : dot, ret_flow, e);
	return run_nodes(ev, n->otherwise, dot, ret_flow, e);
}

/* One turn of a range; `key` is taken over. */
static int run_turn(struct eval *ev, const struct format_node *n, json_t *key,
		    json_t *value, enum flow *ret_flow, struct err *e)
{
	const struct format_pipe *p = n->pipe;
	auto_json json_t *held = key;
	size_t vars = ev->n_vars;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_vars; i++) {
		bool is_key = p->n_vars == 2 && i == 0;
		json_t *v = json_incref(is_key ? held : value);

		r = p->assign ? set_var(ev, p->vars[i], v, p->pos, e)
			      : push_var(ev, p->vars[i], v, p->pos, e);
	}
	if (r == 0)
		r = run_nodes(ev, n->body, value, ret_flow, e);
	pop_vars(ev, vars);
	return r;
}

static int range_array(struct eval *ev, const struct format_node *n,
		       json_t *list, struct err *e)
{
	enum flow flow = FLOW_NEXT;

	for (size_t i = 0; i < json_array_size(list); i++) {
		TRY(run_turn(ev, n, json_integer(i), json_array_get(list, i),
			     &flow, e));
		if (flow == FLOW_BREAK)
			break;
	}
	return 0;
}

static int range_object(struct eval *ev, const struct format_node *n,
			json_t *obj, struct err *e)
{
	size_t count;
	auto_free const char **keys = sorted_keys(obj, &count);
	enum flow flow = FLOW_NEXT;

	for (size_t i = 0; i < count; i++) {
		TRY(run_turn(ev, n, json_string(keys[i]),
			     json_object_get(obj, keys[i]), &flow, e));
		if (flow == FLOW_BREAK)
			break;
	}
	return 0;
}

static int run_range(struct eval *ev, const struct format_node *n, json_t *dot,
		     enum flow *ret_flow, struct err *e)
{
	auto_json json_t *v = NULL;

	TRY(eval_value(ev, n->pipe, dot, &v, e));
	if (json_array_size(v) > 0)
		return range_array(ev, n, v, e);
	if (json_object_size(v) > 0)
		return range_object(ev, n, v, e);
	if (!json_is_array(v) && !json_is_object(v) && !json_is_null(v))
		return format_error(ev->f, n->pipe->pos, e,
				    "range goes over a list or an object, "
				    "not over %s", type_name(v));
	return run_nodes(ev, n->otherwise, dot, ret_flow, e);
}

static int run_print(struct eval *ev, const struct format_node *n,
		     json_t *dot, struct err *e)
{
	auto_json json_t *v = NULL;
	struct err inner = { 0 };

	TRY(eval_pipe(ev, n->pipe, dot, &v, e));
	if (n->pipe->n_vars)
		return 0;
	if (format_value(v, ev->out, &inner) < 0)
		return format_error(ev->f, n->pos, e, "%s", inner.text);
	return 0;
}

/* A block's variables end with it. */
static int run_node(struct eval *ev, const struct format_node *n, json_t *dot,
		    enum flow *ret_flow, struct err *e)
{
	size_t vars = ev->n_vars;
	int r;

	switch (n->kind) {
	case NODE_TEXT:
		str_add(ev->out, n->text, n->len);
		return 0;
	case NODE_PRINT:
		return run_print(ev, n, dot, e);
	case NODE_BREAK:
	case NODE_CONTINUE:
		*ret_flow = n->kind == NODE_BREAK ? FLOW_BREAK : FLOW_CONTINUE;
		return 0;
	case NODE_IF:
	case NODE_WITH:
		r = run_if(ev, n, dot, ret_flow, e);
		break;
	case NODE_RANGE:
		r = run_range(ev, n, dot, ret_flow, e);
		break;
	default:
		return 0;
	}
	pop_vars(ev, vars);
	return r;
}

static int run_nodes(struct eval *ev, const struct format_node *n,
		     json_t *dot, enum flow *ret_flow, struct err *e)
{
	*ret_flow = FLOW_NEXT;
	for (; n && *ret_flow == FLOW_NEXT; n = n->next) {
		TRY(run_node(ev, n, dot, ret_flow, e));
		if (ev->out->len > FORMAT_OUTPUT_MAX)
			return format_error(ev->f, n->pos, e,
					    "the output is larger than %d MB",
					    FORMAT_OUTPUT_MAX >> 20);
	}
	return 0;
}

static int run(const struct format *f, const json_t *value, bool header,
	       struct str *out, struct err *e)
{
	struct eval ev = { .f = f, .out = out, .header = header };
	json_t *root = json_incref((json_t *)value);
	enum flow flow;
	int r;

	push_var(&ev, "$", json_incref(root), 0, e);
	r = run_nodes(&ev, f->nodes, root, &flow, e);
	pop_vars(&ev, 0);
	json_decref(root);
	return r;
}

int format_run(const struct format *f, const json_t *value, struct str *out,
	       struct err *e)
{
	return run(f, value, false, out, e);
}

int format_run_header(const struct format *f, const json_t *headers,
		      struct str *out, struct err *e)
{
	return run(f, headers, true, out, e);
}

/* ---- what commands use ---- */

int format_option(const char *value, void *member, struct err *e)
{
	auto_format struct format *f = NULL;
	const char *text = skip_prefix(value, "table");

	TRY(format_parse(text ? text : value, &f, e));
	*(const char **)member = value;
	return 0;
}

char *format_unescape(const char *text)
{
	auto_str struct str out = { 0 };
	bool action = false;

	for (const char *s = text; *s; s++) {
		if (s[0] == s[1] && (*s == '{' || *s == '}'))
			action = *s == '{';
		if (!action && s[0] == '\\' && (s[1] == 't' || s[1] == 'n')) {
			str_putc(&out, s[1] == 't' ? '\t' : '\n');
			s++;
		} else {
			str_putc(&out, *s);
		}
	}
	return str_steal(&out);
}

int format_objects(const json_t *array, const char *format, struct str *out,
		   struct err *e)
{
	auto_format struct format *f = NULL;

	if (!format || !*format) {
		auto_free char *text = json_dumps(array, JSON_INDENT(4));

		str_printf(out, "%s\n", text ? text : "[]");
		return 0;
	}
	TRY(format_parse(streq(format, "json") ? "{{json .}}" : format, &f,
			 e));
	for (size_t i = 0; i < json_array_size(array); i++) {
		TRY(format_run(f, json_array_get(array, i), out, e));
		str_putc(out, '\n');
	}
	return 0;
}
