/* limit_options_test.c - the texts of limits, and what is wrong with them. */
#include "cmd/ui/limit_options.h"

#include "tests/unit/tap.h"

static struct limit_options o;
static struct limit_host h;
static struct resources r;
static struct err e;

static void forget(void)
{
	struct strv *const lists[] = { &o.read_bps, &o.write_bps,
				       &o.read_iops, &o.write_iops,
				       &o.unified };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		strv_release(lists[i]);
	resources_release(&r);
	o = (struct limit_options){ 0 };
	h = (struct limit_host){ .mems = 1, .memory = 8ULL << 30 };
	CPU_SET(0, &h.cpus);
	CPU_SET(2, &h.cpus);
}

static int parse(void)
{
	int n;

	resources_release(&r);
	n = limit_options_resources(&o, &h, &r, &e);
	if (n < 0)
		printf("# %s\n", e.text);
	return n;
}

/* Refused, and the message has the flag with its value, and the rule. */
static bool refused(const char *flag_and_value, const char *rule)
{
	bool ok = parse() == -EINVAL && strstr(e.text, flag_and_value) &&
		  strstr(e.text, rule);

	forget();
	return ok;
}

static void memory_in_bytes_and_units(void)
{
	o.memory = "64m";
	o.reservation = "33554432";
	o.swap = "128M";
	OK(parse() == 0 && r.memory == 64 << 20);
	OK(r.reservation == 32 << 20 && r.swap == 128 << 20);
	o.swap = "-1";
	OK(parse() == 0 && r.swap == RESOURCE_UNLIMITED);
	o.memory = "8g";
	OK(parse() == 0 && r.memory == 8LL << 30);
}

static void bad_memory(void)
{
	o.memory = "1k";
	OK(refused("--memory '1k'", "6m"));
	o.memory = "10T";
	OK(refused("--memory '10T'", "this machine has 8GiB"));
	o.memory = "-1";
	OK(refused("--memory '-1'", "number of bytes"));
	o.memory = "much";
	OK(refused("--memory 'much'", "number of bytes"));
	o.memory = "";
	OK(refused("--memory ''", "number of bytes"));
	o.reservation = "1k";
	OK(refused("--memory-reservation '1k'", "6m"));
	o.memory = "64m";
	o.reservation = "65m";
	OK(refused("--memory-reservation '65m'", "at most --memory"));
}

static void bad_swap(void)
{
	o.swap = "64m";
	OK(refused("--memory-swap '64m'", "needs --memory"));
	o.memory = "0";
	o.swap = "64m";
	OK(refused("--memory-swap '64m'", "needs --memory"));
	o.memory = "64m";
	o.swap = "63m";
	OK(refused("--memory-swap '63m'", "at least --memory"));
	o.memory = "64m";
	o.swap = "-2";
	OK(refused("--memory-swap '-2'", "number of bytes"));
}

static void processors(void)
{
	o.cpus = "0.5";
	OK(parse() == 0 && r.quota == 50000 && r.period == 100000);
	o.cpus = "2";
	OK(parse() == 0 && r.quota == 200000);
	o.cpus = "1e-2";
	OK(parse() == 0 && r.quota == 1000);
}

static void bad_processors(void)
{
	static const char *const no_number[] = { "text", "", "nan", "inf",
						 "1 2", "0.5x" };

	o.cpus = "0";
	OK(refused("--cpus '0'", "0.01 to 2.00"));
	o.cpus = "3";
	OK(refused("--cpus '3'", "2 CPUs available"));
	o.cpus = "-1";
	OK(refused("--cpus '-1'", "0.01 to 2.00"));
	for (size_t i = 0; i < ARRAY_LEN(no_number); i++) {
		o.cpus = no_number[i];
		OK(refused("--cpus '", "number of processors"));
	}
	o.cpus = "1";
	o.quota = "5000";
	OK(refused("--cpus", "--cpu-quota"));
	o.cpus = "1";
	o.period = "5000";
	OK(refused("--cpus", "--cpu-period"));
}

static void quota_and_period(void)
{
	o.quota = "5000";
	o.period = "10000";
	OK(parse() == 0 && r.quota == 5000 && r.period == 10000);
	o.quota = "-1";
	OK(parse() == 0 && r.quota == RESOURCE_UNLIMITED);
	o.quota = "999";
	OK(refused("--cpu-quota '999'", "1000 microseconds"));
	o.period = "1000001";
	OK(refused("--cpu-period '1000001'", "1000 to 1000000"));
	o.period = "ten";
	OK(refused("--cpu-period 'ten'", "1000 to 1000000"));
	o.shares = "1";
	OK(refused("--cpu-shares '1'", "2 to 262144"));
	o.shares = "262145";
	OK(refused("--cpu-shares '262145'", "2 to 262144"));
}

static void sets_of_what_is_there(void)
{
	o.cpuset_cpus = "0,2";
	o.cpuset_mems = "0";
	OK(parse() == 0);
	EQ_STR(r.cpus, "0,2");
	EQ_STR(r.mems, "0");
	o.cpuset_cpus = "0-2";
	OK(refused("--cpuset-cpus '0-2'", "1 is not available"));
	o.cpuset_cpus = "0-60000";
	OK(refused("--cpuset-cpus '0-60000'", "1 is not available"));
	o.cpuset_cpus = "2,5000";
	OK(refused("--cpuset-cpus '2,5000'", "5000 is not available"));
	o.cpuset_mems = "1";
	OK(refused("--cpuset-mems '1'", "1 is not available"));
	o.cpuset_cpus = "two";
	OK(refused("--cpuset-cpus 'two'", "a list such as"));
}

static void processes(void)
{
	o.pids = "100";
	OK(parse() == 0 && r.pids == 100);
	o.pids = "-1";
	OK(parse() == 0 && r.pids == RESOURCE_UNLIMITED);
	o.pids = "0";
	OK(parse() == 0 && r.pids == RESOURCE_UNLIMITED);
	o.pids = "-2";
	OK(refused("--pids-limit '-2'", "number of processes"));
	o.pids = "few";
	OK(refused("--pids-limit 'few'", "number of processes"));
}

static void disks_by_device(void)
{
	static const char *const bad[] = { "/dev/sda", "sda:1m", "/dev/sda:",
					   "/dev/sda:fast", "/dev/sda:0", ":1",
					   "" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		strv_add(&o.read_bps, bad[i]);
		OK(refused("--device-read-bps '", "DEVICE:BYTES"));
	}
	strv_add(&o.write_iops, "/dev/sda:1m");
	OK(refused("--device-write-iops '/dev/sda:1m'", "DEVICE:NUMBER"));
	strv_add(&o.write_bps, "/dev/null:1m");
	OK(refused("--device-write-bps '/dev/null:1m'", "no block device"));
	strv_add(&o.read_iops, "/nowhere/sda:1");
	OK(parse() == -ENOENT && strstr(e.text, "/nowhere/sda"));
	forget();
	o.blkio_weight = "9";
	OK(refused("--blkio-weight '9'", "10 to 1000"));
}

static void words_and_conflicts(void)
{
	o.cgroups = "maybe";
	OK(refused("--cgroups 'maybe'", "enabled, disabled or split"));
	o.limits = "perhaps";
	OK(refused("--limits 'perhaps'", "enforce or best-effort"));
	o.cgroups = "disabled";
	o.pids = "10";
	OK(refused("--cgroups=disabled", "conflicting"));
	o.cgroups = "disabled";
	OK(parse() == 0 && !limit_options_any(&o));
	o.cgroups = "split";
	OK(parse() == 0 && limit_options_any(&o));
}

/* Taken, with no need of a cgroup. */
static bool unlimited(void)
{
	bool ok = parse() == 0 && !limit_options_need(&o, &r) &&
		  !resources_limited(&r);

	forget();
	return ok;
}

static void no_limit_needs_no_cgroup(void)
{
	const struct {
		const char **member, *text;
	} all[] = {
		{ &o.pids, "-1" }, { &o.pids, "0" }, { &o.memory, "0" },
		{ &o.reservation, "0" }, { &o.swap, "0" }, { &o.swap, "-1" },
		{ &o.quota, "-1" }, { &o.quota, "0" }, { &o.period, "0" },
		{ &o.shares, "0" }, { &o.blkio_weight, "0" },
		{ &o.cpuset_cpus, "" }, { &o.cpuset_mems, "" },
		{ &o.parent, "" }, { &o.cgroups, "disabled" },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		*all[i].member = all[i].text;
		printf("# %zu '%s'\n", i, all[i].text);
		OK(unlimited());
	}
	/* to an update it is something to do */
	o.memory = "0";
	OK(parse() == 0 && limit_options_any(&o) && resources_any(&r));
	forget();
	o.cgroups = "disabled";
	o.pids = "-1";
	OK(unlimited());
	o.cpus = "1";
	o.quota = "0";
	o.period = "0";
	OK(parse() == 0 && r.quota == 100000 && limit_options_need(&o, &r));
	forget();
	o.parent = "jobs";
	OK(parse() == 0 && limit_options_need(&o, &r));
	forget();
	o.cgroups = "enabled";
	OK(parse() == 0 && limit_options_need(&o, &r));
}

static void a_place_and_a_file_that_lead_out(void)
{
	static const char *const parents[] = { "../../x", "..", "a/../b",
					       "/..", "a/.." };
	static const char *const files[] = { "foo", "foo=1", "../a.b=1",
					     "a/b.c=1", "=1" };

	for (size_t i = 0; i < ARRAY_LEN(parents); i++) {
		o.parent = parents[i];
		OK(refused("--cgroup-parent '", "leads out"));
	}
	o.parent = "/a..b/c";
	OK(parse() == 0);
	forget();
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		strv_add(&o.unified, files[i]);
		OK(refused("--cgroup-conf '", "memory.high=32m"));
	}
}

static bool recorded(const char *want)
{
	json_t *j = json_object();
	auto_free char *text = NULL;

	limit_options_record(&o, j);
	text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(j);
	printf("# %s\n", text);
	return streq(text, want);
}

static void recorded_as_docker_does(void)
{
	OK(recorded("{}"));
	o.memory = "64m";
	o.cpus = "0.5";
	o.pids = "-1";
	strv_add(&o.read_bps, "/dev/sda:1m");
	OK(recorded("{\"BlkioDeviceReadBps\":[{\"Path\":\"/dev/sda\","
		    "\"Rate\":1048576}],\"Memory\":67108864,"
		    "\"MemorySwap\":134217728,\"NanoCpus\":500000000,"
		    "\"PidsLimit\":-1}"));
}

#define TRY_ALL(fn)       \
	do {              \
		forget(); \
		RUN(fn);  \
	} while (0)

int main(void)
{
	TRY_ALL(memory_in_bytes_and_units);
	TRY_ALL(bad_memory);
	TRY_ALL(bad_swap);
	TRY_ALL(processors);
	TRY_ALL(bad_processors);
	TRY_ALL(quota_and_period);
	TRY_ALL(sets_of_what_is_there);
	TRY_ALL(processes);
	TRY_ALL(disks_by_device);
	TRY_ALL(words_and_conflicts);
	TRY_ALL(no_limit_needs_no_cgroup);
	TRY_ALL(a_place_and_a_file_that_lead_out);
	TRY_ALL(recorded_as_docker_does);
	forget();
	return DONE();
}
