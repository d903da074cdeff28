#ifndef RL_NET_DEFAULTS_H
#define RL_NET_DEFAULTS_H
/* defaults.h - the settings of a network namespace that Docker changes. */

/*
 * In the container's own namespaces, once its ids are mapped: every user may
 * listen on ports below 1024, and open ping sockets.  As good as it works: a
 * kernel or a /proc that does not let it leaves the kernel's settings.
 */
void defaults_set(void);

#endif
