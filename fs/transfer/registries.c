/* registries.c - registries.conf and mirrors become a list of endpoints. */
#include "fs/transfer/registries.h"

#include "core/base/file.h"
#include "fs/transfer/toml.h"

#include <stdlib.h>

#define FILE_MAX_SIZE (1 << 20)

void endpoints_release(struct endpoints *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].host);
		free(l->v[i].path);
	}
	free(l->v);
	*l = (struct endpoints){ 0 };
}

/* ---- the plan ---- */

/* `location` is "host[:port][/path]"; `rest` is what follows the prefix. */
static void add(struct endpoints *l, const char *location, const char *rest,
		bool insecure, bool mirror)
{
	auto_free char *all = xasprintf("%s%s", location, rest);
	size_t n = strcspn(all, "/");
	struct endpoint *p;

	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	p = &l->v[l->n++];
	p->host = xstrndup(all, n);
	p->path = xstrdup(all[n] ? all + n + 1 : "");
	p->insecure = insecure;
	p->mirror = mirror;
	if (streq(p->host, "docker.io")) {
		free(p->host);
		p->host = xstrdup("registry-1.docker.io");
	}
}

/* What is left of `name` behind `prefix`; "*.example.com" fits subdomains. */
static const char *match(const char *name, const char *prefix)
{
	size_t host = strcspn(name, "/");
	const char *rest;

	if (prefix[0] == '*' && prefix[1] == '.') {
		size_t n = strlen(prefix + 1);

		return host > n && memcmp(name + host - n, prefix + 1, n) == 0 ?
		       name + host : NULL;
	}
	rest = skip_prefix(name, prefix);
	return rest && (!*rest || *rest == '/' || *rest == ':') ? rest : NULL;
}

static const char *prefix_of(const json_t *registry)
{
	const char *p = json_string_value(json_object_get(registry, "prefix"));

	return p && *p ? p : json_string_value(json_object_get(registry,
							       "location"));
}

/* The registry table with the longest prefix; *rest is what follows it. */
static const json_t *find(const json_t *files, const char *name,
			  const char **rest)
{
	const json_t *best = NULL;
	size_t longest = 0, i, k;
	json_t *file, *registry;

	json_array_foreach(files, i, file) {
		json_array_foreach(json_object_get(file, "registry"), k,
				   registry) {
			const char *prefix = prefix_of(registry);
			const char *r = prefix ? match(name, prefix) : NULL;

			if (!r || strlen(prefix) < longest)
				continue;
			best = registry;
			longest = strlen(prefix);
			*rest = r;
		}
	}
	return best;
}

static bool mirror_serves(const json_t *mirror, const json_t *registry,
			  const struct ref *ref)
{
	const char *how = json_string_value(json_object_get(
		mirror, "pull-from-mirror"));

	if (json_is_true(json_object_get(registry, "mirror-by-digest-only")))
		return ref->digest != NULL;
	if (streq(how, "digest-only"))
		return ref->digest != NULL;
	if (streq(how, "tag-only"))
		return ref->digest == NULL;
	return true;
}

static void add_mirrors(const json_t *registry, const struct ref *ref,
			const char *rest, struct endpoints *ret)
{
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(registry, "mirror"), i, m) {
		const char *at = json_string_value(json_object_get(m,
								   "location"));

		if (at && mirror_serves(m, registry, ref))
			add(ret, at, rest,
			    json_is_true(json_object_get(m, "insecure")), true);
	}
}

static void add_env_mirrors(const char *mirrors, const struct ref *ref,
			    struct endpoints *ret)
{
	auto_free char *path = xasprintf("/%s", ref->path);
	auto_strv struct strv list = { 0 };

	strv_split(&list, mirrors, ',');
	for (size_t i = 0; i < list.n; i++) {
		const char *at = skip_prefix(list.v[i], "https://");

		if (!at)
			at = list.v[i];
		if (*at)
			add(ret, at, path, false, true);
	}
}

int registries_plan(const json_t *files, const char *mirrors,
		    const struct ref *ref, struct endpoints *ret,
		    struct err *e)
{
	auto_free char *name = xasprintf("%s/%s", ref->domain, ref->path);
	const char *rest = "", *location = NULL;
	const json_t *registry = find(files, name, &rest);

	if (json_is_true(json_object_get(registry, "blocked")))
		return err_set(e, EACCES, "registry %s is blocked by "
			       "registries.conf", ref->domain);
	if (mirrors && streq(ref->domain, "docker.io"))
		add_env_mirrors(mirrors, ref, ret);
	if (!registry) {
		add(ret, name, "", false, false);
		return 0;
	}
	add_mirrors(registry, ref, rest, ret);
	location = json_string_value(json_object_get(registry, "location"));
	if (location && *location)
		add(ret, location, rest,
		    json_is_true(json_object_get(registry, "insecure")),
		    false);
	else
		add(ret, name, "",
		    json_is_true(json_object_get(registry, "insecure")),
		    false);
	return 0;
}

/* ---- the files ---- */

static int read_one(const char *path, json_t *files, struct err *e)
{
	auto_free char *text = NULL;
	json_t *doc;
	int r = file_read(AT_FDCWD, path, FILE_MAX_SIZE, &text, NULL, e);

	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
		return 0;
	TRY(r);
	if (toml_parse(text, &doc, e) < 0)
		return err_wrap(e, "%s", path);
	json_array_append_new(files, doc);
	return 1;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_conf(const struct dirent *d)
{
	return d->d_name[0] != '.' && has_suffix(d->d_name, ".conf");
}

static int read_folder(const char *dir, json_t *files, struct err *e)
{
	struct dirent **list;
	int n = scandir(dir, &list, is_conf, by_name), r = 0;

	if (n < 0)
		return 0;
	for (int i = 0; i < n; i++) {
		auto_free char *path = xasprintf("%s/%s", dir,
						 list[i]->d_name);

		if (r >= 0)
			r = read_one(path, files, e);
		free(list[i]);
	}
	free(list);
	return r < 0 ? r : 0;
}

static char *user_path(const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && *config == '/')
		return xasprintf("%s/containers/%s", config, name);
	return xasprintf("%s/.config/containers/%s", home ? home : "", name);
}

int registries_read(json_t **ret, struct err *e)
{
	auto_json json_t *files = json_array();
	auto_free char *own = user_path("registries.conf");
	auto_free char *own_folder = user_path("registries.conf.d");
	const char *named = getenv("CONTAINERS_REGISTRIES_CONF");
	int r;

	r = read_one(named && *named ? named : own, files, e);
	if (r == 0 && !(named && *named))
		r = read_one("/etc/containers/registries.conf", files, e);
	TRY(r);
	TRY(read_folder("/etc/containers/registries.conf.d", files, e));
	TRY(read_folder(own_folder, files, e));
	*ret = steal_ptr(files);
	return 0;
}
