#ifndef RL_USAGE_H
#define RL_USAGE_H
/*
 * usage.h - what a container takes of the machine, as far as /proc says.
 */
#include "core/base/err.h"

#include <sys/types.h>

struct usage {
	int64_t  at;        /* time_steady() of the sample */
	uint64_t cpu_ns;    /* used since its start */
	uint64_t memory;    /* bytes; shared pages are split among sharers */
	uint64_t limit;     /* bytes it may have: the machine's */
	uint64_t net_in, net_out;     /* bytes; 0 on the host's network */
	uint64_t block_in, block_out; /* bytes of the processes that live */
	uint64_t pids;
};

/*
 * Take a sample of the container whose first process is `first`.  This is
 * the one place to ask: where it has a cgroup, that knows better.  -ESRCH
 * when it is gone.
 */
int usage_read(pid_t first, struct usage *ret, struct err *e);
/* Percent of one processor between two samples. */
double usage_cpu_percent(const struct usage *before, const struct usage *now);

#endif
