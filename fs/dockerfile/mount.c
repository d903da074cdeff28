/* mount.c - the mounts of RUN. */
#include "fs/dockerfile/mount.h"

#include "core/base/csv.h"
#include "core/base/nearest.h"

struct reading {
	struct df_mount *m;
	df_value_fn *value;
	void *arg;
	bool readonly_said, sharing_said, required_said, size_said;
	bool later; /* a value is not known yet */
};

typedef int key_fn(struct reading *r, const char *key, char *value,
		   struct err *e);

static int bad_value(const char *key, const char *value, struct err *e)
{
	return err_set(e, EINVAL, "invalid value for %s: '%.60s'", key, value);
}

/* Go's strconv.ParseBool. */
static int read_bool(const char *key, const char *s, bool *ret, struct err *e)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true",
					   "True" };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false",
					  "False" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (!streq(s, yes[i]) && !streq(s, no[i]))
			continue;
		*ret = streq(s, yes[i]);
		return 0;
	}
	return bad_value(key, s, e);
}

/* ---- keys ---- */

static const char *const kinds[] = { "bind", "cache", "tmpfs", "secret", "ssh",
				     NULL };
static const char *const sharings[] = { "shared", "private", "locked", NULL };

static int one_of(const char *key, const char *value, const char *const *words,
		  struct err *e)
{
	const char *near;

	for (int i = 0; words[i]; i++)
		if (strcasecmp(words[i], value) == 0)
			return i;
	near = nearest_word(value, words);
	return err_set(e, EINVAL, "unsupported %s '%.40s'%s%s%s", key, value,
		       near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

static int key_type(struct reading *r, const char *key UNUSED, char *value,
		    struct err *e)
{
	int kind = one_of("mount type", value, kinds, e);

	TRY(kind);
	r->m->kind = kind;
	return 0;
}

static int key_sharing(struct reading *r, const char *key UNUSED, char *value,
		       struct err *e)
{
	int sharing = one_of("sharing", value, sharings, e);

	TRY(sharing);
	r->m->sharing = sharing;
	r->sharing_said = true;
	return 0;
}

static void set(char **slot, const char *value)
{
	free(*slot);
	*slot = *value ? xstrdup(value) : NULL;
}

static int key_from(struct reading *r, const char *key UNUSED, char *value,
		    struct err *e UNUSED)
{
	set(&r->m->from, value);
	return 0;
}

static int key_source(struct reading *r, const char *key UNUSED, char *value,
		      struct err *e UNUSED)
{
	set(&r->m->source, value);
	return 0;
}

static int key_target(struct reading *r, const char *key UNUSED, char *value,
		      struct err *e UNUSED)
{
	set(&r->m->target, value);
	return 0;
}

static int key_id(struct reading *r, const char *key UNUSED, char *value,
		  struct err *e UNUSED)
{
	set(&r->m->id, value);
	return 0;
}

static int key_env(struct reading *r, const char *key UNUSED, char *value,
		   struct err *e UNUSED)
{
	set(&r->m->env, value);
	return 0;
}

static int key_readonly(struct reading *r, const char *key, char *value,
			struct err *e)
{
	r->readonly_said = true;
	return read_bool(key, value, &r->m->readonly, e);
}

static int key_readwrite(struct reading *r, const char *key, char *value,
			 struct err *e)
{
	bool rw = false;

	TRY(read_bool(key, value, &rw, e));
	r->readonly_said = true;
	r->m->readonly = !rw;
	return 0;
}

static int key_required(struct reading *r, const char *key, char *value,
			struct err *e)
{
	r->required_said = true;
	return read_bool(key, value, &r->m->required, e);
}

static int key_size(struct reading *r, const char *key, char *value,
		    struct err *e)
{
	r->size_said = true;
	return parse_size(value, &r->m->size) ? 0 : bad_value(key, value, e);
}

static int key_mode(struct reading *r, const char *key, char *value,
		    struct err *e)
{
	size_t n = strspn(value, "01234567");

	if (!n || value[n] || n > 8 || strtoul(value, NULL, 8) > 07777)
		return bad_value(key, value, e);
	r->m->mode = strtoul(value, NULL, 8);
	r->m->mode_set = true;
	return 0;
}

static int key_uid(struct reading *r, const char *key, char *value,
		   struct err *e)
{
	uint64_t n;

	if (!parse_u64(value, INT32_MAX, &n))
		return bad_value(key, value, e);
	r->m->uid = n;
	r->m->uid_set = true;
	return 0;
}

static int key_gid(struct reading *r, const char *key, char *value,
		   struct err *e)
{
	uint64_t n;

	if (!parse_u64(value, INT32_MAX, &n))
		return bad_value(key, value, e);
	r->m->gid = n;
	r->m->gid_set = true;
	return 0;
}

static const struct {
	const char *name;
	key_fn *fn;
	bool flag; /* may stand without a value: "true" */
} keys[] = {
	{ "type", key_type, false }, { "from", key_from, false },
	{ "source", key_source, false }, { "src", key_source, false },
	{ "target", key_target, false }, { "dst", key_target, false },
	{ "destination", key_target, false }, { "id", key_id, false },
	{ "env", key_env, false }, { "readonly", key_readonly, true },
	{ "ro", key_readonly, true }, { "readwrite", key_readwrite, true },
	{ "rw", key_readwrite, true }, { "required", key_required, true },
	{ "sharing", key_sharing, false }, { "size", key_size, false },
	{ "mode", key_mode, false }, { "uid", key_uid, false },
	{ "gid", key_gid, false },
};

static int unknown(const char *key, struct err *e)
{
	const char *names[ARRAY_LEN(keys) + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		names[i] = keys[i].name;
	near = nearest_word(key, names);
	return err_set(e, EINVAL, "unexpected key '%.40s'%s%s%s", key,
		       near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

/* ---- fields ---- */

static int read_value(struct reading *r, size_t i, const char *text,
		      struct err *e)
{
	const char *dollar = strchr(text, '$');
	auto_free char *value = NULL;

	if (keys[i].fn == key_from && dollar && dollar[1])
		return err_set(e, EINVAL, "'from' has no variables: give the "
			       "image a name by a stage, FROM %.60s AS name",
			       text);
	if (!r->value && dollar && keys[i].fn != key_from) {
		r->later = true;
		return 0;
	}
	if (r->value && keys[i].fn != key_from)
		TRY(r->value(r->arg, text, &value, e));
	else
		value = xstrdup(text);
	return keys[i].fn(r, keys[i].name, value, e);
}

static int read_field(struct reading *r, char *field, struct err *e)
{
	char *value = strchr(field, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcasecmp(field, keys[i].name) != 0)
			continue;
		if (value)
			return read_value(r, i, value, e);
		if (keys[i].flag)
			return read_value(r, i, "true", e);
		return err_set(e, EINVAL, "'%s' needs a value: %s=...",
			       keys[i].name, keys[i].name);
	}
	return unknown(field, e);
}

/* ---- what goes together ---- */

static int not_for(const struct df_mount *m, const char *key, struct err *e)
{
	return err_set(e, EINVAL, "'%s' is not for mounts of type %s", key,
		       kinds[m->kind]);
}

static int check(const struct reading *r, struct err *e)
{
	const struct df_mount *m = r->m;
	bool secret = m->kind == DF_MOUNT_SECRET, ssh = m->kind == DF_MOUNT_SSH;
	bool owned = secret || ssh || m->kind == DF_MOUNT_CACHE;

	if (m->mode_set && !owned)
		return not_for(m, "mode", e);
	if (m->uid_set && !owned)
		return not_for(m, "uid", e);
	if (m->gid_set && !owned)
		return not_for(m, "gid", e);
	if (r->required_said && !secret && !ssh)
		return not_for(m, "required", e);
	if (r->size_said && m->kind != DF_MOUNT_TMPFS)
		return not_for(m, "size", e);
	if (r->sharing_said && m->kind != DF_MOUNT_CACHE)
		return not_for(m, "sharing", e);
	if (m->from && (secret || ssh || m->kind == DF_MOUNT_TMPFS))
		return not_for(m, "from", e);
	if (m->env && !secret)
		return not_for(m, "env", e);
	if (!m->target && !secret && !ssh)
		return err_set(e, EINVAL, "a mount of type %s needs a target",
			       kinds[m->kind]);
	return 0;
}

/* A secret's source is another word for its id, its target names it too. */
static int name_secret(struct df_mount *m, struct err *e)
{
	const char *slash;

	if (m->kind != DF_MOUNT_SECRET)
		return 0;
	if (m->source && m->id)
		return err_set(e, EINVAL, "'source' and 'id' of a secret are "
			       "the same: give one");
	if (m->source)
		m->id = steal_ptr(m->source);
	if (!m->id && m->target) {
		slash = strrchr(m->target, '/');
		m->id = xstrdup(slash ? slash + 1 : m->target);
	}
	if (!m->id && m->env)
		m->id = xstrdup(m->env);
	return m->id ? 0 : err_set(e, EINVAL, "a secret needs an id");
}

int df_mount_parse(const char *text, df_value_fn *value, void *arg,
		   struct df_mount *ret, struct err *e)
{
	struct reading r = { .m = ret, .value = value, .arg = arg };
	auto_strv struct strv fields = { 0 };

	*ret = (struct df_mount){ .text = xstrdup(text) };
	if (!csv_split(text, &fields))
		return err_set(e, EINVAL, "--mount=%.60s: a quoted field has "
			       "no end", text);
	for (size_t i = 0; i < fields.n; i++)
		if (read_field(&r, fields.v[i], e) < 0)
			return err_wrap(e, "--mount=%.80s", text);
	if (!r.readonly_said)
		ret->readonly = ret->kind != DF_MOUNT_CACHE &&
				ret->kind != DF_MOUNT_TMPFS;
	if (!r.later && (check(&r, e) < 0 || name_secret(ret, e) < 0))
		return err_wrap(e, "--mount=%.80s", text);
	return 0;
}

void df_mount_release(struct df_mount *m)
{
	free(m->text);
	free(m->from);
	free(m->source);
	free(m->target);
	free(m->id);
	free(m->env);
}
