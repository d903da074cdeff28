/* list.c - containers for a list: read as far as needed, the newest first. */
#include "cmd/container/list.h"

#include "cmd/container/list_filter.h"
#include "cmd/ui/status_text.h"
#include "core/base/file.h"
#include "core/base/json_skim.h"

#include <stdio.h>

void entry_release(struct entry *n)
{
	free(n->name);
	free(n->path);
	free(n->record);
	free(n->manifest);
	container_state_release(&n->state);
	*n = (struct entry){ 0 };
}

void entry_list_release(struct entry_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		entry_release(&l->e[i]);
	free(l->e);
	*l = (struct entry_list){ 0 };
}

/* ---- one ---- */

/* All but the state. */
static int read_record(const struct container *c, struct entry *ret,
		       struct err *e)
{
	struct err ignored;

	TRY(file_read(c->fd, "container.json", JSON_TEXT_MAX, &ret->record,
		      NULL, e));
	if (file_read(c->fd, "image", 256, &ret->manifest, NULL, &ignored) < 0)
		ret->manifest = NULL;
	snprintf(ret->id, sizeof(ret->id), "%s", c->id);
	ret->name = xstrdup(c->name);
	ret->path = xstrdup(c->path);
	ret->created = json_skim_int(ret->record, "CreatedNano");
	return 0;
}

int entry_read(struct container *c, struct entry *ret, struct err *e)
{
	*ret = (struct entry){ 0 };
	if (container_state_read(c, &ret->state, e) == 0 &&
	    read_record(c, ret, e) == 0)
		return 0;
	entry_release(ret);
	return -e->code;
}

json_t *entry_config(const struct entry *n, const char *part, const char *key)
{
	size_t len;
	const char *s = json_skim(n->record, part, &len);

	return s ? json_skim_value(s, key) : NULL;
}

json_t *entry_ports(const struct entry *n)
{
	auto_json json_t *exposed = NULL;

	if (container_status_runs(n->state.status))
		exposed = entry_config(n, "Config", "ExposedPorts");
	return status_ports(&n->state, exposed);
}

/* ---- all ---- */

struct walk {
	const struct store *s;
	const struct list_query *q;
	struct list_filter filter;
	struct entry_list *list;
};

static bool state_fits(const struct walk *w, const struct container_state *st)
{
	bool all = w->q->all || w->q->last > 0 ||
		   list_filter_has(&w->filter, "status");

	if (!all && !container_status_runs(st->status) &&
	    st->status != CONTAINER_RESTARTING)
		return false;
	return list_filter_state(&w->filter, st);
}

/* One that goes away while we look is passed over. */
static int visit(struct container *c, void *arg, struct err *e UNUSED)
{
	struct walk *w = arg;
	struct entry n = { 0 };
	struct err ignored;

	if (!list_filter_name(&w->filter, c->id, c->name))
		return 0;
	if (container_state_read(c, &n.state, &ignored) < 0 ||
	    !state_fits(w, &n.state) || read_record(c, &n, &ignored) < 0 ||
	    !list_filter_entry(&w->filter, w->s, &n)) {
		entry_release(&n);
		return 0;
	}
	w->list->e = xrealloc(w->list->e, w->list->n + 1, sizeof(n));
	w->list->e[w->list->n++] = n;
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->created == y->created ? strcmp(x->id, y->id) :
		(x->created < y->created) - (x->created > y->created);
}

static void cut(struct entry_list *l, int64_t last)
{
	while (last > 0 && l->n > (uint64_t)last)
		entry_release(&l->e[--l->n]);
}

int list_containers(const struct store *s, const struct list_query *q,
		    struct entry_list *ret, struct err *e)
{
	static const struct strv none;
	struct walk w = { .s = s, .q = q, .list = ret };
	int r;

	*ret = (struct entry_list){ 0 };
	r = list_filter_init(s, q->filters ? q->filters : &none, &w.filter, e);
	if (r == 0)
		r = container_each(s, visit, &w, e);
	list_filter_release(&w.filter);
	if (ret->n)
		qsort(ret->e, ret->n, sizeof(*ret->e), newest_first);
	cut(ret, q->last);
	return r;
}
