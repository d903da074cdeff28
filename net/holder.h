#ifndef RL_HOLDER_H
#define RL_HOLDER_H
/*
 * holder.h - which process of this host has a port that is taken.
 */
#include "net/port.h"

#include <sys/types.h>

/*
 * ": process 12 holds it (command line)" for an error's end; as much of it
 * as /proc tells this user, or nothing.  Returns its pid, or 0.
 */
pid_t holder_text(const struct port *p, char *ret, size_t n);

#endif
