/* env_file.c - environment entries as users write them. */
#include "core/env_file.h"

#include "core/base/json.h"

int env_add(const char *text, struct strv *env, struct err *e)
{
	auto_free char *key = xstrdup(text);
	char *eq = strchr(key, '=');
	const char *ours;

	if (!*key || eq == key)
		return err_set(e, EINVAL, "invalid environment variable: '%s'",
			       text);
	if (eq) {
		*eq = '\0';
		env_set(env, key, eq + 1);
		return 0;
	}
	ours = getenv(key);
	if (ours)
		env_set(env, key, ours);
	else
		env_unset(env, key);
	return 0;
}

static int add_line(char *line, const char *name, kv_add *add, struct strv *to,
		    struct err *e)
{
	auto_json json_t *utf8 = json_string(line);
	size_t key;

	if (!utf8)
		return err_set(e, EINVAL, "%s: a line is no UTF-8: '%.60s'",
			       name, line);
	line += strspn(line, " \t\r\v\f");
	if (!*line || *line == '#')
		return 0;
	key = strcspn(line, "=");
	if (key == 0)
		return err_set(e, EINVAL, "%s: no variable name on line '%.60s'",
			       name, line);
	if (strcspn(line, " \t") < key)
		return err_set(e, EINVAL, "%s: variable '%.*s' contains "
			       "whitespaces", name, (int)key, line);
	return add(line, to, e);
}

int kv_file_parse(const char *text, const char *name, kv_add *add,
		  struct strv *to, struct err *e)
{
	const char *bare = skip_prefix(text, "\xef\xbb\xbf");

	if (bare)
		text = bare;
	while (*text) {
		size_t n = strcspn(text, "\n");
		auto_free char *line = xstrndup(text, n);

		if (n && line[n - 1] == '\r')
			line[n - 1] = '\0';
		TRY(add_line(line, name, add, to, e));
		text += n + (text[n] == '\n');
	}
	return 0;
}

int env_file_parse(const char *text, const char *name, struct strv *env,
		   struct err *e)
{
	return kv_file_parse(text, name, env_add, env, e);
}
