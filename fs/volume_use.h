#ifndef RL_VOLUME_USE_H
#define RL_VOLUME_USE_H
/*
 * volume_use.h - which containers use which volumes: the Mounts of their
 * records (container.json), which name a volume as long as they exist.
 */
#include "core/base/json.h"
#include "fs/store.h"

struct volume_users {
	json_t *by_name; /* volume -> list of container IDs */
};

/* Read the records of all containers; one that cannot be read uses none. */
int volume_users_read(const struct store *s, struct volume_users *ret,
		      struct err *e);
void volume_users_release(struct volume_users *u);
static inline void auto_volume_users_p(struct volume_users *u)
{
	volume_users_release(u);
}
#define auto_volume_users __attribute__((cleanup(auto_volume_users_p)))
/* The IDs of its containers, borrowed; NULL: none. */
const json_t *volume_users_find(const struct volume_users *u,
				const char *name);

#endif
