#ifndef RL_PROCESSES_H
#define RL_PROCESSES_H
/*
 * processes.h - the processes of a container, found without a cgroup: those
 * in the pid namespace of its first process, and all its descendants.
 */
#include "core/base/err.h"

#include <sys/types.h>

struct process {
	pid_t    pid, parent;
	uint64_t ticks; /* of processor time, its reaped children's too */
	uint64_t pages; /* resident */
	bool     inside;
};

struct process_list {
	struct process *p;
	size_t n;
};

/* *ret is released by the caller.  -ESRCH when the first one is gone. */
int processes_of(pid_t first, struct process_list *ret, struct err *e);
void process_list_release(struct process_list *l);
static inline void auto_process_list_p(struct process_list *l)
{
	process_list_release(l);
}
#define auto_process_list __attribute__((cleanup(auto_process_list_p)))
/* Is this one in the list? */
bool process_list_has(const struct process_list *l, pid_t pid);

#endif
