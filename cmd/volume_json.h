#ifndef RL_VOLUME_JSON_H
#define RL_VOLUME_JSON_H
/*
 * volume_json.h - a volume as `inspect` shows it.
 */
#include "fs/volume.h"

/* docker's object of a volume.  A new reference. */
json_t *volume_json(const struct volume *v);

#endif
