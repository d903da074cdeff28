#ifndef RL_LIMIT_OPTIONS_H
#define RL_LIMIT_OPTIONS_H
/*
 * limit_options.h - the options that limit a container, for run, create and
 * update, and how they become linux.resources.
 */
#include "cmd/ui/opt.h"
#include "core/resources.h"

#include <sched.h>

struct limit_options {
	const char *memory, *reservation, *swap;
	const char *cpus, *shares, *period, *quota, *cpuset_cpus, *cpuset_mems;
	const char *pids, *blkio_weight;
	struct strv read_bps, write_bps, read_iops, write_iops;
	struct strv unified;
	/* only of a start */
	bool oom_kill_disable;
	const char *parent, *cgroups, *limits;
};

/* The rows that run, create and update share: member M of struct T. */
#define LIMIT_ROWS(T, M)                                                    \
	OPT_ROW(OPT_STR, T, M.blkio_weight, "blkio-weight", 0, "N",         \
		"share of the disks' time: 10 to 1000"),                    \
	OPT_ROW(OPT_LIST, T, M.unified, "cgroup-conf", 0, "FILE=TEXT",      \
		"write this to a file of the cgroup"),                      \
	OPT_ROW(OPT_STR, T, M.period, "cpu-period", 0, "US",                \
		"length of a period of --cpu-quota"),                       \
	OPT_ROW(OPT_STR, T, M.quota, "cpu-quota", 0, "US",                  \
		"processor time in each period"),                           \
	OPT_ROW(OPT_STR, T, M.shares, "cpu-shares", 'c', "N",               \
		"share of busy processors: 2 to 262144, others have 1024"), \
	OPT_ROW(OPT_STR, T, M.cpus, "cpus", 0, "N",                         \
		"processors' time it may have: 0.5, 2"),                    \
	OPT_ROW(OPT_STR, T, M.cpuset_cpus, "cpuset-cpus", 0, "LIST",        \
		"the processors it may use: 0-2,4"),                        \
	OPT_ROW(OPT_STR, T, M.cpuset_mems, "cpuset-mems", 0, "LIST",        \
		"the memory nodes it may use: 0-1"),                        \
	OPT_ROW(OPT_LIST, T, M.read_bps, "device-read-bps", 0,              \
		"DEVICE:RATE", "bytes a second read from it: /dev/sda:1m"), \
	OPT_ROW(OPT_LIST, T, M.read_iops, "device-read-iops", 0,            \
		"DEVICE:RATE", "reads a second"),                           \
	OPT_ROW(OPT_LIST, T, M.write_bps, "device-write-bps", 0,            \
		"DEVICE:RATE", "bytes a second written to it"),             \
	OPT_ROW(OPT_LIST, T, M.write_iops, "device-write-iops", 0,          \
		"DEVICE:RATE", "writes a second"),                          \
	OPT_ROW(OPT_STR, T, M.memory, "memory", 'm', "SIZE",                \
		"memory it may use: 512m, 2g"),                             \
	OPT_ROW(OPT_STR, T, M.reservation, "memory-reservation", 0, "SIZE", \
		"memory that is left to it when it gets scarce"),           \
	OPT_ROW(OPT_STR, T, M.swap, "memory-swap", 0, "SIZE",               \
		"memory and swap together (default twice --memory; -1: "    \
		"any)"),                                                    \
	OPT_ROW(OPT_STR, T, M.pids, "pids-limit", 0, "N",                   \
		"processes and threads it may have (-1: any)")

/* Those of a start only. */
#define LIMIT_START_ROWS(T, M)                                              \
	OPT_ROW(OPT_STR, T, M.parent, "cgroup-parent", 0, "PATH|SLICE",     \
		"the cgroup to make its own in"),                           \
	OPT_ROW(OPT_STR, T, M.cgroups, "cgroups", 0,                        \
		"enabled|disabled|split",                                   \
		"whether it has a cgroup; split: only below ours"),         \
	OPT_ROW(OPT_STR, T, M.limits, "limits", 0, "enforce|best-effort",   \
		"what to do when a limit cannot be kept"),                  \
	OPT_ROW(OPT_BOOL, T, M.oom_kill_disable, "oom-kill-disable", 0,     \
		NULL, "no effect: cgroup v2 has no such thing")

/* LIMIT_ROWS alone, for struct limit_options; the names it may be saved by. */
extern const struct opt limit_option_table[];

/* What the values are held against. */
struct limit_host {
	cpu_set_t cpus;    /* that we may use */
	int       mems;    /* memory nodes: 0 to mems - 1 */
	uint64_t  memory;  /* bytes of this machine */
};
void limit_host_read(struct limit_host *ret);

/*
 * Fill linux.resources.  -EINVAL names the option, the value and the rule.
 * Besides the devices named it looks at nothing but the host it is given.
 */
int limit_options_resources(const struct limit_options *o,
			    const struct limit_host *h, struct resources *r,
			    struct err *e);
/* Is any of them given, if only to say that there is no limit? */
bool limit_options_any(const struct limit_options *o);
/* Does it take a cgroup: a limit, one by name, one in some place? */
bool limit_options_need(const struct limit_options *o,
			const struct resources *r);
/* docker's members of HostConfig for what is set. */
void limit_options_record(const struct limit_options *o, json_t *host_config);

#endif
