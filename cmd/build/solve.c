/* solve.c - the stages that a target needs, one instruction after another. */
#include "cmd/build/build.h"

#include "fs/build/config.h"

#include <stdio.h>

/* ---- the stages ---- */

static bool has_layer(const struct df_instruction *in)
{
	return in->kind == DF_RUN || in->kind == DF_COPY ||
	       in->kind == DF_ADD || in->kind == DF_WORKDIR;
}

/* One for each place in the plan that has none yet. */
static void add_stages(struct build *b)
{
	b->stages = xrealloc(b->stages, b->plan.n, sizeof(struct stage *));
	for (; b->n < b->plan.n; b->n++) {
		const struct df_stage *df = b->plan.stages[b->n].stage;
		struct stage *st = xcalloc(1, sizeof(*st));

		st->df = df;
		st->place = b->n;
		for (size_t i = 0; i < df->instructions.n; i++)
			st->steps += has_layer(&df->instructions.v[i]);
		b->stages[b->n] = st;
	}
}

/* ---- instructions ---- */

static char *title(const struct build *b, const struct stage *st,
		   const struct df_instruction *in)
{
	const char *name = st->df->from.from.name;
	auto_free char *number = xasprintf("stage-%zu",
					   b->plan.stages[st->place].index);

	return xasprintf("[%s %zu/%zu] %s", name ? name : number, st->step,
			 st->steps, in->text);
}

static int layered(struct build *b, struct stage *st,
		   const struct df_instruction *in, char *layer, struct err *e)
{
	auto_free char *text = NULL;

	st->step++;
	text = title(b, st, in);
	build_progress_begin(b->progress, text);
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

static int build_stage(struct build *b, struct stage *st, struct err *e);

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
	add_stages(b);
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

static void show_failure(struct build *b, const struct df_instruction *in)
{
	auto_str struct str lines = { 0 };

	dockerfile_lines(&b->d, in->first, in->last, &lines);
	build_progress_failed(b->progress);
	fprintf(stderr, "%s:%zu\n--------------------\n%s"
		"--------------------\n", b->d.file, in->first,
		str_text(&lines));
}

static int build_stage(struct build *b, struct stage *st, struct err *e)
{
	if (build_stage_begin(b, st, e) < 0 || triggers(b, st, e) < 0)
		return dockerfile_wrap(&b->d, &st->df->from, e);
	for (size_t i = 0; i < st->df->instructions.n; i++) {
		const struct df_instruction *in = &st->df->instructions.v[i];

		if (instruction(b, st, in, e) == 0)
			continue;
		if (!build_interrupted())
			show_failure(b, in);
		return dockerfile_wrap(&b->d, in, e);
	}
	st->done = true;
	return 0;
}

int build_solve(struct build *b, struct stage **ret, struct err *e)
{
	const struct df_plan_options o = { b->o->target, &b->context_names };
	size_t target;

	TRY(dockerfile_plan(&b->d, &b->args, &o, &b->plan, e));
	target = b->plan.n - 1;
	add_stages(b);
	for (size_t i = 0; i <= target; i++)
		if (!b->stages[i]->done)
			TRY(build_stage(b, b->stages[i], e));
	*ret = b->stages[target];
	return 0;
}
