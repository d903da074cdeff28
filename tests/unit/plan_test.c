/* plan_test.c - which stages are built, in which order. */
#include "fs/dockerfile/plan.h"

#include "tests/unit/tap.h"

static struct err e;

struct world {
	struct dockerfile d;
	struct df_args a;
	struct df_plan p;
	struct strv contexts;
	struct df_plan_options o;
};

/* Contexts are "a|b". */
static int plan(const char *text, const char *target, const char *contexts,
		struct world *w)
{
	struct strv none = { 0 };
	int r;

	memset(w, 0, sizeof(*w));
	memset(&e, 0, sizeof(e));
	if (*contexts)
		strv_split(&w->contexts, contexts, '|');
	w->o = (struct df_plan_options){ target, &w->contexts };
	r = dockerfile_parse("F", text, strlen(text), &w->d, &e);
	if (r == 0)
		r = df_args_init(&w->a, &none, "linux/amd64", "linux/amd64",
				 target, &e);
	if (r == 0)
		r = df_args_head(&w->a, &w->d, &e);
	return r < 0 ? r : dockerfile_plan(&w->d, &w->a, &w->o, &w->p, &e);
}

static void world_release(struct world *w)
{
	df_plan_release(&w->p);
	df_args_release(&w->a);
	dockerfile_release(&w->d);
	strv_release(&w->contexts);
}
#define WORLD __attribute__((cleanup(world_release))) struct world

static void show_source(const struct df_source *f, struct str *ret)
{
	static const char *const kinds[] = { "scratch", "stage", "image",
					     "context" };

	if (f->kind == DF_SOURCE_STAGE)
		str_printf(ret, "%zu", f->stage);
	else
		str_printf(ret, "%s:%s", kinds[f->kind], f->text);
	if (f->like)
		str_printf(ret, "~%s", f->like);
}

/* "INDEX=BASE,FROM,...(DEPS) ..." */
static char *show(const struct df_plan *p)
{
	auto_str struct str s = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		const struct df_plan_stage *st = &p->stages[i];

		str_printf(&s, "%s%zu=", i ? " " : "", st->index);
		show_source(&st->base, &s);
		for (size_t k = 0; k < st->n_from; k++) {
			str_putc(&s, ',');
			show_source(&st->from[k], &s);
		}
		str_putc(&s, '(');
		for (size_t k = 0; k < st->n_deps; k++)
			str_printf(&s, "%s%zu", k ? "," : "", st->deps[k]);
		str_putc(&s, ')');
	}
	return str_steal(&s);
}

static int is(const char *text, const char *target, const char *contexts,
	      const char *want)
{
	WORLD w = { 0 };
	auto_free char *got =
		plan(text, target, contexts, &w) < 0 ? xstrdup(e.text) :
						       show(&w.p);

	if (strcmp(got, want) != 0)
		printf("# got: %s\n", got);
	return strcmp(got, want) == 0;
}

static void graphs(void)
{
	OK(is("FROM scratch", NULL, "", "0=scratch:scratch()"));
	OK(is("FROM a", NULL, "", "0=image:a()"));
	OK(is("FROM a\nFROM b", NULL, "", "1=image:b()"));
	OK(is("FROM a AS x\nFROM X", NULL, "", "0=image:a() 1=0(0)"));
	OK(is("FROM a AS x\nFROM b\nCOPY --from=X . .", NULL, "",
	      "0=image:a() 1=image:b,0(0)"));
	OK(is("FROM a\nFROM b\nCOPY --from=0 . .", NULL, "",
	      "0=image:a() 1=image:b,0(0)"));
	OK(is("FROM a AS x\nFROM b\nRUN --mount=from=x,target=/x y", NULL, "",
	      "0=image:a() 1=image:b,0(0)"));
	OK(is("FROM a\nCOPY --from=b . .\nCOPY --from=b x y", NULL, "",
	      "0=image:a,image:b()"));
	OK(is("FROM a\nCOPY --from=scratch . .", NULL, "",
	      "0=image:a,scratch:scratch()"));
	/* a number is no image's name, and FROM has no numbers */
	OK(is("FROM a\nFROM 0", NULL, "", "1=image:0()"));
	/* a diamond, and one that nothing needs */
	OK(is("FROM a AS w\nFROM w AS x\nFROM w AS y\nFROM b AS z\n"
	      "FROM x\nCOPY --from=y . .", NULL, "",
	      "0=image:a() 1=0(0) 2=0(0) 4=1,2(1,2)"));
	/* --from may name what stands behind it */
	OK(is("FROM a\nCOPY --from=x . .\nFROM b AS x", "0", "",
	      "1=image:b() 0=image:a,0(0)"));
	/* FROM may not: it is an image */
	OK(is("FROM x\nFROM b AS x", "0", "", "0=image:x()"));
	/* the last of a name, for FROM the last before */
	OK(is("FROM a AS x\nFROM x\nFROM b AS x", "1", "",
	      "0=image:a() 1=0(0)"));
	OK(is("FROM a AS x\nFROM b AS x\nFROM c\nCOPY --from=x . .", NULL, "",
	      "1=image:b() 2=image:c,0(0)"));
	OK(is("ARG B=x\nFROM a AS x\nFROM ${B}", NULL, "",
	      "0=image:a() 1=0(0)"));
	OK(is("FROM a AS x\nFROM x AS x", NULL, "", "0=image:a() 1=0(0)"));
}

static void targets(void)
{
	const char *text = "FROM a AS one\nFROM b AS two\nFROM c";

	OK(is(text, "one", "", "0=image:a()"));
	OK(is(text, "TWO", "", "1=image:b()"));
	OK(is(text, "1", "", "1=image:b()"));
	OK(is(text, "", "", "2=image:c()"));
	OK(is(text, "onw", "", "F: no stage is named 'onw', as --target has "
	      "it; did you mean one?"));
	OK(is(text, "3", "", "F: no stage is named '3', as --target has it"));
}

static void missing(void)
{
	OK(is("FROM a\n\nCOPY --from=1 . .", NULL, "", "F:3: COPY: there is "
	      "no stage 1: the file has stage 0 only"));
	OK(is("FROM a\nFROM b\nCOPY --from=99999999999999999999 . .", NULL, "",
	      "F:3: COPY: there is no stage 99999999999999999999: the file "
	      "has stages 0 to 1"));
	OK(is("FROM a\nFROM b\nRUN --mount=from=7,target=/x y", NULL, "",
	      "F:3: RUN: there is no stage 7: the file has stages 0 to 1"));
	/* could be an image: who pulls it can say what was near */
	OK(is("FROM a AS build\nFROM b\nCOPY --from=biuld . .", NULL, "",
	      "1=image:b,image:biuld~build()"));
	OK(is("FROM a AS build\nFROM buildd", NULL, "",
	      "1=image:buildd~build()"));
	OK(is("FROM a\n\nFROM $X", NULL, "", "F:3: FROM: '$X' is empty: an "
	      "ARG in front of the first FROM has no value"));
}

static void cycles(void)
{
	auto_str struct str s = { 0 };
	WORLD w = { 0 };

	OK(is("FROM a AS x\nCOPY --from=x . .", NULL, "",
	      "F:2: stages need one another: x -> x"));
	OK(is("FROM a\nCOPY --from=0 . .", NULL, "",
	      "F:2: stages need one another: stage 0 -> stage 0"));
	OK(is("FROM a AS x\nCOPY --from=y . .\nFROM x AS y", NULL, "",
	      "F:2: stages need one another: y -> x -> y"));
	OK(is("FROM a AS x\nRUN --mount=from=z,target=/z b\nFROM x AS y\n"
	      "FROM c AS z\nCOPY --from=y . .\nFROM z", NULL, "",
	      "F:2: stages need one another: z -> y -> x -> z"));
	/* one that nothing needs hurts nobody */
	OK(is("FROM a AS x\nCOPY --from=x . .\nFROM b", NULL, "",
	      "1=image:b()"));
	/* a long way round */
	for (int i = 0; i < 4000; i++)
		str_printf(&s, "FROM a AS s%d\nCOPY --from=s%d . .\n", i,
			   (i + 1) % 4000);
	OK(plan(s.s, NULL, "", &w) == -ELOOP);
	OK(strncmp(e.text, "F:7998: stages need one another: s3999 -> ",
		   42) == 0);
}

static void contexts(void)
{
	OK(is("FROM a", NULL, "a", "0=context:a()"));
	OK(is("FROM docker.io/library/a:latest", NULL, "a", "0=context:a()"));
	OK(is("FROM a:1", NULL, "a", "0=image:a:1()"));
	OK(is("FROM a:1", NULL, "a:1", "0=context:a:1()"));
	OK(is("FROM b\nCOPY --from=src . .", NULL, "src|x",
	      "0=image:b,context:src()"));
	/* it takes the place of a stage, by any of the stage's names */
	OK(is("FROM a AS x\nFROM x\nCOPY --from=0 . .\nCOPY --from=X . .",
	      NULL, "x", "1=context:x,context:x,context:x()"));
	OK(is("FROM a AS x", NULL, "x", "F:1: the target x is replaced by the "
	      "--build-context of its name: there is nothing to build"));
}

static void sources(void)
{
	WORLD w = { 0 };
	const struct df_plan_stage *s;

	OK(plan("FROM a AS Xy\nFROM --platform=linux/arm64 b\n"
		"COPY --from=XY . .\nCOPY --from=Img . .\n", NULL, "",
		&w) == 0);
	s = &w.p.stages[1];
	EQ_STR(s->platform, "linux/arm64");
	OK(w.p.stages[0].platform == NULL);
	OK(df_plan_from(s, "xy") == &s->from[0]);
	OK(df_plan_from(s, "Img") == &s->from[1]);
	OK(df_plan_from(s, "img") == NULL);
	OK(s->from[0].line == 3 && s->from[1].line == 4);
	OK(s->base.line == 2);
}

/* ---- ONBUILD ---- */

static void triggers_of_stages(void)
{
	OK(is("FROM a AS x\nFROM b AS y\nONBUILD COPY --from=x . .\nFROM y",
	      NULL, "", "1=image:b() 0=image:a() 2=0,1(0,1)"));
	/* they fire once: not in the stage after the next */
	OK(is("FROM a AS x\nFROM b AS y\nONBUILD COPY --from=x . .\n"
	      "FROM y AS z\nFROM z", NULL, "",
	      "1=image:b() 0=image:a() 2=0,1(0,1) 3=2(2)"));
	OK(is("FROM b AS y\nONBUILD COPY --from=5 . .\nFROM y", NULL, "",
	      "F:2: ONBUILD: there is no stage 5: the file has stages 0 to "
	      "1"));
}

static int triggered(const char *text, const char *instruction,
		     const char *want)
{
	auto_df_instruction struct df_instruction in = { 0 };
	auto_free char *got = NULL;
	bool grew = false;
	WORLD w = { 0 };
	int r = plan(text, NULL, "", &w);

	if (r == 0)
		r = df_instruction_parse(NULL, instruction, &in, &e);
	if (r == 0)
		r = df_plan_onbuild(&w.p, &w.d, &w.a, &w.o, w.p.n - 1, &in,
				    &grew, &e);
	got = r < 0 ? xstrdup(e.text) : show(&w.p);
	if (strcmp(got, want) != 0)
		printf("# got: %s\n", got);
	return strcmp(got, want) == 0 && grew == (strchr(want, '+') != NULL);
}

static void triggers_of_images(void)
{
	auto_df_instruction struct df_instruction in = { 0 };
	auto_free char *got = NULL;
	bool grew = false;
	WORLD w = { 0 };

	OK(triggered("FROM a AS x\nFROM b", "RUN y", "1=image:b()"));
	OK(triggered("FROM a AS x\nFROM x", "COPY --from=x . .",
		     "0=image:a() 1=0,0(0)"));
	OK(triggered("FROM a AS x\nFROM b AS y", "COPY --from=y . .",
		     "F:2: stages need one another: y -> y"));
	OK(triggered("FROM a", "COPY --from=3 . .", "F:1: ONBUILD COPY: there "
		     "is no stage 3: the file has stage 0 only"));
	OK(plan("FROM a AS x\nFROM x AS y\nFROM b", NULL, "", &w) == 0);
	OK(df_instruction_parse(NULL, "RUN --mount=from=y,target=/y z", &in,
				&e) == 0);
	OK(df_plan_onbuild(&w.p, &w.d, &w.a, &w.o, 0, &in, &grew, &e) == 0);
	OK(grew);
	got = show(&w.p);
	EQ_STR(got, "2=image:b,2(2) 0=image:a() 1=1(1)");
}

static void cycles_of_triggers(void)
{
	auto_df_instruction struct df_instruction in = { 0 };
	bool grew = false;
	WORLD w = { 0 };

	/* y needs x: x's image may not ask for y */
	OK(plan("FROM a AS x\nFROM b AS y\nCOPY --from=x . .", NULL, "",
		&w) == 0);
	OK(df_instruction_parse(NULL, "COPY --from=y . .", &in, &e) == 0);
	OK(df_plan_onbuild(&w.p, &w.d, &w.a, &w.o, 0, &in, &grew,
			   &e) == -ELOOP);
	EQ_STR(e.text, "F:1: stages need one another: y -> x -> y");
}

int main(void)
{
	RUN(graphs);
	RUN(targets);
	RUN(missing);
	RUN(cycles);
	RUN(contexts);
	RUN(sources);
	RUN(triggers_of_stages);
	RUN(triggers_of_images);
	RUN(cycles_of_triggers);
	return DONE();
}
