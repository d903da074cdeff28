/* prune.c - containers that do not run, removed. */
#include "cmd/container/prune.h"

#include <time.h>

#include "cmd/container/end.h"
#include "cmd/disk_usage.h"
#include "cmd/ui/filter.h"
#include "core/base/time.h"

int container_prune_check(const struct strv *filters, struct err *e)
{
	static const char *const keys[] = { "until", "label", "label!", NULL };

	TRY(filter_check(filters, keys, e));
	for (size_t i = 0; i < filters->n; i++) {
		const char *v = filter_value(filters->v[i], "until");
		int64_t ignored;

		if (v)
			TRY(date_until(v, time(NULL), &ignored, e));
	}
	return 0;
}

static bool one_fits(const char *f, const json_t *record)
{
	const json_t *config = json_object_get(record, "Config");
	const json_t *labels = json_object_get(config, "Labels");
	int64_t created = json_integer_value(json_object_get(record,
							     "CreatedNano"));
	struct err ignored;
	int64_t until;
	const char *v;

	if ((v = filter_value(f, "until")))
		return date_until(v, time(NULL), &until, &ignored) == 0 &&
		       created / NS_PER_S < until;
	if ((v = filter_value(f, "label!")))
		return !filter_label(labels, v);
	if ((v = filter_value(f, "label")))
		return filter_label(labels, v);
	return true;
}

static bool fits(const struct strv *filters, struct container *c)
{
	auto_container_state struct container_state st = { 0 };
	auto_json json_t *record = NULL;
	struct err ignored;

	if (container_state_read(c, &st, &ignored) < 0 ||
	    (st.status != CONTAINER_CREATED && st.status != CONTAINER_EXITED) ||
	    container_record(c, &record, &ignored) < 0)
		return false;
	for (size_t i = 0; i < filters->n; i++)
		if (!one_fits(filters->v[i], record))
			return false;
	return true;
}

static uint64_t size_of(const struct container *c)
{
	struct idmap map;
	struct err ignored;
	uint64_t bytes = 0;

	if (container_idmap(c, &map, &ignored) == 0)
		disk_usage(c->path, &map, &bytes, &ignored);
	return bytes;
}

int container_prune(const struct store *s, const struct strv *filters,
		    struct strv *gone, uint64_t *freed, struct err *e)
{
	static const struct remove_how gently = { 0 };
	struct container *list;
	size_t n;

	container_sweep(s, NULL, e);
	TRY(container_list(s, &list, &n, e));
	for (size_t i = 0; i < n; i++) {
		struct err ignored;
		uint64_t bytes;

		if (!fits(filters, &list[i]))
			continue;
		bytes = size_of(&list[i]);
		if (container_destroy(s, &list[i], &gently, &ignored) < 0)
			continue;
		strv_add(gone, list[i].id);
		*freed += bytes;
	}
	container_list_free(list, n);
	return 0;
}
