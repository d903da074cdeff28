/* limits_best_effort.c - limits by other means than a cgroup. */
#include "cmd/container/limits_best_effort.h"

#include "cmd/ui/limit_flags.h"

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

/* By the file of the cgroup that would keep it: what keeps some of it. */
static const struct other_means {
	const char *file;
	void (*use)(struct spec *s);
	const char *how;
} others[] = {
	{ "memory.max", by_address_space,
	  "kept for each process alone (RLIMIT_AS)" },
	{ "pids.max", by_processes,
	  "kept for each user inside alone (RLIMIT_NPROC)" },
	{ "cpuset.cpus", by_affinity,
	  "kept as affinity, which a program may change for itself" },
};

static const struct other_means *find(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (streq(others[i].file, file))
			return &others[i];
	return NULL;
}

static void say(const char *flag, const char *how, const char *why)
{
	fprintf(stderr, "rl: --limits=best-effort: %s is %s: %s\n", flag, how,
		why);
}

static void go_without(struct spec *s, const struct limit_options *o,
		       const struct resource_plan *p, size_t i,
		       const char *why)
{
	const struct other_means *m = find(p->w[i].file);
	const char *flag = limit_flag(o, &p->w[i]);

	/* a file that may be missing is no promise */
	if (p->w[i].optional)
		return;
	if (m)
		m->use(s);
	/* two devices' limits are two writes of one option */
	if (!i || !streq(limit_flag(o, &p->w[i - 1]), flag) ||
	    p->w[i - 1].optional)
		say(flag, m ? m->how : "not kept", why);
}

/* Where it was to be, or that it was to be at all. */
static void go_nowhere(const struct limit_options *o, const char *why)
{
	auto_free char *cgroups = xasprintf("--cgroups=%s", o->cgroups ?
							    o->cgroups : "");

	if (o->parent && *o->parent)
		say("--cgroup-parent", "not kept", why);
	if (o->cgroups && !streq(o->cgroups, "disabled"))
		say(cgroups, "not kept", why);
}

void limits_best_effort(struct spec *s, const struct limit_options *o,
			const struct cgroup *g, const struct resource_plan *p)
{
	struct err e = { .text = "there is no cgroup" };

	if (!g->path)
		go_nowhere(o, e.text);
	for (size_t i = 0; i < p->n; i++)
		if (!g->path || cgroup_limit_from(g->fd, p, &i, &e) < 0)
			go_without(s, o, p, i, e.text);
}
