/* limits_best_effort.c - limits by other means than a cgroup. */
#include "cmd/container/limits_best_effort.h"

#include <stdio.h>

static void lower(struct spec *s, int resource, int64_t value)
{
	struct rlimit now, l = { (rlim_t)value, (rlim_t)value };

	if (value < 0 ||
	    (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY &&
	     now.rlim_max < l.rlim_max))
		return;
	spec_add_rlimit(s, resource, l);
}

static void by_address_space(struct spec *s)
{
	lower(s, RLIMIT_AS, s->resources.memory);
}

static void by_processes(struct spec *s)
{
	lower(s, RLIMIT_NPROC, s->resources.pids);
}

static void by_affinity(struct spec *s)
{
	free(s->affinity);
	s->affinity = xstrdup(s->resources.cpus);
}

/* By the file of the cgroup that would keep it. */
static const struct other_means {
	const char *file, *option;
	void (*use)(struct spec *s); /* NULL: nothing else keeps it */
	const char *how;
} others[] = {
	{ "memory.max", "--memory", by_address_space,
	  "kept for each process alone (RLIMIT_AS)" },
	{ "pids.max", "--pids-limit", by_processes,
	  "kept for each user inside alone (RLIMIT_NPROC)" },
	{ "cpuset.cpus", "--cpuset-cpus", by_affinity,
	  "kept as affinity, which a program may change for itself" },
	{ "memory.low", "--memory-reservation", NULL, NULL },
	{ "memory.swap.max", "--memory-swap", NULL, NULL },
	{ "cpu.max", "--cpus", NULL, NULL },
	{ "cpu.weight", "--cpu-shares", NULL, NULL },
	{ "cpuset.mems", "--cpuset-mems", NULL, NULL },
	{ "io.weight", "--blkio-weight", NULL, NULL },
	{ "io.max", "--device-read-bps and its kind", NULL, NULL },
};

static const struct other_means *find(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (streq(others[i].file, file))
			return &others[i];
	return NULL;
}

/* Two devices' limits are two writes of one file. */
static bool said_before(const struct resource_plan *p, size_t i)
{
	return i && streq(p->w[i - 1].file, p->w[i].file);
}

static void go_without(struct spec *s, const struct resource_plan *p, size_t i,
		       const char *why)
{
	const struct other_means *o = find(p->w[i].file);

	/* a file that may be missing is no promise */
	if (p->w[i].optional || said_before(p, i))
		return;
	if (o && o->use)
		o->use(s);
	fprintf(stderr, "rl: --limits=best-effort: %s is %s: %s\n",
		o ? o->option : p->w[i].file,
		o && o->use ? o->how : "not kept", why);
}

void limits_best_effort(struct spec *s, const struct cgroup *g,
			const struct resource_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct resource_plan one = { &p->w[i], 1 };
		struct err e = { .text = "there is no cgroup" };

		if (!g->path || cgroup_limit(g->fd, &one, &e) < 0)
			go_without(s, p, i, e.text);
	}
}
