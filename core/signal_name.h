#ifndef RL_SIGNAL_NAME_H
#define RL_SIGNAL_NAME_H
/*
 * signal_name.h - signals as users write them: signal(7).
 */
#include "core/base/err.h"

/*
 * "SIGTERM", "term", "15", "RTMIN+3", "RTMAX-1": its number, 1 to 64.
 * -EINVAL with docker's "Invalid signal: X".
 */
int signal_parse(const char *text, struct err *e);

#endif
