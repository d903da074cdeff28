/* limit_flags_test.c - the options behind the writes of a cgroup. */
#include "cmd/ui/limit_flags.h"

#include "tests/unit/tap.h"

static struct limit_options o;
static struct resources r;
static struct resource_plan p;
static struct err e;

static void forget(void)
{
	strv_release(&o.write_iops);
	strv_release(&o.unified);
	resources_release(&r);
	resource_plan_release(&p);
	o = (struct limit_options){ 0 };
}

/* What was asked for, as limit_flags() has it. */
static bool flags_are(const char *flags, const char *controllers)
{
	auto_free char *f = NULL, *c = NULL;

	resource_plan_release(&p);
	if (resource_plan_make(&r, &p, &e) < 0)
		return false;
	limit_flags(&o, &p, &f, &c);
	printf("# %s: %s\n", f, c);
	return streq(f, flags) && streq(c, controllers);
}

static void by_the_name_it_was_given(void)
{
	r.quota = 1000;
	o.quota = "1000";
	OK(flags_are("--cpu-quota", "cpu"));
	o.quota = NULL;
	o.cpus = "0.01";
	r.cpus = xstrdup("0");
	o.cpuset_cpus = "0";
	OK(flags_are("--cpus, --cpuset-cpus", "cpu, cpuset"));
}

static void one_kind_of_a_device(void)
{
	strv_add(&o.write_iops, "/dev/sda:9");
	strv_add(&o.write_iops, "/dev/sdb:9");
	resources_add_io(&r, &(struct io_limit){ IO_WRITE_IOPS, 8, 0, 9 });
	resources_add_io(&r, &(struct io_limit){ IO_WRITE_IOPS, 8, 16, 9 });
	OK(flags_are("--device-write-iops", "io"));
	EQ_STR(limit_flag(&o, &p.w[1]), "--device-write-iops");
}

static void swap_only_where_it_was_asked_for(void)
{
	o.memory = "64m";
	r.memory = 64 << 20;
	OK(flags_are("--memory", "memory"));
	o.swap = "128m";
	r.swap = 128 << 20;
	OK(flags_are("--memory, --memory-swap", "memory"));
}

static void a_weight_once(void)
{
	o.blkio_weight = "500";
	r.io_weight = 500;
	OK(flags_are("--blkio-weight", "io"));
}

static void files_places_and_nothing(void)
{
	OK(flags_are("", ""));
	strv_add(&o.unified, "memory.high=1m");
	strv_add(&r.unified, "memory.high=1m");
	o.parent = "jobs";
	o.cgroups = "split";
	OK(flags_are("--cgroup-conf, --cgroup-parent, --cgroups=split",
		     "memory"));
	forget();
	o.parent = "";
	o.pids = "-1";
	r.pids = RESOURCE_UNLIMITED;
	OK(flags_are("", ""));
}

#define TRY_ALL(fn)       \
	do {              \
		forget(); \
		RUN(fn);  \
	} while (0)

int main(void)
{
	TRY_ALL(by_the_name_it_was_given);
	TRY_ALL(one_kind_of_a_device);
	TRY_ALL(swap_only_where_it_was_asked_for);
	TRY_ALL(a_weight_once);
	TRY_ALL(files_places_and_nothing);
	forget();
	return DONE();
}
