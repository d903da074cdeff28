/* credential.c - the credentials of a registry, from wherever they are. */
#include "fs/transfer/credential.h"

#include "core/base/file.h"
#include "core/base/json.h"
#include "fs/transfer/credential_helper.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/file.h>

#define HUB_KEY "https://index.docker.io/v1/"

void secret_free(char *s)
{
	if (s)
		OPENSSL_cleanse(s, strlen(s));
	free(s);
}

void credential_release(struct credential *c)
{
	secret_free(c->user);
	secret_free(c->secret);
	secret_free(c->token);
	*c = (struct credential){ 0 };
}

/* ---- text ---- */

char *credential_key(const char *key)
{
	const char *s = skip_prefix(key, "https://");
	char *text;
	size_t n;

	if (!s)
		s = skip_prefix(key, "http://");
	text = xstrdup(s ? s : key);
	n = strlen(text);
	while (n && text[n - 1] == '/')
		text[--n] = '\0';
	if (n > 3 && (has_suffix(text, "/v1") || has_suffix(text, "/v2")))
		text[n - 3] = '\0';
	if (streq(text, "index.docker.io") ||
	    streq(text, "registry-1.docker.io")) {
		free(text);
		text = xstrdup("docker.io");
	}
	return text;
}

int credential_decode(const char *base64, struct credential *ret,
		      struct err *e)
{
	size_t n = strlen(base64);
	auto_free char *text = xcalloc(1, n + 4);
	char *colon;
	int len = n % 4 ? -1 : EVP_DecodeBlock((unsigned char *)text,
					       (const unsigned char *)base64,
					       (int)n);

	if (len < 0)
		return err_set(e, EINVAL, "'auth' is not base64");
	colon = strchr(text, ':');
	if (!colon)
		return err_set(e, EINVAL, "'auth' is not USER:PASSWORD");
	*colon = '\0';
	ret->user = xstrdup(text);
	ret->secret = xstrdup(colon + 1);
	OPENSSL_cleanse(text, n);
	return 0;
}

static char *encode(const struct credential *c)
{
	auto_free char *plain = xasprintf("%s:%s", c->user, c->secret);
	size_t n = strlen(plain);
	char *text = xmalloc(4 * ((n + 2) / 3) + 1);

	EVP_EncodeBlock((unsigned char *)text, (unsigned char *)plain, (int)n);
	OPENSSL_cleanse(plain, n);
	return text;
}

char *credential_basic(const struct credential *c)
{
	auto_free char *text = encode(c);

	return xasprintf("Basic %s", text);
}

/* ---- the files ---- */

static char *in_home(const char *variable, const char *below)
{
	const char *home = getenv("HOME"), *dir = getenv(variable);

	if (dir && *dir == '/')
		return xasprintf("%s/%s", dir, below);
	return xasprintf("%s/.config/%s", home ? home : "", below);
}

/* Where login writes. */
static char *own_file(const char *authfile)
{
	const char *dir = getenv("DOCKER_CONFIG"), *home = getenv("HOME");

	if (!authfile || !*authfile)
		authfile = getenv("REGISTRY_AUTH_FILE");
	if (authfile && *authfile)
		return xstrdup(authfile);
	if (dir && *dir)
		return xasprintf("%s/config.json", dir);
	return xasprintf("%s/.docker/config.json", home ? home : "");
}

static void list_files(const char *authfile, struct strv *ret)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *home = getenv("HOME");
	const char *named = getenv("REGISTRY_AUTH_FILE");
	const char *docker = getenv("DOCKER_CONFIG");

	if ((authfile && *authfile) || (named && *named) ||
	    (docker && *docker)) {
		strv_take(ret, own_file(authfile));
		return;
	}
	if (runtime && *runtime == '/')
		strv_printf(ret, "%s/containers/auth.json", runtime);
	strv_take(ret, in_home("XDG_CONFIG_HOME", "containers/auth.json"));
	strv_take(ret, own_file(NULL));
	strv_printf(ret, "%s/.dockercfg", home ? home : "");
}

/* One that was asked for by name has to be there; login makes it. */
static int check_named(const char *authfile, struct err *e)
{
	const char *named = authfile && *authfile ? authfile :
						    getenv("REGISTRY_AUTH_FILE");

	if (!named || !*named || access(named, F_OK) == 0)
		return 0;
	return err_sys(e, "read the credentials of %s (--authfile, "
		       "REGISTRY_AUTH_FILE)", named);
}

/* A file that is absent, empty or not ours to read is an empty object. */
static int read_config(const char *path, json_t **ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t n = 0;
	int r = file_read(AT_FDCWD, path, JSON_TEXT_MAX, &text, &n, e);

	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES ||
	    (r == 0 && strspn(text, " \t\r\n") == n)) {
		*ret = json_object();
		return 0;
	}
	TRY(r);
	r = json_parse(text, n, path, ret, e);
	OPENSSL_cleanse(text, n);
	TRY(r);
	if (json_is_object(*ret))
		return 0;
	json_decref(steal_ptr(*ret));
	return err_set(e, EINVAL, "%s is not a JSON object", path);
}

/* ~/.dockercfg is the auths object itself. */
static const json_t *auths_of(const char *path, const json_t *config)
{
	return has_suffix(path, "/.dockercfg") ? config :
	       json_object_get(config, "auths");
}

/* ---- finding ---- */

/* The entry whose key is the longest that `path` starts with. */
static const json_t *best_entry(const json_t *auths, const char *path)
{
	const json_t *best = NULL;
	size_t longest = 0;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)auths, key, v) {
		auto_free char *k = credential_key(key);
		const char *rest = skip_prefix(path, k);

		if (rest && (!*rest || *rest == '/') && strlen(k) > longest) {
			best = v;
			longest = strlen(k);
		}
	}
	return best;
}

static int from_entry(const json_t *entry, struct credential *ret,
		      struct err *e)
{
	const char *auth = NULL, *token = NULL, *user = NULL, *secret = NULL;

	TRY(json_str(entry, "auth", &auth, e));
	TRY(json_str(entry, "identitytoken", &token, e));
	TRY(json_str(entry, "username", &user, e));
	TRY(json_str(entry, "password", &secret, e));
	if (token && *token)
		ret->token = xstrdup(token);
	else if (auth && *auth)
		TRY(credential_decode(auth, ret, e));
	else if (user && secret) {
		ret->user = xstrdup(user);
		ret->secret = xstrdup(secret);
	}
	return ret->token || ret->user;
}

static char *host_of(const char *path)
{
	return xstrndup(path, strcspn(path, "/"));
}

static const char *helper_server(const char *host)
{
	return streq(host, "docker.io") ? HUB_KEY : host;
}

static int from_config(const char *file, const json_t *config,
		       const char *path, struct credential *ret, struct err *e)
{
	auto_free char *host = host_of(path);
	const json_t *helpers = NULL, *entry;
	const char *helper = NULL;
	int r;

	TRY(json_obj(config, "credHelpers", &helpers, e));
	if (helpers) {
		TRY(json_str(helpers, host, &helper, e));
		if (!helper && streq(host, "docker.io"))
			TRY(json_str(helpers, "index.docker.io", &helper, e));
	}
	if (helper)
		return credential_helper_get(helper, helper_server(host), ret,
					     e);
	entry = best_entry(auths_of(file, config), path);
	if (entry && json_is_object(entry)) {
		r = from_entry(entry, ret, e);
		if (r != 0)
			return r;
	}
	TRY(json_str(config, "credsStore", &helper, e));
	if (helper && *helper)
		return credential_helper_get(helper, helper_server(host), ret,
					     e);
	return 0;
}

int credential_find(const char *authfile, const char *path,
		    struct credential *ret, struct err *e)
{
	auto_strv struct strv files = { 0 };

	TRY(check_named(authfile, e));
	list_files(authfile, &files);
	for (size_t i = 0; i < files.n; i++) {
		auto_json json_t *config = NULL;
		int r;

		TRY(read_config(files.v[i], &config, e));
		r = from_config(files.v[i], config, path, ret, e);
		if (r < 0)
			return err_wrap(e, "%s", files.v[i]);
		if (r > 0)
			return r;
	}
	return 0;
}

/* ---- login and logout ---- */

/* The lock is beside the file: the file itself gets replaced. */
static int lock_beside(const char *path, struct err *e)
{
	auto_free char *dir = xstrdup(path), *name = NULL;
	char *slash = strrchr(dir, '/');
	int fd;

	if (slash && slash != dir) {
		*slash = '\0';
		TRY(mkdir_parents(AT_FDCWD, dir, 0700, e));
	}
	name = xasprintf("%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(e, "create %s", name);
	if (flock(fd, LOCK_EX) < 0) {
		err_sys(e, "lock %s", name);
		close(fd);
		return -e->code;
	}
	return fd;
}

static int write_config(const char *path, const json_t *config, struct err *e)
{
	char *text = json_dumps(config, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	int r = file_replace(AT_FDCWD, path, text, strlen(text), 0600, e);

	secret_free(text);
	return r;
}

static const char *config_helper(const json_t *config, const char *registry)
{
	const char *one = json_string_value(json_object_get(
		json_object_get(config, "credHelpers"), registry));
	const char *all = json_string_value(json_object_get(config,
							    "credsStore"));

	return one ? one : all && *all ? all : NULL;
}

/* Drop every key that means this registry. */
static int drop_entries(json_t *auths, const char *registry)
{
	const char *key;
	json_t *v;
	void *next;
	int n = 0;

	json_object_foreach_safe(auths, next, key, v) {
		auto_free char *k = credential_key(key);

		if (streq(k, registry)) {
			json_object_del(auths, key);
			n++;
		}
	}
	return n;
}

static json_t *auths_for_change(json_t *config)
{
	json_t *auths = json_object_get(config, "auths");

	if (!json_is_object(auths)) {
		auths = json_object();
		json_object_set_new(config, "auths", auths);
	}
	return auths;
}

static json_t *new_entry(const struct credential *c)
{
	json_t *entry = json_object();
	char *text = c->user ? encode(c) : NULL;

	if (text)
		json_object_set_new(entry, "auth", json_string(text));
	if (c->token)
		json_object_set_new(entry, "identitytoken",
				    json_string(c->token));
	secret_free(text);
	return entry;
}

int credential_store(const char *authfile, const char *registry,
		     const struct credential *c, char **ret_where,
		     struct err *e)
{
	auto_free char *path = own_file(authfile);
	auto_json json_t *config = NULL;
	auto_close int lock = lock_beside(path, e);
	const char *helper;
	json_t *auths;

	if (lock < 0)
		return lock;
	TRY(read_config(path, &config, e));
	helper = config_helper(config, registry);
	if (helper) {
		TRY(credential_helper_store(helper, helper_server(registry), c,
					    e));
		*ret_where = xasprintf("docker-credential-%s", helper);
		return 0;
	}
	auths = auths_for_change(config);
	drop_entries(auths, registry);
	json_object_set_new(auths, helper_server(registry), new_entry(c));
	TRY(write_config(path, config, e));
	*ret_where = steal_ptr(path);
	return 0;
}

static int erase_in(const char *path, const char *registry, struct err *e)
{
	auto_json json_t *config = NULL;
	auto_close int lock = -1;
	const char *helper;
	int n;

	if (access(path, F_OK) < 0)
		return 0;
	lock = lock_beside(path, e);
	if (lock < 0)
		return lock;
	TRY(read_config(path, &config, e));
	helper = config_helper(config, registry);
	if (helper)
		TRY(credential_helper_erase(helper, helper_server(registry),
					    e));
	n = drop_entries(auths_for_change(config), registry);
	if (n > 0)
		TRY(write_config(path, config, e));
	return n > 0 || helper;
}

int credential_erase(const char *authfile, const char *registry,
		     struct err *e)
{
	auto_strv struct strv files = { 0 };
	int found = 0;

	list_files(authfile, &files);
	for (size_t i = 0; i < files.n; i++) {
		int r;

		if (has_suffix(files.v[i], "/.dockercfg"))
			continue;
		r = erase_in(files.v[i], registry, e);
		if (r < 0)
			return r;
		found |= r;
	}
	return found;
}
