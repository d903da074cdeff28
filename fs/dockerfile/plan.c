/* plan.c - the graph of stages, walked from the target. */
#include "fs/dockerfile/plan.h"

#include "fs/dockerfile/plan_names.h"

#include <strings.h>

#define NONE SIZE_MAX

/*
 * Theory of operation: a walk in depth from the target.  Stages get their
 * places when all that they need have one, which is an order that works; a
 * stage that is met again while it is open is on a cycle.  The way back is in
 * the nodes, so that long chains take no stack.  While it walks,
 * df_source.stage is a number in the file; settle() makes it a place.
 */
struct node {
	enum { NEW, OPEN, PLACED } state;
	struct df_plan_stage s;
	size_t place;
	size_t next;   /* of its sources: 0 is the base, others from 1 */
	size_t parent; /* that led here, or NONE */
};

struct walk {
	const struct dockerfile *d;
	struct df_names names;
	struct node *nodes; /* of each stage in the file */
	struct df_plan *p;
};

/* ---- sources ---- */

static void source_release(struct df_source *s)
{
	free(s->text);
	*s = (struct df_source){ 0 };
}

const struct df_source *df_plan_from(const struct df_plan_stage *s,
				     const char *text)
{
	for (size_t i = 0; i < s->n_from; i++) {
		const struct df_source *f = &s->from[i];

		if (strcasecmp(f->name, text) == 0 &&
		    (f->kind == DF_SOURCE_STAGE || streq(f->name, text)))
			return f;
	}
	return NULL;
}

static int add_from(struct walk *w, struct df_plan_stage *s, const char *text,
		    size_t line, struct err *e)
{
	struct df_source one;

	if (df_plan_from(s, text))
		return 0;
	TRY(df_names_from(&w->names, text, line, &one, e));
	one.name = xstrdup(text);
	/* doubling: n is a power of two when it is full */
	if ((s->n_from & (s->n_from - 1)) == 0)
		s->from = xrealloc(s->from, s->n_from ? s->n_from * 2 : 1,
				   sizeof(*s->from));
	s->from[s->n_from++] = one;
	return 0;
}

static int add_sources(struct walk *w, struct df_plan_stage *s,
		       const struct df_instruction *in, size_t line,
		       struct err *e)
{
	if (in->kind == DF_COPY && in->copy.from)
		return add_from(w, s, in->copy.from, line, e);
	for (size_t i = 0; in->kind == DF_RUN && i < in->run.n_mounts; i++)
		if (in->run.mounts[i].from)
			TRY(add_from(w, s, in->run.mounts[i].from, line, e));
	return 0;
}

/* What the ONBUILDs of the stage below name, they name here. */
static int add_triggered(struct walk *w, struct df_plan_stage *s,
			 struct err *e)
{
	const struct df_instructions *l;

	if (s->base.kind != DF_SOURCE_STAGE)
		return 0;
	l = &w->d->stages[s->base.stage].instructions;
	for (size_t i = 0; i < l->n; i++) {
		auto_df_instruction struct df_instruction in = { 0 };

		if (l->v[i].kind != DF_ONBUILD)
			continue;
		if (df_instruction_parse(NULL, l->v[i].word, &in, e) < 0 ||
		    add_sources(w, s, &in, l->v[i].first, e) < 0)
			return dockerfile_wrap(w->d, &l->v[i], e);
	}
	return 0;
}

/* Begin with a stage: all that it names. */
static int open_node(struct walk *w, size_t i, size_t parent, struct err *e)
{
	struct node *node = &w->nodes[i];
	const struct df_stage *stage = &w->d->stages[i];
	const struct df_from *from = &w->names.from[i];

	*node = (struct node){ .state = OPEN, .parent = parent };
	node->s.stage = stage;
	node->s.index = i;
	node->s.platform = from->platform ? xstrdup(from->platform) : NULL;
	df_names_base(&w->names, i, &node->s.base);
	TRY(add_triggered(w, &node->s, e));
	for (size_t k = 0; k < stage->instructions.n; k++) {
		const struct df_instruction *in = &stage->instructions.v[k];

		if (add_sources(w, &node->s, in, in->first, e) < 0)
			return dockerfile_wrap(w->d, in, e);
	}
	return 0;
}

/* ---- places ---- */

static void add_dep(struct df_plan_stage *s, size_t place)
{
	for (size_t i = 0; i < s->n_deps; i++)
		if (s->deps[i] == place)
			return;
	s->deps = xrealloc(s->deps, s->n_deps + 1, sizeof(*s->deps));
	s->deps[s->n_deps++] = place;
}

static void settle(struct walk *w, struct df_plan_stage *s,
		   struct df_source *f)
{
	if (f->kind != DF_SOURCE_STAGE)
		return;
	f->stage = w->nodes[f->stage].place;
	add_dep(s, f->stage);
}

/* All that it needs have places: it gets the next. */
static void place(struct walk *w, struct node *node)
{
	struct df_plan *p = w->p;
	struct df_plan_stage *s = &node->s;

	settle(w, s, &s->base);
	for (size_t i = 0; i < s->n_from; i++)
		settle(w, s, &s->from[i]);
	p->stages = xrealloc(p->stages, p->n + 1, sizeof(*p->stages));
	p->stages[p->n] = *s;
	*s = (struct df_plan_stage){ 0 };
	node->place = p->n++;
	node->state = PLACED;
}

/* ---- the walk ---- */

/* The stages from `to` on to `from`, which needs it: "a -> b -> a". */
static int cycle(struct walk *w, size_t from, size_t to, size_t line,
		 struct err *e)
{
	auto_free char *end = df_names_show(&w->names, to);
	auto_free char *way = xstrdup(end);

	for (size_t i = from; i != to && i != NONE; i = w->nodes[i].parent) {
		auto_free char *name = df_names_show(&w->names, i);
		auto_free char *before = way;

		way = strlen(before) > 200 ?
			      xasprintf("... -> %s", end) :
			      xasprintf("%s -> %s", name, before);
	}
	return err_set(e, ELOOP, "%s:%zu: stages need one another: %s -> %s",
		       w->d->file, line, end, way);
}

static const struct df_source *next_source(struct node *node)
{
	size_t i = node->next++;

	return i == 0 ? &node->s.base :
	       i <= node->s.n_from ? &node->s.from[i - 1] : NULL;
}

/* Everything that stage `i` needs, and itself. */
static int walk(struct walk *w, size_t i, size_t parent, struct err *e)
{
	TRY(open_node(w, i, parent, e));
	while (i != parent) {
		struct node *node = &w->nodes[i];
		const struct df_source *f = next_source(node);

		if (!f) {
			i = node->parent;
			place(w, node);
			continue;
		}
		if (f->kind != DF_SOURCE_STAGE)
			continue;
		if (w->nodes[f->stage].state == OPEN)
			return cycle(w, i, f->stage, f->line, e);
		if (w->nodes[f->stage].state == NEW) {
			TRY(open_node(w, f->stage, i, e));
			i = f->stage;
		}
	}
	return 0;
}

/* ---- release ---- */

static void stage_release(struct df_plan_stage *s)
{
	source_release(&s->base);
	for (size_t i = 0; i < s->n_from; i++) {
		free(s->from[i].name);
		source_release(&s->from[i]);
	}
	free(s->from);
	free(s->deps);
	free(s->platform);
}

void df_plan_release(struct df_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		stage_release(&p->stages[i]);
	free(p->stages);
	*p = (struct df_plan){ 0 };
}

static int walk_init(struct walk *w, const struct dockerfile *d,
		     const struct df_args *a, const struct df_plan_options *o,
		     struct df_plan *p, struct err *e)
{
	*w = (struct walk){ .d = d, .p = p };
	w->nodes = xcalloc(d->n_stages, sizeof(*w->nodes));
	return df_names_init(&w->names, d, a, o, e);
}

static void walk_release(struct walk *w)
{
	for (size_t i = 0; i < w->d->n_stages; i++)
		stage_release(&w->nodes[i].s);
	free(w->nodes);
	df_names_release(&w->names);
}

/* ---- plans ---- */

int dockerfile_plan(const struct dockerfile *d, const struct df_args *a,
		    const struct df_plan_options *o, struct df_plan *ret,
		    struct err *e)
{
	struct walk w;
	int r;

	*ret = (struct df_plan){ 0 };
	r = walk_init(&w, d, a, o, ret, e);
	if (r == 0)
		r = df_names_target(&w.names, e);
	if (r >= 0)
		r = walk(&w, r, NONE, e);
	walk_release(&w);
	return r;
}

/* Places that need place `at`, and itself, are open: naming them is a cycle. */
static void mark(struct walk *w, size_t at)
{
	const struct df_plan *p = w->p;
	struct node *nodes = w->nodes;
	bool more = true;

	for (size_t i = 0; i < p->n; i++) {
		nodes[p->stages[i].index].state = i == at ? OPEN : PLACED;
		nodes[p->stages[i].index].place = i;
		nodes[p->stages[i].index].parent = NONE;
	}
	while (more) {
		more = false;
		for (size_t i = 0; i < p->n; i++) {
			const struct df_plan_stage *s = &p->stages[i];
			bool needs = false;

			for (size_t k = 0; k < s->n_deps; k++)
				needs |= nodes[p->stages[s->deps[k]].index]
						 .state == OPEN;
			if (!needs || nodes[s->index].state == OPEN)
				continue;
			nodes[s->index].state = OPEN;
			more = true;
		}
	}
}

static int trigger(struct walk *w, size_t at, const struct df_instruction *in,
		   struct err *e)
{
	size_t before = w->p->stages[at].n_from;
	size_t index = w->p->stages[at].index;
	size_t line = w->d->stages[index].from.first;

	mark(w, at);
	if (add_sources(w, &w->p->stages[at], in, line, e) < 0)
		return err_wrap(e, "%s:%zu: ONBUILD %s", w->d->file, line,
				df_kind_name(in->kind));
	for (size_t i = before; i < w->p->stages[at].n_from; i++) {
		/* the list of stages grows, and moves */
		struct df_source f = w->p->stages[at].from[i];

		if (f.kind != DF_SOURCE_STAGE)
			continue;
		if (w->nodes[f.stage].state == OPEN)
			return cycle(w, index, f.stage, line, e);
		if (w->nodes[f.stage].state == NEW)
			TRY(walk(w, f.stage, index, e));
		settle(w, &w->p->stages[at], &w->p->stages[at].from[i]);
	}
	return 0;
}

int df_plan_onbuild(struct df_plan *p, const struct dockerfile *d,
		    const struct df_args *a, const struct df_plan_options *o,
		    size_t at, const struct df_instruction *in, bool *ret_grew,
		    struct err *e)
{
	size_t n = p->n;
	struct walk w;
	int r = walk_init(&w, d, a, o, p, e);

	if (r == 0)
		r = trigger(&w, at, in, e);
	walk_release(&w);
	*ret_grew = p->n > n;
	return r;
}
