/* instruction.c - the instructions by name, and the small ones' syntax. */
#include "fs/dockerfile/instruction.h"

#include "core/base/nearest.h"
#include "fs/dockerfile/words.h"

#include <ctype.h>

typedef int read_fn(struct df_reading *r, struct err *e);

static int need_argument(const struct df_reading *r, struct err *e)
{
	return *r->rest ? 0 : err_set(e, EINVAL, "it needs an argument");
}

/* ---- one word ---- */

static int read_word(struct df_reading *r, struct err *e)
{
	TRY(need_argument(r, e));
	r->in->word = xstrdup(r->rest);
	return 0;
}

/* What it triggers is checked now, not only where the image is used. */
static int read_onbuild(struct df_reading *r, struct err *e)
{
	auto_str struct str text = { 0 };
	size_t n = strcspn(r->rest, DF_BLANKS);
	enum df_kind k = df_kind_find(r->rest, n);
	auto_df_instruction struct df_instruction in = { 0 };

	TRY(need_argument(r, e));
	if (k == DF_ONBUILD)
		return err_set(e, EINVAL, "ONBUILD ONBUILD is not allowed");
	if (k == DF_FROM || k == DF_MAINTAINER)
		return err_set(e, EINVAL, "%s is not allowed as a trigger",
			       df_kind_name(k));
	str_puts(&text, r->rest);
	for (size_t i = 0; i < r->line->heredocs.n; i++)
		str_printf(&text, "\n%s%s", r->line->heredocs.v[i].raw,
			   r->line->heredocs.v[i].name);
	r->in->word = str_steal(&text);
	return df_instruction_parse(NULL, r->in->word, &in, e);
}

/* ---- FROM ---- */

static int stage_name(const char *typed, char **ret, struct err *e)
{
	char *name = xstrdup(typed);

	*ret = name;
	for (char *p = name; *p; p++)
		*p = tolower((unsigned char)*p);
	if (!islower((unsigned char)*name) ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")])
		return err_set(e, EINVAL, "'%.60s' is no name for a stage: it "
			       "begins with a letter and has letters, digits, "
			       "'-', '_' and '.' only", typed);
	return 0;
}

static int read_from(struct df_reading *r, struct err *e)
{
	struct df_from *f = &r->in->from;
	auto_strv struct strv words = { 0 };

	TRY(need_argument(r, e));
	TRY(words_plain(r->rest, &words, e));
	if (words.n != 1 && (words.n != 3 ||
			     strcasecmp(words.v[1], "as") != 0))
		return err_set(e, EINVAL, "it is FROM image, or FROM image AS "
			       "name");
	f->image = xstrdup(words.v[0]);
	f->platform = steal_ptr(r->flags.platform);
	return words.n == 3 ? stage_name(words.v[2], &f->name, e) : 0;
}

/* ---- KEY=VALUE ---- */

static void add_pair(struct df_pairs *p, const char *key, size_t n,
		     const char *value)
{
	p->v = xrealloc(p->v, p->n + 1, sizeof(*p->v));
	p->v[p->n++] = (struct df_pair){
		xstrndup(key, n), value ? xstrdup(value) : NULL
	};
}

/* KEY=VALUE ..., or of old: KEY and the rest of the line. */
static int read_pairs(struct df_reading *r, struct err *e)
{
	struct df_pairs *p = &r->in->pairs;
	auto_strv struct strv words = { 0 };

	TRY(words_quoted(r->rest, r->escape, &words, e));
	if (words.n == 0)
		return err_set(e, EINVAL, "it needs KEY=VALUE");
	if (!strchr(words.v[0], '=')) {
		size_t n = strcspn(r->rest, DF_BLANKS);

		if (!r->rest[n])
			return err_set(e, EINVAL, "'%.60s' has no value: it "
				       "needs KEY=VALUE", r->rest);
		add_pair(p, r->rest, n, r->rest + n + strspn(r->rest + n,
							     DF_BLANKS));
		return 0;
	}
	for (size_t i = 0; i < words.n; i++) {
		char *value = strchr(words.v[i], '=');

		if (!value)
			return err_set(e, EINVAL, "'%.60s' is not KEY=VALUE; "
				       "a value with blanks needs quotes",
				       words.v[i]);
		if (value == words.v[i])
			return err_set(e, EINVAL, "'%.60s' has no name",
				       words.v[i]);
		add_pair(p, words.v[i], value - words.v[i], value + 1);
	}
	return 0;
}

static int read_arg(struct df_reading *r, struct err *e)
{
	auto_strv struct strv words = { 0 };

	TRY(words_quoted(r->rest, r->escape, &words, e));
	if (words.n == 0)
		return err_set(e, EINVAL, "it needs a name");
	for (size_t i = 0; i < words.n; i++) {
		char *value = strchr(words.v[i], '=');
		size_t n = strcspn(words.v[i], "=");

		if (n == 0)
			return err_set(e, EINVAL, "'%.60s' has no name",
				       words.v[i]);
		add_pair(&r->in->pairs, words.v[i], n,
			 value ? value + 1 : NULL);
	}
	return 0;
}

/* ---- lists ---- */

static int read_expose(struct df_reading *r, struct err *e)
{
	TRY(need_argument(r, e));
	return words_plain(r->rest, &r->in->words, e);
}

static int read_volume(struct df_reading *r, struct err *e)
{
	struct strv *w = &r->in->words;

	TRY(need_argument(r, e));
	TRY(words_json_or_plain(r->rest, w, e));
	if (w->n == 0)
		return err_set(e, EINVAL, "it needs an argument");
	for (size_t i = 0; i < w->n; i++)
		if (!w->v[i][strspn(w->v[i], DF_BLANKS)])
			return err_set(e, EINVAL, "a volume has no path");
	return 0;
}

/* ---- commands ---- */

int df_command_read(const char *rest, bool empty, struct df_command *ret,
		    struct err *e)
{
	int r = words_json(rest, &ret->words, e);

	TRY(r);
	ret->exec = r == 1;
	if (!ret->exec && *rest)
		strv_add(&ret->words, rest);
	if (ret->words.n == 0 && !empty)
		return err_set(e, EINVAL, "it needs a command");
	return 0;
}

static int read_cmd(struct df_reading *r, struct err *e)
{
	TRY(need_argument(r, e));
	return df_command_read(r->rest, true, &r->in->command, e);
}

/* With nothing, the image has none. */
static int read_entrypoint(struct df_reading *r, struct err *e)
{
	return df_command_read(r->rest, true, &r->in->command, e);
}

static int read_shell(struct df_reading *r, struct err *e)
{
	TRY(df_command_read(r->rest, false, &r->in->command, e));
	return r->in->command.exec ? 0 :
	       err_set(e, EINVAL, "it needs a list in JSON: "
		       "SHELL [\"/bin/bash\", \"-c\"]");
}

/* ---- which one ---- */

static const struct {
	const char *name;
	read_fn *fn;
} kinds[DF_KINDS] = {
	[DF_FROM] = { "FROM", read_from },
	[DF_ADD] = { "ADD", df_copy_read },
	[DF_ARG] = { "ARG", read_arg },
	[DF_CMD] = { "CMD", read_cmd },
	[DF_COPY] = { "COPY", df_copy_read },
	[DF_ENTRYPOINT] = { "ENTRYPOINT", read_entrypoint },
	[DF_ENV] = { "ENV", read_pairs },
	[DF_EXPOSE] = { "EXPOSE", read_expose },
	[DF_HEALTHCHECK] = { "HEALTHCHECK", df_health_read },
	[DF_LABEL] = { "LABEL", read_pairs },
	[DF_MAINTAINER] = { "MAINTAINER", read_word },
	[DF_ONBUILD] = { "ONBUILD", read_onbuild },
	[DF_RUN] = { "RUN", df_run_read },
	[DF_SHELL] = { "SHELL", read_shell },
	[DF_STOPSIGNAL] = { "STOPSIGNAL", read_word },
	[DF_USER] = { "USER", read_word },
	[DF_VOLUME] = { "VOLUME", read_volume },
	[DF_WORKDIR] = { "WORKDIR", read_word },
};

const char *df_kind_name(enum df_kind k)
{
	return kinds[k].name;
}

enum df_kind df_kind_find(const char *name, size_t n)
{
	enum df_kind k = 0;

	while (k < DF_KINDS && (strlen(kinds[k].name) != n ||
				strncasecmp(kinds[k].name, name, n) != 0))
		k++;
	return k;
}

static int unknown(const char *text, size_t n, struct err *e)
{
	auto_free char *name = xstrndup(text, n < 40 ? n : 40);
	auto_free char *upper = xstrdup(name);
	const char *names[DF_KINDS + 1] = { NULL };
	const char *near;

	for (char *p = upper; *p; p++)
		*p = toupper((unsigned char)*p);
	for (size_t i = 0; i < DF_KINDS; i++)
		names[i] = kinds[i].name;
	near = nearest_word(upper, names);
	return err_set(e, EINVAL, "unknown instruction: %s%s%s%s", name,
		       near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

int df_instruction_read(const struct df_line *l, char escape,
			struct df_instruction *ret, struct err *e)
{
	size_t n = strcspn(l->text, DF_BLANKS);
	struct df_reading r = { .line = l, .escape = escape, .in = ret };
	int code;

	*ret = (struct df_instruction){ .first = l->first, .last = l->last };
	ret->kind = df_kind_find(l->text, n);
	if (ret->kind == DF_KINDS)
		return unknown(l->text, n, e);
	ret->text = xstrdup(l->text);
	code = df_flags_read(ret->kind, l->text + n, &r.flags, &r.rest, e);
	if (code == 0)
		code = kinds[ret->kind].fn(&r, e);
	df_flags_release(&r.flags);
	return code < 0 ? err_wrap(e, "%s", kinds[ret->kind].name) : 0;
}
