#ifndef RL_LIST_FILTER_H
#define RL_LIST_FILTER_H
/*
 * list_filter.h - docker's filters of containers, in the order of what they
 * need to know.  Filters of one key: one that fits is enough (but every
 * label must be there); of several keys: each must fit.
 */
#include "cmd/container/list.h"
#include "fs/image.h"

#include <regex.h>

struct list_pattern {
	const char *key, *text;
	regex_t regex;
	bool valid;
};

struct list_filter {
	const struct strv *f;
	struct list_pattern *patterns; /* id=, name= */
	size_t n_patterns;
	int64_t before, since; /* creation times; 0: not asked */
	struct image *ancestors;
	size_t n_ancestors;
};

/* Check and resolve them.  -EINVAL, -ENOENT. */
int list_filter_init(const struct store *s, const struct strv *filters,
		     struct list_filter *ret, struct err *e);
void list_filter_release(struct list_filter *l);
static inline void auto_list_filter_p(struct list_filter *l)
{
	list_filter_release(l);
}
#define auto_list_filter __attribute__((cleanup(auto_list_filter_p)))

/* Is any filter of this key given? */
bool list_filter_has(const struct list_filter *l, const char *key);
/* By ID and name. */
bool list_filter_name(const struct list_filter *l, const char *id,
		      const char *name);
/* By state: status, exited, health. */
bool list_filter_state(const struct list_filter *l,
		       const struct container_state *st);
/* By the rest, which needs the record. */
bool list_filter_entry(const struct list_filter *l, const struct store *s,
		       const struct entry *n);

#endif
