/* list_filter.c - `rl ps --filter`, by docker's rules. */
#include "cmd/container/list_filter.h"

#include "cmd/ui/filter.h"
#include "cmd/ui/status_text.h"
#include "core/base/json_skim.h"
#include "net/port.h"

#include <stdio.h>

static const char *const keys[] = {
	"ancestor", "before", "exited", "expose", "health", "id", "label",
	"name", "network", "publish", "since", "status", "volume", NULL,
};

bool list_filter_has(const struct list_filter *l, const char *key)
{
	for (size_t i = 0; i < l->f->n; i++)
		if (filter_value(l->f->v[i], key))
			return true;
	return false;
}

/* No filter of this key, or one that `fits` likes. */
static bool any(const struct list_filter *l, const char *key,
		bool (*fits)(const char *value, const void *arg),
		const void *arg)
{
	bool asked = false;

	for (size_t i = 0; i < l->f->n; i++) {
		const char *v = filter_value(l->f->v[i], key);

		asked |= v != NULL;
		if (v && fits(v, arg))
			return true;
	}
	return !asked;
}

/* ---- checked and resolved ---- */

static int one_of(const char *key, const char *value,
		  const char *const *words, struct err *e)
{
	for (const char *const *w = words; *w; w++)
		if (streq(*w, value))
			return 0;
	return err_set(e, EINVAL, "invalid filter '%s=%.60s'", key, value);
}

static int check_port(const char *key, const char *value, struct err *e)
{
	struct port_list l = { 0 };
	struct err ignored;
	int r = port_parse_expose(value, &l, &ignored);

	port_list_release(&l);
	return r < 0 ? err_set(e, EINVAL, "invalid filter '%s=%.60s': it is "
			       "PORT[-END][/udp]", key, value) : 0;
}

static int check_value(const char *f, struct err *e)
{
	static const char *const states[] = {
		"created", "running", "paused", "restarting", "removing",
		"exited", "dead", NULL,
	};
	static const char *const health[] = { "starting", "healthy",
					      "unhealthy", "none", NULL };
	const char *v;
	char *end;

	if ((v = filter_value(f, "status")))
		return one_of("status", v, states, e);
	if ((v = filter_value(f, "health")))
		return one_of("health", v, health, e);
	if ((v = filter_value(f, "publish")))
		return check_port("publish", v, e);
	if ((v = filter_value(f, "expose")))
		return check_port("expose", v, e);
	v = filter_value(f, "exited");
	if (v && (strtol(v, &end, 10) < 0 || end == v || *end))
		return err_set(e, EINVAL, "invalid filter 'exited=%.60s': it "
			       "is an exit code", v);
	return 0;
}

static void add_pattern(struct list_filter *l, const char *key,
			const char *text)
{
	struct list_pattern *p;

	l->patterns = xrealloc(l->patterns, l->n_patterns + 1, sizeof(*p));
	p = &l->patterns[l->n_patterns++];
	*p = (struct list_pattern){ .key = key, .text = text };
	p->valid = regcomp(&p->regex, text, REG_EXTENDED | REG_NOSUB) == 0;
}

static int created_at(const struct store *s, const char *name, int64_t *ret,
		      struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;
	struct entry n;

	TRY(container_find(s, name, &c, e));
	TRY(entry_read(&c, &n, e));
	*ret = n.created;
	entry_release(&n);
	return 0;
}

/* An image that is not there has no containers. */
static void add_ancestor(const struct store *s, const char *name,
			 struct list_filter *l)
{
	struct image img;
	struct err ignored;

	if (image_find(s, name, NULL, &img, &ignored) < 0)
		return;
	l->ancestors = xrealloc(l->ancestors, l->n_ancestors + 1, sizeof(img));
	l->ancestors[l->n_ancestors++] = img;
}

static int resolve(const struct store *s, const char *f,
		   struct list_filter *l, struct err *e)
{
	const char *v;

	if ((v = filter_value(f, "id")))
		add_pattern(l, "id", v);
	if ((v = filter_value(f, "name")))
		add_pattern(l, "name", v);
	if ((v = filter_value(f, "ancestor")))
		add_ancestor(s, v, l);
	if ((v = filter_value(f, "before")))
		return created_at(s, v, &l->before, e);
	if ((v = filter_value(f, "since")))
		return created_at(s, v, &l->since, e);
	return 0;
}

int list_filter_init(const struct store *s, const struct strv *filters,
		     struct list_filter *ret, struct err *e)
{
	*ret = (struct list_filter){ .f = filters };
	TRY(filter_check(filters, keys, e));
	for (size_t i = 0; i < filters->n; i++) {
		TRY(check_value(filters->v[i], e));
		TRY(resolve(s, filters->v[i], ret, e));
	}
	return 0;
}

void list_filter_release(struct list_filter *l)
{
	for (size_t i = 0; i < l->n_patterns; i++)
		if (l->patterns[i].valid)
			regfree(&l->patterns[i].regex);
	for (size_t i = 0; i < l->n_ancestors; i++)
		image_release(&l->ancestors[i]);
	free(l->patterns);
	free(l->ancestors);
	*l = (struct list_filter){ .f = l->f };
}

/* ---- ID and name ---- */

static bool matches(const struct list_pattern *p, const char *s)
{
	return streq(p->text, s) ||
	       (p->valid && regexec(&p->regex, s, 0, NULL, 0) == 0);
}

static bool pattern_fits(const struct list_filter *l, const char *key,
			 const char *a, const char *b)
{
	bool asked = false;

	for (size_t i = 0; i < l->n_patterns; i++) {
		const struct list_pattern *p = &l->patterns[i];

		if (!streq(p->key, key))
			continue;
		asked = true;
		if (matches(p, a) || matches(p, b))
			return true;
	}
	return !asked;
}

/* Names are matched with docker's slash, too: name=^/web$. */
bool list_filter_name(const struct list_filter *l, const char *id,
		      const char *name)
{
	auto_free char *slashed = xasprintf("/%s", name);

	return pattern_fits(l, "id", id, id) &&
	       pattern_fits(l, "name", name, slashed);
}

/* ---- state ---- */

static bool status_fits(const char *value, const void *arg)
{
	const struct container_state *st = arg;

	return streq(value, container_status_name(st->status));
}

static bool exited_fits(const char *value, const void *arg)
{
	const struct container_state *st = arg;

	return st->started && !container_status_runs(st->status) &&
	       st->exit_code == atoi(value);
}

static bool health_fits(const char *value, const void *arg)
{
	return streq(value, status_health(arg));
}

bool list_filter_state(const struct list_filter *l,
		       const struct container_state *st)
{
	return any(l, "status", status_fits, st) &&
	       any(l, "exited", exited_fits, st) &&
	       any(l, "health", health_fits, st);
}

/* ---- the record ---- */

static bool labels_fit(const struct list_filter *l, const struct entry *n)
{
	auto_json json_t *labels = NULL;

	if (!list_filter_has(l, "label"))
		return true;
	labels = entry_config(n, "Config", "Labels");
	for (size_t i = 0; i < l->f->n; i++) {
		const char *v = filter_value(l->f->v[i], "label");

		if (v && !filter_label(labels, v))
			return false;
	}
	return true;
}

static bool is_member(const json_t *m, const char *key, const char *value)
{
	return streq(json_string_value(json_object_get(m, key)), value);
}

static bool volume_fits(const char *value, const void *mounts)
{
	const json_t *m;
	size_t i;

	json_array_foreach((json_t *)mounts, i, m)
		if (is_member(m, "Name", value) ||
		    is_member(m, "Source", value) ||
		    is_member(m, "Destination", value))
			return true;
	return false;
}

static bool network_fits(const char *value, const void *name)
{
	return streq(value, json_string_value(name));
}

struct port_query {
	const json_t *ports;
	bool outside;
};

static bool has_outside(const json_t *bindings, const struct port *p)
{
	auto_free char *port = xasprintf("%u", p->inside);
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)bindings, i, one)
		if (is_member(one, "HostPort", port))
			return true;
	return false;
}

static bool has_port(const struct port_query *q, const struct port *p)
{
	const char *key;
	json_t *bindings;

	json_object_foreach((json_t *)q->ports, key, bindings) {
		const char *slash = strchr(key, '/');

		if (!slash || !streq(slash + 1, port_protocol(p)))
			continue;
		if (q->outside ? has_outside(bindings, p) :
				 atoi(key) == p->inside)
			return true;
	}
	return false;
}

static bool port_fits(const char *value, const void *arg)
{
	struct port_list l = { 0 };
	struct err ignored;
	bool ret = false;

	if (port_parse_expose(value, &l, &ignored) < 0)
		return false;
	for (size_t i = 0; i < l.n && !ret; i++)
		ret = has_port(arg, &l.p[i]);
	port_list_release(&l);
	return ret;
}

/* As docker has it: one port of either kind is enough. */
static bool ports_fit(const struct list_filter *l, const struct entry *n)
{
	bool publish = list_filter_has(l, "publish");
	bool expose = list_filter_has(l, "expose");
	struct port_query q = { .outside = true };
	bool ret;

	if (!publish && !expose)
		return true;
	q.ports = entry_ports(n);
	ret = publish && any(l, "publish", port_fits, &q);
	q.outside = false;
	ret = ret || (expose && any(l, "expose", port_fits, &q));
	json_decref((json_t *)q.ports);
	return ret;
}

/* ---- the image ---- */

/* Does it begin with all the layers of `a`? */
static bool stands_on(const struct image *img, const struct image *a)
{
	if (img->n_layers < a->n_layers || !a->n_layers)
		return false;
	for (size_t i = 0; i < a->n_layers; i++)
		if (!streq(img->layers[i].diff_id, a->layers[i].diff_id))
			return false;
	return true;
}

static bool image_fits(const struct list_filter *l, const struct store *s,
		       const struct entry *n)
{
	auto_image struct image img = { 0 };
	struct err ignored;

	if (!list_filter_has(l, "ancestor"))
		return true;
	if (!n->manifest ||
	    image_load(s, n->manifest, NULL, &img, &ignored) < 0)
		return false;
	for (size_t i = 0; i < l->n_ancestors; i++)
		if (streq(img.id, l->ancestors[i].id) ||
		    stands_on(&img, &l->ancestors[i]))
			return true;
	return false;
}

bool list_filter_entry(const struct list_filter *l, const struct store *s,
		       const struct entry *n)
{
	auto_json json_t *mounts = NULL;
	auto_json json_t *network = NULL;

	if ((l->before && n->created >= l->before) ||
	    (l->since && n->created <= l->since) || !labels_fit(l, n))
		return false;
	if (list_filter_has(l, "volume"))
		mounts = json_skim_value(n->record, "Mounts");
	if (list_filter_has(l, "network"))
		network = entry_config(n, "HostConfig", "NetworkMode");
	return any(l, "volume", volume_fits, mounts) &&
	       any(l, "network", network_fits, network) && ports_fit(l, n) &&
	       image_fits(l, s, n);
}
