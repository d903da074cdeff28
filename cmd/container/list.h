#ifndef RL_LIST_H
#define RL_LIST_H
/*
 * list.h - the containers that a list shows: read, filtered, in order.
 *
 * What is cheap is asked first: a name that does not fit costs no state, a
 * state that does not fit no record; and of a record only what is shown is
 * parsed (core/base/json_skim.h).
 */
#include "fs/container_state.h"

struct entry {
	char   id[65];
	char  *name;
	char  *path;     /* of its folder */
	char  *record;   /* container.json */
	char  *manifest; /* its image's digest, or NULL */
	int64_t created; /* ns since 1970 */
	struct container_state state;
};

struct entry_list {
	struct entry *e;
	size_t n;
};

/* Which ones. */
struct list_query {
	bool all;       /* not only those that run */
	int64_t last;   /* this many, of all; < 0: no limit */
	const struct strv *filters; /* LIST_FILTERS, or NULL: none */
};

/* What LIST_FILTERS may be, for help texts. */
#define LIST_FILTERS                                                       \
	"id=REGEX, name=REGEX, label=KEY[=VALUE], status=STATE, "          \
	"exited=CODE, ancestor=IMAGE, before=CONTAINER, since=CONTAINER, " \
	"volume=NAME, network=NAME, publish=PORT, expose=PORT, "           \
	"health=STATE"

/* The newest first.  -EINVAL for a filter that is none. */
int list_containers(const struct store *s, const struct list_query *q,
		    struct entry_list *ret, struct err *e);
/* Free the list and what is in it. */
void entry_list_release(struct entry_list *l);
static inline void auto_entry_list_p(struct entry_list *l)
{
	entry_list_release(l);
}
#define auto_entry_list __attribute__((cleanup(auto_entry_list_p)))

/* Read one that was found; *ret is released with entry_release. */
int entry_read(struct container *c, struct entry *ret, struct err *e);
/* Free what it holds. */
void entry_release(struct entry *n);
/* A member of a member of its record: Config.Labels.  New, or NULL. */
json_t *entry_config(const struct entry *n, const char *part,
		     const char *key);
/* docker's NetworkSettings.Ports.  A new object. */
json_t *entry_ports(const struct entry *n);

#endif
