/* resources_test.c - limits become the writes of a cgroup. */
#include "core/resources.h"

#include "tests/unit/tap.h"

static struct resources r;
static struct resource_plan p;
static struct err e;

static void forget(void)
{
	resource_plan_release(&p);
	resources_release(&r);
}

/* The whole plan, as "FILE=TEXT" words. */
static bool plan_is(const char *want)
{
	auto_str struct str got = { 0 };

	resource_plan_release(&p);
	if (resource_plan_make(&r, &p, &e) < 0)
		return false;
	for (size_t i = 0; i < p.n; i++)
		str_printf(&got, "%s%s=%s", i ? "; " : "", p.w[i].file,
			   p.w[i].text);
	printf("# %s\n", str_text(&got));
	return streq(str_text(&got), want);
}

static void nothing_asked_for_is_nothing_written(void)
{
	OK(!resources_any(&r) && plan_is(""));
}

static void swap_is_what_is_above_memory(void)
{
	r.memory = 100;
	OK(resources_any(&r) && plan_is("memory.max=100; memory.swap.max=100"));
	OK(!p.w[0].optional && p.w[1].optional);
	r.swap = 250;
	OK(plan_is("memory.max=100; memory.swap.max=150"));
	/* asked for by name, it is a promise */
	OK(!p.w[1].optional);
	r.swap = 100;
	OK(plan_is("memory.max=100; memory.swap.max=0"));
	r.swap = RESOURCE_UNLIMITED;
	OK(plan_is("memory.max=100; memory.swap.max=max"));
	r.swap = 0;
	r.memory = RESOURCE_UNLIMITED;
	OK(plan_is("memory.max=max; memory.swap.max=max"));
	r.memory = INT64_MAX;
	OK(plan_is("memory.max=9223372036854775807; memory.swap.max=max"));
}

static void a_reservation_is_what_is_left(void)
{
	r.reservation = 50;
	OK(plan_is("memory.low=50"));
	EQ_STR(p.w[0].controller, "memory");
}

static void processor_time_and_its_period(void)
{
	r.quota = 50000;
	OK(plan_is("cpu.max=50000 100000"));
	r.period = 20000;
	OK(plan_is("cpu.max=50000 20000"));
	r.quota = RESOURCE_UNLIMITED;
	OK(plan_is("cpu.max=max 20000"));
	r.quota = 0;
	OK(plan_is("cpu.max=max 20000"));
}

static void shares_become_a_weight(void)
{
	OK(resources_cpu_weight(1024) == 100);
	OK(resources_cpu_weight(2) == 1 && resources_cpu_weight(0) == 1);
	OK(resources_cpu_weight(262144) == 10000);
	OK(resources_cpu_weight(UINT64_MAX) == 10000);
	for (uint64_t s = 3; s < 262144; s++)
		OK(resources_cpu_weight(s) >= resources_cpu_weight(s - 1));
	r.shares = 512;
	OK(resources_limited(&r) && plan_is("cpu.weight=59") &&
	   !p.w[0].optional);
	/* what each group has anyway */
	r.shares = RESOURCE_SHARES;
	OK(!resources_limited(&r) && plan_is("cpu.weight=100") &&
	   p.w[0].optional);
}

static void blkio_weight_becomes_a_weight(void)
{
	OK(resources_io_weight(10) == 1 && resources_io_weight(1000) == 10000);
	r.io_weight = 500;
	OK(plan_is("io.bfq.weight=500; io.weight=4950"));
	OK(p.w[0].optional && p.w[1].stands_in);
}

static void memory_nodes_before_processors(void)
{
	r.cpus = xstrdup("0-1");
	r.mems = xstrdup("0");
	OK(plan_is("cpuset.mems=0; cpuset.cpus=0-1"));
	EQ_STR(p.w[1].controller, "cpuset");
}

static void disks(void)
{
	resources_add_io(&r, &(struct io_limit){ IO_READ_BPS, 8, 0, 1048576 });
	resources_add_io(&r, &(struct io_limit){ IO_WRITE_IOPS, 254, 16, 9 });
	OK(plan_is("io.max=8:0 rbps=1048576; io.max=254:16 wiops=9"));
}

static void processes(void)
{
	r.pids = 7;
	OK(plan_is("pids.max=7"));
	OK(resources_limited(&r) && !p.w[0].optional);
	r.pids = RESOURCE_UNLIMITED;
	OK(plan_is("pids.max=max"));
	/* without the controller there is nothing to lift */
	OK(!resources_limited(&r) && resources_any(&r) && p.w[0].optional);
}

static void unified_is_written_as_it_is(void)
{
	strv_add(&r.unified, "memory.high=max");
	strv_add(&r.unified, "hugetlb.2MB.max=a=b");
	OK(plan_is("memory.high=max; hugetlb.2MB.max=a=b"));
	EQ_STR(p.w[1].controller, "hugetlb");
}

static void unified_is_no_path(void)
{
	static const char *const bad[] = {
		"../memory.max=1", "a/b.c=1", "memory=1", "memory.max",
		"=1", ".x=1", "",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		forget();
		strv_add(&r.unified, bad[i]);
		OK(resource_plan_make(&r, &p, &e) == -EINVAL);
		OK(strstr(e.text, bad[i]));
	}
}

static void lists_of_processors(void)
{
	static const char *const bad[] = {
		"a", "1-", "-1", "1,", ",1", "2-1", "1 2", "0x1", "1--2",
		"99999999999999999999", "70000",
	};

	OK(resources_cpu_list_max("0") == 0);
	OK(resources_cpu_list_max("0-3,7") == 7);
	OK(resources_cpu_list_max("9,1-2") == 9);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		OK(resources_cpu_list_max(bad[i]) == -1);
}

#define TRY_ALL(fn)       \
	do {              \
		forget(); \
		RUN(fn);  \
	} while (0)

int main(void)
{
	TRY_ALL(nothing_asked_for_is_nothing_written);
	TRY_ALL(swap_is_what_is_above_memory);
	TRY_ALL(a_reservation_is_what_is_left);
	TRY_ALL(processor_time_and_its_period);
	TRY_ALL(shares_become_a_weight);
	TRY_ALL(blkio_weight_becomes_a_weight);
	TRY_ALL(memory_nodes_before_processors);
	TRY_ALL(disks);
	TRY_ALL(processes);
	TRY_ALL(unified_is_written_as_it_is);
	TRY_ALL(unified_is_no_path);
	TRY_ALL(lists_of_processors);
	forget();
	return DONE();
}
