#ifndef RL_USAGE_H
#define RL_USAGE_H
/*
 * usage.h - what a container takes of the machine: as its cgroup says or,
 * without one, as far as /proc does.
 */
#include "core/base/err.h"

#include <sys/types.h>

struct usage {
	int64_t  at;        /* time_steady() of the sample */
	uint64_t cpu_ns;    /* used since its start */
	uint64_t memory;    /* bytes, without the cache that can go; without a
			     * cgroup, shared pages are split among sharers */
	uint64_t limit;     /* bytes it may have: its own or the machine's */
	uint64_t net_in, net_out;     /* bytes; 0 on the host's network */
	uint64_t block_in, block_out; /* bytes of the processes that live */
	uint64_t pids;
};

/*
 * Take a sample of the container whose first process is `first` and whose
 * cgroup is the folder `cgroup` (NULL: none).  What that has no controller
 * for comes from /proc.  -ESRCH when it is gone.
 */
int usage_read(pid_t first, const char *cgroup, struct usage *ret,
	       struct err *e);
/* Percent of one processor between two samples. */
double usage_cpu_percent(const struct usage *before, const struct usage *now);

#endif
