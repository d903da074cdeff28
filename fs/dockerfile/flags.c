/* flags.c - which instruction has which flags. */
#include "fs/dockerfile/flags.h"

#include "core/base/nearest.h"
#include "fs/dockerfile/words.h"

#include <ctype.h>

#define BIT(k) (1u << (k))

enum flag_kind { FLAG_TEXT, FLAG_BOOL, FLAG_LIST };

#define ROW(of, kind, flag, field) \
	{ of, kind, flag, offsetof(struct df_flags, field) }

static const struct row {
	unsigned int of; /* BIT() of each instruction */
	enum flag_kind kind;
	const char *name;
	size_t offset;
} rows[] = {
	ROW(BIT(DF_FROM), FLAG_TEXT, "platform", platform),
	ROW(BIT(DF_COPY), FLAG_TEXT, "from", from),
	ROW(BIT(DF_COPY) | BIT(DF_ADD), FLAG_TEXT, "chown", chown),
	ROW(BIT(DF_COPY) | BIT(DF_ADD), FLAG_TEXT, "chmod", chmod),
	ROW(BIT(DF_COPY) | BIT(DF_ADD), FLAG_BOOL, "link", link),
	ROW(BIT(DF_COPY) | BIT(DF_ADD), FLAG_LIST, "exclude", excludes),
	ROW(BIT(DF_COPY), FLAG_BOOL, "parents", parents),
	ROW(BIT(DF_ADD), FLAG_TEXT, "checksum", checksum),
	ROW(BIT(DF_ADD), FLAG_BOOL, "keep-git-dir", keep_git_dir),
	ROW(BIT(DF_ADD), FLAG_BOOL, "unpack", unpack),
	ROW(BIT(DF_RUN), FLAG_LIST, "mount", mounts),
	ROW(BIT(DF_RUN), FLAG_TEXT, "network", network),
	ROW(BIT(DF_RUN), FLAG_TEXT, "security", security),
	ROW(BIT(DF_HEALTHCHECK), FLAG_TEXT, "interval", interval),
	ROW(BIT(DF_HEALTHCHECK), FLAG_TEXT, "timeout", timeout),
	ROW(BIT(DF_HEALTHCHECK), FLAG_TEXT, "start-period", start_period),
	ROW(BIT(DF_HEALTHCHECK), FLAG_TEXT, "start-interval", start_interval),
	ROW(BIT(DF_HEALTHCHECK), FLAG_TEXT, "retries", retries),
};

static const struct row *find(enum df_kind k, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((rows[i].of & BIT(k)) && streq(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static int unknown(enum df_kind k, const char *name, struct err *e)
{
	const char *names[ARRAY_LEN(rows) + 1] = { NULL };
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].of & BIT(k))
			names[n++] = rows[i].name;
	near = nearest_word(name, names);
	if (near)
		return err_set(e, EINVAL, "unknown flag: --%.60s; did you mean "
			       "--%s?", name, near);
	if (n == 0)
		return err_set(e, EINVAL, "unknown flag: --%.60s; %s has none",
			       name, df_kind_name(k));
	return err_set(e, EINVAL, "unknown flag: --%.60s", name);
}

static int take_bool(const struct row *row, const char *value, char **slot,
		     struct err *e)
{
	if (value && strcasecmp(value, "true") != 0 &&
	    strcasecmp(value, "false") != 0)
		return err_set(e, EINVAL, "--%s is true or false, not '%.40s'",
			       row->name, value);
	*slot = xstrdup(value && (*value == 'f' || *value == 'F') ? "false" :
								  "true");
	return 0;
}

static int take(enum df_kind k, char *flag, struct df_flags *f, struct err *e)
{
	char *value = strchr(flag, '=');
	const struct row *row;
	char **slot;

	if (value)
		*value++ = '\0';
	row = find(k, flag);
	if (!row)
		return unknown(k, flag, e);
	slot = (char **)((char *)f + row->offset);
	if (row->kind != FLAG_BOOL && !value)
		return err_set(e, EINVAL, "--%s needs a value: --%s=...",
			       row->name, row->name);
	if (row->kind == FLAG_LIST) {
		strv_add((struct strv *)slot, value);
		return 0;
	}
	if (*slot)
		return err_set(e, EINVAL, "--%s is there twice", row->name);
	if (row->kind == FLAG_BOOL)
		return take_bool(row, value, slot, e);
	*slot = xstrdup(value);
	return 0;
}

int df_flags_read(enum df_kind k, const char *s, struct df_flags *ret,
		  const char **ret_rest, struct err *e)
{
	auto_strv struct strv words = { 0 };

	TRY(words_flags(s, &words, ret_rest, e));
	for (size_t i = 0; i < words.n; i++)
		TRY(take(k, words.v[i], ret, e));
	return 0;
}

void df_flags_release(struct df_flags *f)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		void *slot = (char *)f + rows[i].offset;

		if (rows[i].kind == FLAG_LIST)
			strv_release(slot);
		else
			free(*(char **)slot);
	}
}
