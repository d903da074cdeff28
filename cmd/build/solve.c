/* solve.c - a stage, one instruction after another. */
#include "cmd/build/build.h"

#include "fs/build/config.h"


static bool has_layer(const struct df_instruction *in)
{
	return in->kind == DF_RUN || in->kind == DF_COPY ||
	       in->kind == DF_ADD || in->kind == DF_WORKDIR;
}

/* As docker counts: what a stage stands on is its first step. */
static bool shows_base(const struct df_plan_stage *p)
{
	return p->base.kind == DF_SOURCE_IMAGE ||
	       p->base.kind == DF_SOURCE_CONTEXT;
}

void build_add_stages(struct build *b)
{
	b->stages = xrealloc(b->stages, b->plan.n, sizeof(struct stage *));
	for (; b->n < b->plan.n; b->n++) {
		const struct df_stage *df = b->plan.stages[b->n].stage;
		struct stage *st = xcalloc(1, sizeof(*st));

		st->df = df;
		st->place = b->n;
		st->steps = shows_base(&b->plan.stages[b->n]);
		for (size_t i = 0; i < df->instructions.n; i++)
			st->steps += has_layer(&df->instructions.v[i]);
		b->stages[b->n] = st;
	}
}

/* ---- instructions ---- */

/* "[build 2/4] RUN make"; a stage without a name, among others: its number. */
static char *title(const struct build *b, const struct stage *st,
		   const char *text)
{
	const char *name = st->df->from.from.name;
	auto_free char *number = b->d.n_stages == 1 ? xstrdup("") :
		xasprintf("stage-%zu ", b->plan.stages[st->place].index);

	return xasprintf("[%s%s%zu/%zu] %s", name ? name : number,
			 name ? " " : "", st->step, st->steps, text);
}

static void tell_begin(struct build *b, struct stage *st, const char *text)
{
	auto_free char *line = NULL;

	st->step++;
	line = title(b, st, text);
	stage_report_text(b->report, REPORT_BEGIN, line, strlen(line));
}

static int layered(struct build *b, struct stage *st,
		   const struct df_instruction *in, char *layer, struct err *e)
{
	if (b->report < 0)
		return build_step_told(b, st, layer, e);
	tell_begin(b, st, in->text);
	return in->kind == DF_RUN ? build_step_run(b, st, in, layer, e) :
	       in->kind == DF_WORKDIR ?
		       build_step_workdir(b, st, in, layer, e) :
		       build_step_copy(b, st, in, layer, e);
}

static int carry_out(struct build *b, struct stage *st,
		     const struct df_instruction *in, struct err *e)
{
	static const struct strv none;
	auto_free char *words = NULL;
	char layer[DIGEST_MAX] = "";

	TRY(build_config_apply(st->doc, in, &st->shell, e));
	if (has_layer(in))
		TRY(layered(b, st, in, layer, e));
	words = build_config_words(st->doc, in, &st->shell,
				   in->kind == DF_RUN ? &st->scope.build :
							&none);
	build_config_step(st->doc, st->created, words, *layer ? layer : NULL);
	TRY(df_scope_apply(&st->scope, in, e));
	if (in->kind == DF_SHELL)
		build_stage_shell(st);
	return 0;
}

static int instruction(struct build *b, struct stage *st,
		       const struct df_instruction *in, struct err *e)
{
	auto_df_instruction struct df_instruction x = { 0 };

	TRY(df_expand(in, &st->scope, b->d.escape, &x, e));
	return carry_out(b, st, &x, e);
}

/* ---- ONBUILD ---- */

/* It may name stages that nothing else needed. */
static int trigger(struct build *b, struct stage *st, const char *text,
		   struct err *e)
{
	auto_df_instruction struct df_instruction in = { 0 };
	const struct df_plan_options o = { b->o->target, &b->context_names };
	size_t had = b->n;
	bool grew = false;

	TRY(df_instruction_parse("ONBUILD", text, &in, e));
	TRY(df_plan_onbuild(&b->plan, &b->d, &b->args, &o, st->place, &in,
			    &grew, e));
	build_add_stages(b);
	for (size_t i = had; i < b->n; i++)
		TRY(build_stage(b, b->stages[i], e));
	st->steps += has_layer(&in);
	return instruction(b, st, &in, e);
}

/* What the base's OnBuild wants is done first. */
static int triggers(struct build *b, struct stage *st, struct err *e)
{
	auto_strv struct strv list = { 0 };
	json_t *config = json_object_get(st->doc, "config");
	struct err ignored;

	json_strv(config, "OnBuild", &list, &ignored);
	json_object_del(config, "OnBuild");
	for (size_t i = 0; i < list.n; i++)
		if (trigger(b, st, list.v[i], e) < 0)
			return err_wrap(e, "ONBUILD %s", list.v[i]);
	return 0;
}

/* ---- a stage ---- */

static int begin(struct build *b, struct stage *st, struct err *e)
{
	const struct df_plan_stage *p = &b->plan.stages[st->place];
	const struct report_step none = { .stage = p->index };
	bool shown = b->report >= 0 && shows_base(p);

	if (shown) {
		auto_free char *text = xasprintf("FROM %s", p->base.text);

		tell_begin(b, st, text);
	}
	TRY(build_stage_begin(b, st, e));
	if (shown)
		stage_report_step(b->report, &none);
	return triggers(b, st, e);
}

/* The command shows the first that it is told. */
static int failed(struct build *b, const struct df_instruction *in,
		  struct err *e)
{
	dockerfile_wrap(&b->d, in, e);
	if (b->report >= 0)
		stage_report_failure(b->report, in->first, in->last, e);
	return -e->code;
}

int build_stage(struct build *b, struct stage *st, struct err *e)
{
	if (begin(b, st, e) < 0)
		return failed(b, &st->df->from, e);
	for (size_t i = 0; i < st->df->instructions.n; i++) {
		const struct df_instruction *in = &st->df->instructions.v[i];

		if (instruction(b, st, in, e) < 0)
			return failed(b, in, e);
	}
	st->done = true;
	return 0;
}
