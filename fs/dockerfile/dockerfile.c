/* dockerfile.c - lines to stages. */
#include "fs/dockerfile/dockerfile.h"

#include "fs/dockerfile/instruction.h"
#include "fs/dockerfile/lexer.h"

struct parse {
	struct dockerfile *d;
	struct df_lexer x;
	size_t n; /* instructions so far */
};

static struct df_instruction *add(struct df_instructions *l)
{
	/* doubling: n is a power of two when it is full */
	if ((l->n & (l->n - 1)) == 0)
		l->v = xrealloc(l->v, l->n ? l->n * 2 : 1, sizeof(*l->v));
	l->v[l->n] = (struct df_instruction){ .kind = DF_KINDS };
	return &l->v[l->n++];
}

static struct df_stage *add_stage(struct dockerfile *d)
{
	if ((d->n_stages & (d->n_stages - 1)) == 0)
		d->stages = xrealloc(d->stages,
				     d->n_stages ? d->n_stages * 2 : 1,
				     sizeof(*d->stages));
	d->stages[d->n_stages] = (struct df_stage){
		.from.kind = DF_KINDS
	};
	return &d->stages[d->n_stages++];
}

/* It is in its place at once, so that it is released with the rest. */
static int take(struct parse *p, struct df_instruction *in, struct err *e)
{
	struct dockerfile *d = p->d;
	enum df_kind k = in->kind;

	if (k == DF_FROM)
		add_stage(d)->from = *in;
	else if (d->n_stages)
		*add(&d->stages[d->n_stages - 1].instructions) = *in;
	else
		*add(&d->head) = *in;
	if (!d->n_stages && k != DF_ARG)
		return err_set(e, EINVAL, "%s: only ARG may stand in front of "
			       "the first FROM", df_kind_name(k));
	if (++p->n > DOCKERFILE_INSTRUCTIONS_MAX)
		return err_set(e, E2BIG, "more than %d instructions",
			       DOCKERFILE_INSTRUCTIONS_MAX);
	return 0;
}

/* 1: there may be more. */
static int next(struct parse *p, size_t *ret_line, struct err *e)
{
	auto_df_line struct df_line l = { 0 };
	struct df_instruction in = { .kind = DF_KINDS };
	int r = df_lexer_next(&p->x, &l, e);

	*ret_line = l.first;
	if (r <= 0)
		return r;
	r = df_instruction_read(&l, p->x.escape ? p->x.escape : '\\', &in, e);
	if (r < 0) {
		df_instruction_release(&in);
		return r;
	}
	r = take(p, &in, e);
	return r < 0 ? r : 1;
}

static int check_bytes(const char *file, const void *text, size_t n,
		       struct err *e)
{
	const char *nul;
	size_t line = 1;

	if (n > DOCKERFILE_MAX)
		return err_set(e, EFBIG, "%s: larger than %d bytes", file,
			       DOCKERFILE_MAX);
	nul = memchr(text, '\0', n);
	if (!nul)
		return 0;
	for (const char *s = text; s < nul; s++)
		line += *s == '\n';
	return err_set(e, EINVAL, "%s:%zu: a NUL byte: this is no text", file,
		       line);
}

static void steal_directives(struct parse *p)
{
	p->d->escape = p->x.escape ? p->x.escape : '\\';
	p->d->syntax = p->x.syntax;
	p->d->check = p->x.check;
}

int dockerfile_parse(const char *file, const void *text, size_t n,
		     struct dockerfile *ret, struct err *e)
{
	struct parse p = { .d = ret };
	size_t line;
	int r;

	*ret = (struct dockerfile){ .file = xstrdup(file) };
	TRY(check_bytes(file, n ? text : "", n, e));
	ret->text = xstrndup(n ? text : "", n);
	p.x.p = ret->text;
	p.x.end = ret->text + n;
	while ((r = next(&p, &line, e)) > 0)
		;
	steal_directives(&p);
	if (r < 0)
		return err_wrap(e, "%s:%zu", file, line);
	if (!ret->n_stages)
		return err_set(e, EINVAL, "%s: %s", file,
			       ret->head.n ? "it has no FROM" :
					     "a file with no instructions");
	return 0;
}

static void release_all(struct df_instructions *l)
{
	for (size_t i = 0; i < l->n; i++)
		df_instruction_release(&l->v[i]);
	free(l->v);
}

void dockerfile_release(struct dockerfile *d)
{
	release_all(&d->head);
	for (size_t i = 0; i < d->n_stages; i++) {
		df_instruction_release(&d->stages[i].from);
		release_all(&d->stages[i].instructions);
	}
	free(d->stages);
	free(d->file);
	free(d->text);
	free(d->syntax);
	free(d->check);
	*d = (struct dockerfile){ 0 };
}

/* ---- one of no file ---- */

static int parse_one(const char *text, size_t n, struct df_instruction *ret,
		     struct err *e)
{
	struct df_lexer x = { .p = text, .end = text + n, .begun = true };
	auto_df_line struct df_line l = { 0 }, more = { 0 };
	int r = df_lexer_next(&x, &l, e);

	TRY(r);
	if (r == 0)
		return err_set(e, EINVAL, "there is no instruction");
	TRY(df_instruction_read(&l, '\\', ret, e));
	r = df_lexer_next(&x, &more, e);
	TRY(r);
	return r == 0 ? 0 : err_set(e, EINVAL, "there is more than one "
				    "instruction");
}

int df_instruction_parse(const char *where, const char *text,
			 struct df_instruction *ret, struct err *e)
{
	size_t n = strlen(text);
	int r;

	*ret = (struct df_instruction){ .kind = DF_KINDS };
	if (n > DOCKERFILE_MAX)
		return err_set(e, EFBIG, "more than %d bytes", DOCKERFILE_MAX);
	r = parse_one(text, n, ret, e);
	return r < 0 && where ? err_wrap(e, "%s", where) : r;
}
