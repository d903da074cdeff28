/* dockerfile_fuzz.c - any text as a Dockerfile: parsed, planned, expanded. */
#include "fs/dockerfile/lint.h"
#include "fs/dockerfile/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Places are within the plan and before their stage; names lead back. */
static void check_plan(const struct df_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct df_plan_stage *s = &p->stages[i];

		if (s->base.kind == DF_SOURCE_STAGE && s->base.stage >= i)
			abort();
		for (size_t k = 0; k < s->n_deps; k++)
			if (s->deps[k] >= i)
				abort();
		for (size_t k = 0; k < s->n_from; k++)
			if (!df_plan_from(s, s->from[k].name))
				abort();
	}
}

/* What was expanded is one instruction of the same kind. */
static int run_one(struct df_scope *s, const struct dockerfile *d,
		   const struct df_instruction *in)
{
	auto_df_instruction struct df_instruction copy = { .kind = DF_KINDS };
	auto_strv struct strv shell = { 0 }, argv = { 0 };
	const char *script;
	struct err e = { 0 };
	int r = df_expand(in, s, d->escape, &copy, &e);

	if (r == 0 && copy.kind != in->kind)
		abort();
	if (r == 0)
		r = df_scope_apply(s, &copy, &e);
	if (r == 0 && copy.kind == DF_RUN) {
		strv_add(&shell, "sh");
		df_run_argv(&copy.run, &shell, &argv, &script);
		if (argv.n == 0)
			abort();
	}
	return r;
}

static void run_stage(struct df_args *a, const struct dockerfile *d,
		      const struct df_stage *stage)
{
	auto_strv struct strv env = { 0 };
	auto_df_scope struct df_scope s = { 0 };
	int r = 0;

	strv_add(&env, "PATH=/bin");
	df_scope_start(&s, a, &env);
	for (size_t i = 0; r == 0 && i < stage->instructions.n; i++)
		r = run_one(&s, d, &stage->instructions.v[i]);
}

static void run_file(const struct dockerfile *d)
{
	auto_df_plan struct df_plan p = { 0 };
	auto_strv struct strv given = { 0 }, contexts = { 0 };
	struct df_plan_options o = { NULL, &contexts };
	struct df_args a;
	struct err e = { 0 };

	strv_add(&given, "V=1");
	strv_add(&contexts, "ctx");
	if (df_args_init(&a, &given, "linux/amd64", "linux/arm/v7", "", &e))
		abort();
	if (df_args_head(&a, d, &e) == 0 &&
	    dockerfile_plan(d, &a, &o, &p, &e) == 0) {
		check_plan(&p);
		for (size_t i = 0; i < p.n; i++)
			run_stage(&a, d, p.stages[i].stage);
	}
	df_args_release(&a);
}

/* Warnings are of lines that there are. */
static void check_file(const struct dockerfile *d, size_t n)
{
	struct df_warnings w;
	struct err e = { 0 };

	if (dockerfile_lint(d, &w, &e) == 0)
		for (size_t i = 0; i < w.n; i++)
			if (w.v[i].line < 1 || w.v[i].line > n + 1)
				abort();
	df_warnings_release(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	auto_dockerfile struct dockerfile d = { 0 };
	auto_df_instruction struct df_instruction one = { .kind = DF_KINDS };
	auto_str struct str lines = { 0 };
	struct err e = { 0 };

	if (dockerfile_parse("F", data, n, &d, &e) == 0) {
		run_file(&d);
		check_file(&d, n);
		dockerfile_lines(&d, 1, 3, &lines);
	}
	df_instruction_parse("F", text, &one, &e);
	return 0;
}
