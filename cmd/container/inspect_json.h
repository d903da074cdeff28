#ifndef RL_INSPECT_JSON_H
#define RL_INSPECT_JSON_H
/*
 * inspect_json.h - a container as `inspect` shows it: its record, its state,
 * and docker's defaults for what nobody asked for.
 */
#include "cmd/container/list.h"

/*
 * docker's object of a container.  *ret is a new reference.  `size`: with
 * SizeRw and SizeRootFs.
 */
int inspect_json(const struct store *s, const struct entry *n, bool size,
		 json_t **ret, struct err *e);
/* docker's NetworkSettings.  A new reference. */
json_t *inspect_network(const struct entry *n, const json_t *record);

#endif
