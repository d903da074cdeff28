/* secret.c - --secret and --ssh: what RUN may see, and no image has. */
#include "cmd/build/run_life.h"

#include "core/base/file.h"

#define SECRET_MAX (500 << 10) /* as BuildKit's */

/* id=ID[,src=FILE|,env=NAME][,type=file|env] */
struct secret {
	char *id, *src, *env;
};

static void release(struct secret *s)
{
	free(s->id);
	free(s->src);
	free(s->env);
	*s = (struct secret){ 0 };
}

static void put(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static int set(struct secret *s, const char *key, const char *value,
	       bool *env, struct err *e)
{
	if (streq(key, "id"))
		put(&s->id, value);
	else if (streq(key, "src") || streq(key, "source"))
		put(&s->src, value);
	else if (streq(key, "env"))
		put(&s->env, value);
	else if (streq(key, "type") && streq(value, "env"))
		*env = true;
	else if (!streq(key, "type") || !streq(value, "file"))
		return err_set(e, EINVAL, "--secret: unexpected '%s=%s' (it "
			       "is id=ID,src=FILE or id=ID,env=NAME)", key,
			       value);
	return 0;
}

static int parse(const char *text, struct secret *ret, struct err *e)
{
	auto_strv struct strv fields = { 0 };
	bool env = false;

	strv_split(&fields, text, ',');
	for (size_t i = 0; i < fields.n; i++) {
		char *eq = strchr(fields.v[i], '=');

		if (!eq)
			return err_set(e, EINVAL, "--secret '%s': '%s' is no "
				       "KEY=VALUE", text, fields.v[i]);
		*eq = '\0';
		TRY(set(ret, fields.v[i], eq + 1, &env, e));
	}
	if (!ret->id || !*ret->id)
		return err_set(e, EINVAL, "--secret '%s': id= is missing",
			       text);
	/* type=env: src names the variable */
	if (env && ret->src && !ret->env)
		ret->env = steal_ptr(ret->src);
	return 0;
}

int secret_check(const char *text, struct err *e)
{
	struct secret s = { 0 };
	int r = parse(text, &s, e);

	release(&s);
	return r;
}

static int read_one(const struct secret *s, char **ret, size_t *ret_n,
		    struct err *e)
{
	const char *path = s->src ? s->src : s->id;

	/* as docker: a variable of its own name goes before a file */
	const char *name = s->env ? s->env : s->src ? NULL : s->id;
	const char *value = name ? getenv(name) : NULL;

	if (value) {
		*ret = xstrdup(value);
		*ret_n = strlen(value);
		return 0;
	}
	if (s->env)
		return err_set(e, ENOENT, "secret %s: there is no variable %s",
			       s->id, s->env);
	if (file_read(AT_FDCWD, path, SECRET_MAX, ret, ret_n, e) < 0)
		return err_wrap(e, "secret %s", s->id);
	return 0;
}

int secret_read(const struct build_options *o, const char *id, char **ret,
		size_t *ret_n, struct err *e)
{
	*ret = NULL;
	for (size_t i = o->secrets.n; i-- > 0;) {
		struct secret s = { 0 };
		int r = parse(o->secrets.v[i], &s, e);

		if (r == 0 && streq(s.id, id))
			r = read_one(&s, ret, ret_n, e);
		release(&s);
		if (r < 0 || *ret)
			return r;
	}
	return 0;
}

int ssh_check(const char *text, struct err *e)
{
	const char *eq = strchr(text, '='), *agent = getenv("SSH_AUTH_SOCK");
	struct stat st;

	if (!eq && !agent)
		return err_set(e, ENOENT, "--ssh %s: there is no agent "
			       "(SSH_AUTH_SOCK is not set: eval $(ssh-agent) "
			       "and ssh-add, or --ssh %s=SOCKET)", text, text);
	if (stat(eq ? eq + 1 : agent, &st) < 0)
		return err_sys(e, "--ssh %s: look at %s", text,
			       eq ? eq + 1 : agent);
	return S_ISSOCK(st.st_mode) ? 0 :
		err_set(e, ENOTSOCK, "--ssh %s: %s is no agent's socket (a key "
			"goes into an agent: ssh-add)", text,
			eq ? eq + 1 : agent);
}

/* --ssh default | ID[=SOCKET] */
char *ssh_socket(const struct build_options *o, const char *id)
{
	const char *agent = getenv("SSH_AUTH_SOCK");

	for (size_t i = 0; i < o->ssh.n; i++) {
		const char *text = o->ssh.v[i];
		size_t n = strcspn(text, "=");

		if (n != strlen(id) || strncmp(text, id, n) != 0)
			continue;
		return text[n] ? xstrdup(text + n + 1) :
		       agent ? xstrdup(agent) : NULL;
	}
	return NULL;
}
