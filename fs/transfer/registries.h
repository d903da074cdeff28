#ifndef RL_REGISTRIES_H
#define RL_REGISTRIES_H
/*
 * registries.h - where the bytes of a reference are to be had: its registry
 * and the mirrors before it.
 *
 * containers-registries.conf(5), version 2: the user's file replaces the
 * system's; those of registries.conf.d are read after it.  The longest
 * prefix wins.  Short names are not searched: they are docker.io's.
 * $RL_MIRROR ("HOST[:PORT][/PATH]", several with commas) is tried first for
 * what is docker.io's.
 */
#include "core/base/json.h"
#include "fs/ref.h"

struct endpoint {
	char *host;     /* "registry-1.docker.io", "mirror:5000" */
	char *path;     /* the repository there */
	bool  insecure; /* plain HTTP and any certificate will do */
	bool  mirror;
};

struct endpoints {
	struct endpoint *v;
	size_t n;
};

/*
 * The endpoints for a reference by a parsed configuration (an array of the
 * files' objects, the last one to have a prefix wins) and the value of
 * $RL_MIRROR (or NULL).  -EACCES: the registry is blocked.
 */
int registries_plan(const json_t *files, const char *mirrors,
		    const struct ref *ref, struct endpoints *ret,
		    struct err *e);
void endpoints_release(struct endpoints *l);

/* Read the configuration of this user and machine. */
int registries_read(json_t **ret, struct err *e);

#endif
