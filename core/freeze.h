#ifndef RL_FREEZE_H
#define RL_FREEZE_H
/*
 * freeze.h - stop all processes of a pid namespace, and let them go on,
 * where no cgroup can be frozen: by signals.
 */
#include "core/base/err.h"

/*
 * Send `sig` to every process of the pid namespace whose first process
 * `first` is: from inside, so that none that is born meanwhile is missed
 * (kill(2), pid -1), then to the first one.  SIGCONT goes to that one first.
 * Both are pidfds; `join` is of a process there that may be entered.
 */
int freeze_signal_all(int first, int join, int sig, struct err *e);

#endif
