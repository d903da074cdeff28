/* ports_text.c - docker's PORTS: what leads to a container, for people. */
#include "cmd/ui/status_text.h"

json_t *status_ports(const struct container_state *st, const json_t *exposed)
{
	json_t *ret = json_object(), *value;
	const char *key;

	if (!container_status_runs(st->status))
		return ret;
	json_object_foreach((json_t *)exposed, key, value)
		json_object_set_new(ret, key, json_null());
	if (st->ports)
		json_object_update(ret, st->ports);
	return ret;
}

char *ports_address(const char *ip, const char *port)
{
	return strchr(ip, ':') ? xasprintf("[%s]:%s", ip, port) :
				 xasprintf("%s:%s", ip, port);
}

/* ---- one line of the list ---- */

struct line {
	const char *ip; /* "": not published */
	const char *type;
	int inside, outside;
};

struct lines {
	struct line *l;
	size_t n;
};

static void add(struct lines *ls, int inside, const char *type,
		const json_t *binding)
{
	const char *ip = json_string_value(json_object_get(binding, "HostIp"));
	const char *port = json_string_value(json_object_get(binding,
							     "HostPort"));

	ls->l = xrealloc(ls->l, ls->n + 1, sizeof(*ls->l));
	ls->l[ls->n++] = (struct line){
		.ip = ip ? ip : "", .type = type, .inside = inside,
		.outside = port ? atoi(port) : 0,
	};
}

static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int r = x->inside - y->inside;

	r = r ? r : strcmp(x->ip, y->ip);
	r = r ? r : x->outside - y->outside;
	return r ? r : strcmp(x->type, y->type);
}

static void collect(const json_t *ports, struct lines *ret)
{
	const char *key;
	json_t *list, *one;
	size_t i;

	json_object_foreach((json_t *)ports, key, list) {
		const char *slash = strchr(key, '/');
		const char *type = slash ? slash + 1 : "tcp";

		json_array_foreach(list, i, one)
			add(ret, atoi(key), type, one);
		if (!json_array_size(list))
			add(ret, atoi(key), type, NULL);
	}
	if (ret->n)
		qsort(ret->l, ret->n, sizeof(*ret->l), compare);
}

/* ---- ranges ---- */

/* Neighbours under one address that keep their numbers, or have none. */
struct group {
	const char *ip, *type;
	int first, last;
};

static void print_group(const struct group *g, struct str *out)
{
	auto_free char *range = g->first == g->last ?
		xasprintf("%d", g->first) :
		xasprintf("%d-%d", g->first, g->last);
	auto_free char *from = *g->ip ? ports_address(g->ip, range) : NULL;

	str_printf(out, "%s%s%s%s/%s", out->len ? ", " : "", from ? from : "",
		   from ? "->" : "", range, g->type);
}

static struct group *find_group(struct group *g, size_t n,
				const struct line *l)
{
	for (size_t i = 0; i < n; i++)
		if (streq(g[i].ip, l->ip) && streq(g[i].type, l->type))
			return &g[i];
	return NULL;
}

static void print_moved(const struct line *l, struct str *out)
{
	auto_free char *port = xasprintf("%d", l->outside);
	auto_free char *from = ports_address(l->ip, port);

	str_printf(out, "%s%s->%d/%s", out->len ? ", " : "", from, l->inside,
		   l->type);
}

/* docker's order: ranges that end, then the last of each, then the rest. */
char *ports_text(const json_t *ports)
{
	auto_str struct str moved = { 0 };
	struct str out = { 0 };
	struct lines ls = { 0 };
	struct group *groups;
	size_t n = 0;

	collect(ports, &ls);
	groups = xcalloc(ls.n + 1, sizeof(*groups));
	for (size_t i = 0; i < ls.n; i++) {
		const struct line *l = &ls.l[i];
		struct group *g = find_group(groups, n, l);

		if (*l->ip && l->outside != l->inside) {
			print_moved(l, &moved);
			continue;
		}
		if (g && l->inside == g->last + 1) {
			g->last = l->inside;
			continue;
		}
		if (g)
			print_group(g, &out);
		else
			g = &groups[n++];
		*g = (struct group){ l->ip, l->type, l->inside, l->inside };
	}
	for (size_t i = 0; i < n; i++)
		print_group(&groups[i], &out);
	str_printf(&out, "%s%s", out.len && moved.len ? ", " : "",
		   str_text(&moved));
	free(groups);
	free(ls.l);
	return str_steal(&out);
}
