#ifndef RL_STATUS_TEXT_H
#define RL_STATUS_TEXT_H
/*
 * status_text.h - docker's words for how a container is, and for its ports.
 */
#include "fs/container_state.h"

/*
 * "Up 5 minutes (healthy)", "Exited (0) 3 hours ago", "Created", ...; `now`
 * in ns since 1970.  Caller frees.
 */
char *status_text(const struct container_state *st, int64_t now);
/* "healthy", "unhealthy", "starting", or "none" without a check.  Borrowed. */
const char *status_health(const struct container_state *st);

/*
 * docker's NetworkSettings.Ports of one that runs: what is published, and
 * with null what is only named (`exposed`: Config.ExposedPorts, or NULL).  A
 * new object, empty for one that does not run.
 */
json_t *status_ports(const struct container_state *st, const json_t *exposed);
/*
 * The PORTS column: "0.0.0.0:8080->80/tcp, 9000-9001/tcp"; neighbours that
 * are published under their own number are one range.  Caller frees.
 */
char *ports_text(const json_t *ports);
/* "[::1]:80", "0.0.0.0:80".  Caller frees. */
char *ports_address(const char *ip, const char *port);

#endif
