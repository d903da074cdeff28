/* lint.c - the rules of build checks. */
#include "fs/dockerfile/lint.h"

#include "core/base/nearest.h"
#include "fs/dockerfile/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#define ALL "all"

struct lint {
	const struct dockerfile *d;
	struct df_warnings *w;
	const struct df_stage *stage; /* NULL: in front of the first */
	size_t lower, upper;          /* instructions written so */
	bool shell, workdir;          /* the stage has SHELL, an absolute path */
	size_t had[DF_KINDS];         /* in the stage */
	const char *at;               /* where the line `line` begins; they */
	size_t line;                  /* go through the text once */
};

typedef void rule_fn(struct lint *l, const char *rule,
		     const struct df_instruction *in);

static PRINTF(4, 5) void warn(struct lint *l, const char *rule, size_t line,
			      const char *format, ...)
{
	struct df_warnings *w = l->w;
	char text[512];
	va_list ap;

	if (strv_has(&w->skip, rule) || strv_has(&w->skip, ALL))
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	w->v = xrealloc(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = (struct df_warning){ rule, line, xstrdup(text) };
}

/* The instruction's name as it is typed. */
static char *typed(const struct df_instruction *in)
{
	return xstrndup(in->text, strcspn(in->text, DF_BLANKS));
}

static bool has_case(const char *s, int (*is)(int c))
{
	for (; *s; s++)
		if (is((unsigned char)*s))
			return true;
	return false;
}

/* ---- FROM ---- */

/* "AS Name" of the line; false: it has no name. */
static bool as_name(const struct df_instruction *in, struct strv *words)
{
	struct err ignored;

	return in->from.name && words_plain(in->text, words, &ignored) == 0 &&
	       words->n > 2;
}

static void stage_name_casing(struct lint *l, const char *rule,
			      const struct df_instruction *in)
{
	auto_strv struct strv w = { 0 };

	if (as_name(in, &w) && has_case(w.v[w.n - 1], isupper))
		warn(l, rule, in->first, "Stage name '%s' should be lowercase",
		     w.v[w.n - 1]);
}

static void from_as_casing(struct lint *l, const char *rule,
			   const struct df_instruction *in)
{
	auto_strv struct strv w = { 0 };

	if (as_name(in, &w) && has_case(w.v[0], isupper) !=
				       has_case(w.v[w.n - 2], isupper))
		warn(l, rule, in->first, "'%s' and '%s' keywords' casing do "
		     "not match", w.v[w.n - 2], w.v[0]);
}

static void reserved_stage_name(struct lint *l, const char *rule,
				const struct df_instruction *in)
{
	const char *name = in->from.name;

	if (streq(name, "scratch") || streq(name, "context"))
		warn(l, rule, in->first, "Stage name should not use the same "
		     "name as reserved stage \"%s\"", name);
}

static void duplicate_stage_name(struct lint *l, const char *rule,
				 const struct df_instruction *in)
{
	for (size_t i = 0; in->from.name && &l->d->stages[i] < l->stage; i++) {
		if (!streq(l->d->stages[i].from.from.name, in->from.name))
			continue;
		warn(l, rule, in->first, "Duplicate stage name '%s', stage "
		     "names should be unique", in->from.name);
		return;
	}
}

static void redundant_target_platform(struct lint *l, const char *rule,
				      const struct df_instruction *in)
{
	const char *p = in->from.platform;

	if (streq(p, "$TARGETPLATFORM") || streq(p, "${TARGETPLATFORM}"))
		warn(l, rule, in->first, "Setting platform to predefined %s in "
		     "FROM is redundant as this is the default behavior", p);
}

static void platform_const(struct lint *l, const char *rule,
			   const struct df_instruction *in)
{
	if (in->from.platform && !strchr(in->from.platform, '$'))
		warn(l, rule, in->first, "FROM --platform flag should not use "
		     "constant value \"%s\"", in->from.platform);
}

/* ---- commands ---- */

static void json_args(struct lint *l, const char *rule,
		      const struct df_instruction *in)
{
	if (!in->command.exec && !l->shell)
		warn(l, rule, in->first, "JSON arguments recommended for %s to "
		     "prevent unintended behavior related to OS signals",
		     df_kind_name(in->kind));
}

static void several(struct lint *l, const char *rule,
		    const struct df_instruction *in)
{
	if (l->had[in->kind])
		warn(l, rule, in->first, "Multiple %s instructions should not "
		     "be used in the same stage because only the last one "
		     "will be used", df_kind_name(in->kind));
}

static void maintainer(struct lint *l, const char *rule,
		       const struct df_instruction *in)
{
	warn(l, rule, in->first, "Maintainer instruction is deprecated in "
	     "favor of using label");
}

static void workdir_relative(struct lint *l, const char *rule,
			     const struct df_instruction *in)
{
	if (*in->word == '/' || *in->word == '$')
		l->workdir = true;
	else if (!l->workdir)
		warn(l, rule, in->first, "Relative workdir \"%s\" can have "
		     "unexpected results if the base image changes", in->word);
}

static void expose_casing(struct lint *l, const char *rule,
			  const struct df_instruction *in)
{
	for (size_t i = 0; i < in->words.n; i++) {
		const char *slash = strchr(in->words.v[i], '/');

		if (slash && !strchr(slash, '$') && has_case(slash, isupper))
			warn(l, rule, in->first, "Defined protocol '%s' in "
			     "EXPOSE instruction should be lowercase",
			     in->words.v[i]);
	}
}

/* ---- KEY=VALUE ---- */

static void legacy_pair(struct lint *l, const char *rule,
			const struct df_instruction *in)
{
	const char *rest = in->text + strcspn(in->text, DF_BLANKS);
	const char *name = df_kind_name(in->kind);
	size_t n;

	rest += strspn(rest, DF_BLANKS);
	n = in->pairs.n == 1 ? strlen(in->pairs.v[0].key) : 0;
	if (n && strncmp(rest, in->pairs.v[0].key, n) == 0 &&
	    strchr(DF_BLANKS, rest[n]) && rest[n])
		warn(l, rule, in->first, "\"%s key=value\" should be used "
		     "instead of legacy \"%s key value\" format", name, name);
}

/* One of the words between underscores. */
static bool is_secret(const char *key)
{
	static const char *const words[] = {
		"apikey", "auth", "credential", "credentials", "key",
		"password", "pword", "passwd", "secret", "token",
	};
	auto_strv struct strv parts = { 0 };
	bool secret = false;

	strv_split(&parts, key, '_');
	for (size_t i = 0; i < parts.n; i++) {
		if (strcasecmp(parts.v[i], "public") == 0)
			return false;
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			secret |= strcasecmp(parts.v[i], words[k]) == 0;
	}
	return secret;
}

static void secrets(struct lint *l, const char *rule,
		    const struct df_instruction *in)
{
	for (size_t i = 0; i < in->pairs.n; i++)
		if (is_secret(in->pairs.v[i].key))
			warn(l, rule, in->first, "Do not use ARG or ENV "
			     "instructions for sensitive data (%s \"%s\")",
			     df_kind_name(in->kind), in->pairs.v[i].key);
}

/* ---- how it is written ---- */

static void casing(struct lint *l, const char *rule,
		   const struct df_instruction *in)
{
	auto_free char *name = typed(in);
	bool upper = l->upper >= l->lower;

	if (has_case(name, upper ? islower : isupper))
		warn(l, rule, in->first, "Command '%s' should match the case "
		     "of the command majority (%s)", name,
		     upper ? "uppercase" : "lowercase");
}

static bool has_heredocs(const struct df_instruction *in)
{
	return in->kind == DF_RUN ? in->run.heredocs.n :
	       in->kind == DF_COPY || in->kind == DF_ADD ?
		       in->copy.inlined.n : in->kind == DF_ONBUILD;
}

static void empty_continuation(struct lint *l, const char *rule,
			       const struct df_instruction *in)
{
	bool empty = false;

	for (; *l->at && l->line <= in->last; l->line++) {
		size_t n = strcspn(l->at, "\n");

		empty |= l->line > in->first && strspn(l->at, " \t\r") >= n;
		l->at += n + (l->at[n] == '\n');
	}
	if (empty && !has_heredocs(in))
		warn(l, rule, in->first, "Empty continuation line");
}

/* ---- all of them ---- */

#define BIT(k) (1u << (k))
#define ANY (~0u)

static const struct rule {
	const char *name;
	unsigned int of; /* BIT() of each instruction */
	rule_fn *fn;
} rules[] = {
	{ "StageNameCasing", BIT(DF_FROM), stage_name_casing },
	{ "FromAsCasing", BIT(DF_FROM), from_as_casing },
	{ "ReservedStageName", BIT(DF_FROM), reserved_stage_name },
	{ "DuplicateStageName", BIT(DF_FROM), duplicate_stage_name },
	{ "RedundantTargetPlatform", BIT(DF_FROM), redundant_target_platform },
	{ "FromPlatformFlagConstDisallowed", BIT(DF_FROM), platform_const },
	{ "JSONArgsRecommended", BIT(DF_CMD) | BIT(DF_ENTRYPOINT), json_args },
	{ "MultipleInstructionsDisallowed", BIT(DF_CMD) | BIT(DF_ENTRYPOINT) |
	  BIT(DF_HEALTHCHECK), several },
	{ "MaintainerDeprecated", BIT(DF_MAINTAINER), maintainer },
	{ "WorkdirRelativePath", BIT(DF_WORKDIR), workdir_relative },
	{ "ExposeProtoCasing", BIT(DF_EXPOSE), expose_casing },
	{ "LegacyKeyValueFormat", BIT(DF_ENV) | BIT(DF_LABEL), legacy_pair },
	{ "SecretsUsedInArgOrEnv", BIT(DF_ARG) | BIT(DF_ENV), secrets },
	{ "ConsistentInstructionCasing", ANY, casing },
	{ "NoEmptyContinuation", ANY, empty_continuation },
};

static void check(struct lint *l, const struct df_instruction *in)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].of & BIT(in->kind))
			rules[i].fn(l, rules[i].name, in);
	l->had[in->kind]++;
	l->shell |= in->kind == DF_SHELL;
}

static void check_all(struct lint *l)
{
	const struct dockerfile *d = l->d;

	for (size_t i = 0; i < d->head.n; i++)
		check(l, &d->head.v[i]);
	for (size_t i = 0; i < d->n_stages; i++) {
		l->stage = &d->stages[i];
		l->shell = l->workdir = false;
		memset(l->had, 0, sizeof(l->had));
		check(l, &l->stage->from);
		for (size_t k = 0; k < l->stage->instructions.n; k++)
			check(l, &l->stage->instructions.v[k]);
	}
}

static void count(struct lint *l, const struct df_instruction *in)
{
	auto_free char *name = typed(in);

	l->upper += !has_case(name, islower);
	l->lower += !has_case(name, isupper);
}

static void count_all(struct lint *l)
{
	const struct dockerfile *d = l->d;

	for (size_t i = 0; i < d->head.n; i++)
		count(l, &d->head.v[i]);
	for (size_t i = 0; i < d->n_stages; i++) {
		count(l, &d->stages[i].from);
		for (size_t k = 0; k < d->stages[i].instructions.n; k++)
			count(l, &d->stages[i].instructions.v[k]);
	}
}

/* ---- the directive ---- */

/* BuildKit has more rules than we: an unknown one is only told if near. */
static int take_skip(const char *value, struct df_warnings *w, struct err *e)
{
	const char *names[ARRAY_LEN(rules) + 1] = { NULL };
	auto_strv struct strv words = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		names[i] = rules[i].name;
	strv_split(&words, value, ',');
	for (size_t i = 0; i < words.n; i++) {
		const char *near = nearest_word(words.v[i], names);

		if (near && strcasecmp(near, words.v[i]) == 0)
			strv_add(&w->skip, near);
		else if (strcasecmp(words.v[i], ALL) == 0)
			strv_add(&w->skip, ALL);
		else if (near)
			return err_set(e, EINVAL, "skip=%.60s: did you mean "
				       "%s?", words.v[i], near);
	}
	return 0;
}

static int take(const char *field, struct df_warnings *w, struct err *e)
{
	const char *value = strchr(field, '=');

	if (skip_prefix(field, "skip="))
		return take_skip(value + 1, w, e);
	if (skip_prefix(field, "experimental="))
		return 0;
	if (!skip_prefix(field, "error="))
		return err_set(e, EINVAL, "'%.60s' is neither skip=RULE,... nor "
			       "error=true", field);
	w->error = strcasecmp(value + 1, "true") == 0;
	return w->error || strcasecmp(value + 1, "false") == 0 ? 0 :
	       err_set(e, EINVAL, "error=%.40s: it is true or false",
		       value + 1);
}

static int read_directive(const struct dockerfile *d, struct df_warnings *w,
			  struct err *e)
{
	auto_strv struct strv fields = { 0 };

	if (!d->check)
		return 0;
	strv_split(&fields, d->check, ';');
	for (size_t i = 0; i < fields.n; i++)
		if (*fields.v[i] && take(fields.v[i], w, e) < 0)
			return err_wrap(e, "%s: the directive check", d->file);
	return 0;
}

int dockerfile_lint(const struct dockerfile *d, struct df_warnings *ret,
		    struct err *e)
{
	struct lint l = { .d = d, .w = ret, .at = d->text, .line = 1 };

	*ret = (struct df_warnings){ 0 };
	TRY(read_directive(d, ret, e));
	count_all(&l);
	check_all(&l);
	return 0;
}

void df_warnings_release(struct df_warnings *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].text);
	free(w->v);
	strv_release(&w->skip);
	*w = (struct df_warnings){ 0 };
}
