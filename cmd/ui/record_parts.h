#ifndef RL_RECORD_PARTS_H
#define RL_RECORD_PARTS_H
/*
 * record_parts.h - the halves of a record: docker's Config and HostConfig.
 *
 * They hold what differs from docker's defaults, which `inspect` adds
 * (cmd/container/inspect_json.c): a record that is short is read fast.
 */
#include "cmd/ui/run_record.h"

#include <jansson.h>

/* What the program is: docker's Config.  A new reference. */
json_t *record_config(const struct run_record *r);
/* What the host does for it: docker's HostConfig.  A new reference. */
json_t *record_host_config(const struct run_record *r);
/* "KEY=VALUE" entries as an object. */
json_t *record_map(const struct strv *l);

#endif
