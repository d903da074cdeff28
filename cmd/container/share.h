#ifndef RL_SHARE_H
#define RL_SHARE_H
/*
 * share.h - --network container:NAME and --pid container:NAME: a container in
 * namespaces of another one.
 *
 * Whoever uses such a namespace needs rights over it, and these its own user
 * namespace has: so that one is shared as well, and with it the id map.  Both
 * options may name one container only.
 */
#include "cmd/container/assembly.h"

/*
 * Find the container that is named, if any: its ID takes the name's place in
 * the options, its id map becomes ours, and the network gets its hostname
 * and, where it runs, the text of its files.  -ENOENT: there is none.
 */
int share_plan(struct assembly *a, struct err *e);
/* Take hold of its namespaces, for one start.  -ESRCH: it does not run. */
int share_join(struct assembly *a, struct err *e);
/* Free what is held. */
void share_release(struct share *s);

#endif
