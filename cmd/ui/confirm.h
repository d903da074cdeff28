#ifndef RL_CONFIRM_H
#define RL_CONFIRM_H
/*
 * confirm.h - docker's question before something is removed.
 */
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * "WARNING! This will remove WHAT." and a question; 0 when the answer is y,
 * -ECANCELED and an error that speaks of `command` otherwise.
 */
int confirm_removal(const char *what, const char *command, struct err *e);
/*
 * The same for several things, a line each, and the filters that they must
 * fit.
 */
int confirm_removals(const struct strv *what, const struct strv *filters,
		     const char *command, struct err *e);

#endif
