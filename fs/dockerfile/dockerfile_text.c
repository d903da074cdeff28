/* dockerfile_text.c - what a RUN starts, and a file's lines for messages. */
#include "fs/dockerfile/dockerfile.h"

#include "fs/dockerfile/heredoc.h"

#define AROUND 3 /* lines in front and behind */

/* ---- RUN ---- */

/* Is the command nothing but its one heredoc? */
static bool is_heredoc(const struct df_run *r)
{
	struct df_heredoc one = { 0 };
	bool chomp, is;

	if (r->command.exec || r->heredocs.n != 1)
		return false;
	is = heredoc_word(r->command.words.v[0], &one, &chomp);
	free(one.name);
	return is;
}

static char *script(const struct df_run *r)
{
	auto_str struct str text = { 0 };

	str_puts(&text, r->command.words.v[0]);
	for (size_t i = 0; i < r->heredocs.n; i++)
		str_printf(&text, "\n%s%s", r->heredocs.v[i].raw,
			   r->heredocs.v[i].name);
	return str_steal(&text);
}

int df_run_argv(const struct df_run *r, const struct strv *shell,
		struct strv *ret_argv, const char **ret_script)
{
	*ret_script = NULL;
	if (r->command.exec) {
		strv_extend(ret_argv, strv_list(&r->command.words));
		return 0;
	}
	if (is_heredoc(r) && skip_prefix(r->heredocs.v[0].text, "#!")) {
		*ret_script = r->heredocs.v[0].text;
		strv_printf(ret_argv, "%s/%s", DF_SCRIPT_FOLDER,
			    r->heredocs.v[0].name);
		return 1;
	}
	strv_extend(ret_argv, strv_list(shell));
	if (is_heredoc(r))
		strv_add(ret_argv, r->heredocs.v[0].text);
	else
		strv_take(ret_argv, script(r));
	return 0;
}

/* ---- messages ---- */

void dockerfile_lines(const struct dockerfile *d, size_t first, size_t last,
		      struct str *ret)
{
	size_t from = first > AROUND ? first - AROUND : 1;
	const char *s = d->text;

	for (size_t line = 1; s && *s && line <= last + AROUND; line++) {
		size_t n = strcspn(s, "\r\n");

		if (line >= from)
			str_printf(ret, "%4zu | %s %.*s\n", line,
				   line >= first && line <= last ? ">>>" :
								   "   ",
				   (int)n, s);
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
}

int dockerfile_wrap(const struct dockerfile *d, const struct df_instruction *in,
		    struct err *e)
{
	return err_wrap(e, "%s:%zu: %s", d->file, in->first,
			df_kind_name(in->kind));
}
