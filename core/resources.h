#ifndef RL_RESOURCES_H
#define RL_RESOURCES_H
/*
 * resources.h - limits: the linux.resources of the OCI runtime-spec
 * (config-linux.md, "Control groups") as data, and the plan that cgroup v2
 * files make of them.
 *
 * Pure: nothing is read or written here.  Values of version 1 are converted
 * as crun(1), "CGROUP v2", has it.
 */
#include "core/base/err.h"
#include "core/base/str.h"

/* What a number means that is not the limit itself. */
#define RESOURCE_UNSET     0
#define RESOURCE_UNLIMITED (-1)
/* The shares that every group has, so that they are no limit. */
#define RESOURCE_SHARES    1024

enum io_limit_kind { IO_READ_BPS, IO_WRITE_BPS, IO_READ_IOPS, IO_WRITE_IOPS,
		     IO_LIMIT_KINDS };

struct io_limit {
	enum io_limit_kind kind;
	unsigned int major, minor;
	uint64_t rate; /* bytes or operations a second */
};

struct resources {
	int64_t  memory;      /* bytes, or -1 */
	int64_t  reservation; /* bytes, or -1 */
	int64_t  swap;        /* bytes of memory and swap together, or -1 */
	uint64_t shares;      /* cpu.shares of version 1: 2 to 262144 */
	int64_t  quota;       /* us of each period, or -1 */
	uint64_t period;      /* us */
	char    *cpus, *mems; /* lists: "0-3,7" */
	int64_t  pids;        /* or -1 */
	uint64_t io_weight;   /* blkio weight of version 1: 10 to 1000 */
	struct io_limit *io;
	size_t   n_io;
	struct strv unified;  /* "FILE=VALUE", written as they are */
};

/* Free what it owns; nothing is limited then. */
void resources_release(struct resources *r);
static inline void auto_resources_p(struct resources *r)
{
	resources_release(r);
}
#define auto_resources __attribute__((cleanup(auto_resources_p)))
/* Append a copy of one disk's limit. */
void resources_add_io(struct resources *r, const struct io_limit *l);
/* Does anything say what it is to be, if only "no limit"? */
bool resources_any(const struct resources *r);
/* Is anything limited? */
bool resources_limited(const struct resources *r);
/* Is it "FILE=TEXT" of a cgroup's file? */
bool resources_is_unified(const char *text);

/* One write: FILE of a cgroup, its text, the controller it belongs to. */
struct resource_write {
	char *file, *text;
	char  controller[16];
	bool  optional; /* without the file there is nothing to keep: no limit,
			 * or one that nobody asked for */
	bool  stands_in; /* needed only where the one before was not written */
};

struct resource_plan {
	struct resource_write *w;
	size_t n;
};

/*
 * The writes that keep these limits, in an order that the kernel takes when
 * limits are raised and lowered.  -EINVAL: a unified file's name is a path.
 */
int resource_plan_make(const struct resources *r, struct resource_plan *ret,
		       struct err *e);
/* Free what it owns; the plan is empty then. */
void resource_plan_release(struct resource_plan *p);
static inline void auto_resource_plan_p(struct resource_plan *p)
{
	resource_plan_release(p);
}
#define auto_resource_plan __attribute__((cleanup(auto_resource_plan_p)))

/* cpu.weight (1 to 10000) for cpu.shares; 1024 is 100, the default of both. */
uint64_t resources_cpu_weight(uint64_t shares);
/* io.weight (1 to 10000) for a blkio weight of 10 to 1000. */
uint64_t resources_io_weight(uint64_t weight);
/* Highest processor of a list such as "0-3,7"; -1: it is no list. */
int resources_cpu_list_max(const char *list);

#endif
