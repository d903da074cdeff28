/* check.c - what build checks found, before and behind a build. */
#include "cmd/build/check.h"

#include <stdio.h>

/* "A, B": each once. */
static int refuse(const struct df_warnings *w, struct err *e)
{
	auto_strv struct strv names = { 0 };
	auto_str struct str s = { 0 };

	for (size_t i = 0; i < w->n; i++)
		if (!strv_has(&names, w->v[i].rule))
			strv_add(&names, w->v[i].rule);
	for (size_t i = 0; i < names.n; i++)
		str_printf(&s, "%s%s", i ? ", " : "", names.v[i]);
	return err_set(e, EINVAL, "lint violation found for rules: %s (the "
		       "Dockerfile says check=error=true; rl build --check "
		       "shows the lines)", str_text(&s));
}

int check_dockerfile(struct build *b, struct err *e)
{
	TRY(dockerfile_lint(&b->d, &b->warnings, e));
	return b->warnings.error && b->warnings.n && !b->o->check ?
		       refuse(&b->warnings, e) : 0;
}

int check_show(const struct build *b)
{
	const struct df_warnings *w = &b->warnings;

	for (size_t i = 0; i < w->n; i++) {
		auto_str struct str lines = { 0 };

		dockerfile_lines(&b->d, w->v[i].line, w->v[i].line, &lines);
		printf("WARNING: %s\n%s\n%s:%zu\n--------------------\n%s"
		       "--------------------\n\n", w->v[i].rule, w->v[i].text,
		       b->d.file, w->v[i].line, str_text(&lines));
	}
	if (w->n)
		printf("Check complete, %zu warning%s been found!\n", w->n,
		       w->n == 1 ? " has" : "s have");
	else
		printf("Check complete, no warnings found.\n");
	return w->n != 0;
}

void check_summary(const struct build *b)
{
	const struct df_warnings *w = &b->warnings;
	auto_free char *head = xasprintf("%zu warning%s found (rl build "
					 "--check shows the lines):", w->n,
					 w->n == 1 ? "" : "s");

	if (w->n)
		build_progress_note(b->progress, head, "");
	for (size_t i = 0; i < w->n; i++) {
		auto_free char *line = xasprintf(" - %s: %s (line %zu)",
						 w->v[i].rule, w->v[i].text,
						 w->v[i].line);

		build_progress_note(b->progress, line, "");
	}
}
