/* limit_options.c - the texts of limits, checked by docker's rules. */
#include "cmd/ui/limit_options.h"

#include "core/base/file.h"

#include <math.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#define MEMORY_LEAST (6 << 20)
#define PERIOD_LEAST 1000
#define PERIOD_MOST  1000000

struct saved_limits {
	struct limit_options o;
};

const struct opt limit_option_table[] = {
	LIMIT_ROWS(struct saved_limits, o),
	OPT_END
};

void limit_host_read(struct limit_host *ret)
{
	*ret = (struct limit_host){
		.memory = (uint64_t)sysconf(_SC_PHYS_PAGES) *
			  (uint64_t)sysconf(_SC_PAGESIZE),
	};
	if (sched_getaffinity(0, sizeof(ret->cpus), &ret->cpus) < 0)
		for (int i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
			CPU_SET(i, &ret->cpus);
	do {
		char path[64];

		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d",
			 ++ret->mems);
		if (access(path, F_OK) < 0)
			break;
	} while (ret->mems < 1024);
}

bool limit_options_any(const struct limit_options *o)
{
	return o->memory || o->reservation || o->swap || o->cpus ||
	       o->shares || o->period || o->quota || o->cpuset_cpus ||
	       o->cpuset_mems || o->pids || o->blkio_weight ||
	       o->read_bps.n || o->write_bps.n || o->read_iops.n ||
	       o->write_iops.n || o->unified.n || o->parent ||
	       (o->cgroups && !streq(o->cgroups, "disabled"));
}

static bool is_set(const char *text)
{
	return text && *text;
}

bool limit_options_need(const struct limit_options *o,
			const struct resources *r)
{
	return resources_limited(r) || is_set(o->parent) ||
	       (is_set(o->cgroups) && !streq(o->cgroups, "disabled"));
}

static int bad(const char *flag, const char *value, const char *rule,
	       struct err *e)
{
	return err_set(e, EINVAL, "--%s '%s': %s", flag, value, rule);
}

/* ---- memory ---- */

static int parse_bytes(const char *flag, const char *text, int64_t *ret,
		       struct err *e)
{
	uint64_t n;

	if (!text)
		return 0;
	if (!parse_size(text, &n) || n > INT64_MAX)
		return bad(flag, text, "it is a number of bytes, or one with "
			   "b, k, m, g or t behind it: 512m", e);
	if (n && n < MEMORY_LEAST)
		return bad(flag, text, "the least is 6m (6 MiB)", e);
	*ret = (int64_t)n;
	return 0;
}

static int check_machine(const char *text, int64_t n,
			 const struct limit_host *h, struct err *e)
{
	auto_free char *have = format_size_1024(h->memory);

	if (n <= 0 || (uint64_t)n <= h->memory)
		return 0;
	return err_set(e, EINVAL, "--memory '%s': this machine has %s: more "
		       "is no limit", text, have);
}

static int memory(const struct limit_options *o, const struct limit_host *h,
		  struct resources *r, struct err *e)
{
	TRY(parse_bytes("memory", o->memory, &r->memory, e));
	TRY(check_machine(o->memory, r->memory, h, e));
	/* 0 is no limit; of the other two, as if it were not given */
	if (o->memory && !r->memory)
		r->memory = RESOURCE_UNLIMITED;
	TRY(parse_bytes("memory-reservation", o->reservation, &r->reservation,
			e));
	if (streq(o->swap, "-1"))
		r->swap = RESOURCE_UNLIMITED;
	else
		TRY(parse_bytes("memory-swap", o->swap, &r->swap, e));
	if (r->swap > 0 && r->memory <= 0)
		return bad("memory-swap", o->swap, "it counts memory and swap "
			   "together, and needs --memory", e);
	if (r->swap > 0 && r->swap < r->memory)
		return bad("memory-swap", o->swap, "it counts memory and swap "
			   "together, and is at least --memory", e);
	if (r->memory > 0 && r->reservation > r->memory)
		return bad("memory-reservation", o->reservation,
			   "it is at most --memory", e);
	return 0;
}

/* ---- processors ---- */

/* 0 is as if it were not given. */
static int number(const char *flag, const char *text, uint64_t least,
		  uint64_t most, const char *rule, uint64_t *ret,
		  struct err *e)
{
	uint64_t n;

	if (!text || streq(text, "0"))
		return 0;
	if (!parse_u64(text, most, &n) || n < least)
		return bad(flag, text, rule, e);
	*ret = n;
	return 0;
}

static int cpus(const struct limit_options *o, const struct limit_host *h,
		struct resources *r, struct err *e)
{
	int have = CPU_COUNT(&h->cpus);
	char *end;
	double n;

	if (!o->cpus)
		return 0;
	if (r->quota > 0 || r->period)
		return err_set(e, EINVAL, "conflicting options: --cpus and "
			       "--cpu-%s", r->quota > 0 ? "quota" : "period");
	n = strtod(o->cpus, &end);
	if (*end || end == o->cpus || !isfinite(n))
		return bad("cpus", o->cpus, "it is a number of processors, "
			   "such as 0.5 or 2", e);
	if (n < 0.01 || n > have)
		return err_set(e, EINVAL, "--cpus '%s': it is from 0.01 to "
			       "%d.00, as there are %d CPUs available",
			       o->cpus, have, have);
	r->period = 100000;
	r->quota = llround(n * 100000);
	return 0;
}

static int quota(const struct limit_options *o, struct resources *r,
		 struct err *e)
{
	uint64_t n = 0;

	TRY(number("cpu-period", o->period, PERIOD_LEAST, PERIOD_MOST,
		   "it is 1000 to 1000000 microseconds (1ms to 1s)",
		   &r->period, e));
	if (streq(o->quota, "-1") || streq(o->quota, "0")) {
		r->quota = RESOURCE_UNLIMITED;
		return 0;
	}
	TRY(number("cpu-quota", o->quota, PERIOD_LEAST, INT64_MAX,
		   "it is at least 1000 microseconds (1ms), or -1", &n, e));
	r->quota = o->quota ? (int64_t)n : r->quota;
	return 0;
}

/* Every one of the list must be there. */
static int check_list(const char *flag, const char *list,
		      const cpu_set_t *have, struct err *e)
{
	int max = resources_cpu_list_max(list);
	const char *at = list;

	if (max < 0)
		return bad(flag, list, "it is a list such as 0-2,4", e);
	while (*at) {
		char *end;
		unsigned long a = strtoul(at, &end, 10);
		unsigned long b = *end == '-' ? strtoul(end + 1, &end, 10) : a;

		for (; a <= b; a++)
			if (a >= CPU_SETSIZE || !CPU_ISSET(a, have))
				return err_set(e, EINVAL, "--%s '%s': %lu is "
					       "not available here", flag,
					       list, a);
		at = end + (*end == ',');
	}
	return 0;
}

static int cpusets(const struct limit_options *o, const struct limit_host *h,
		   struct resources *r, struct err *e)
{
	cpu_set_t mems;

	CPU_ZERO(&mems);
	for (int i = 0; i < h->mems; i++)
		CPU_SET(i, &mems);
	if (o->cpuset_cpus && *o->cpuset_cpus) {
		TRY(check_list("cpuset-cpus", o->cpuset_cpus, &h->cpus, e));
		r->cpus = xstrdup(o->cpuset_cpus);
	}
	if (o->cpuset_mems && *o->cpuset_mems) {
		TRY(check_list("cpuset-mems", o->cpuset_mems, &mems, e));
		r->mems = xstrdup(o->cpuset_mems);
	}
	return 0;
}

/* ---- disks ---- */

/* "DEVICE:RATE"; a rate of bytes may have a unit. */
static int io_limit(const char *flag, const char *text,
		    enum io_limit_kind kind, struct resources *r,
		    struct err *e)
{
	const char *colon = strrchr(text, ':');
	auto_free char *path = xstrndup(text, colon ? colon - text : 0);
	bool bytes = kind == IO_READ_BPS || kind == IO_WRITE_BPS;
	struct io_limit l = { .kind = kind };
	struct stat st;

	if (*path != '/' || !(bytes ? parse_size(colon + 1, &l.rate) :
			      parse_u64(colon + 1, UINT64_MAX, &l.rate)) ||
	    !l.rate)
		return bad(flag, text, bytes ? "it is DEVICE:BYTES a second, "
			   "such as /dev/sda:1m" : "it is DEVICE:NUMBER a "
			   "second, such as /dev/sda:100", e);
	if (stat(path, &st) < 0)
		return err_sys(e, "--%s '%s': %s", flag, text, path);
	if (!S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "--%s '%s': %s is no block device",
			       flag, text, path);
	l.major = major(st.st_rdev);
	l.minor = minor(st.st_rdev);
	resources_add_io(r, &l);
	return 0;
}

static int disks(const struct limit_options *o, struct resources *r,
		 struct err *e)
{
	const struct {
		const char *flag;
		const struct strv *texts;
	} kinds[IO_LIMIT_KINDS] = {
		[IO_READ_BPS] = { "device-read-bps", &o->read_bps },
		[IO_WRITE_BPS] = { "device-write-bps", &o->write_bps },
		[IO_READ_IOPS] = { "device-read-iops", &o->read_iops },
		[IO_WRITE_IOPS] = { "device-write-iops", &o->write_iops },
	};

	TRY(number("blkio-weight", o->blkio_weight, 10, 1000,
		   "it is 10 to 1000", &r->io_weight, e));
	for (int k = 0; k < IO_LIMIT_KINDS; k++)
		for (size_t i = 0; i < kinds[k].texts->n; i++)
			TRY(io_limit(kinds[k].flag, kinds[k].texts->v[i], k,
				     r, e));
	return 0;
}

/* ---- all of it ---- */

static int one_of(const char *flag, const char *text, const char *const *words,
		  const char *rule, struct err *e)
{
	for (; text && *words; words++)
		if (streq(*words, text))
			return 0;
	return text ? bad(flag, text, rule, e) : 0;
}

static int pids(const struct limit_options *o, struct resources *r,
		struct err *e)
{
	uint64_t n = 0;

	if (streq(o->pids, "-1") || streq(o->pids, "0")) {
		r->pids = RESOURCE_UNLIMITED;
		return 0;
	}
	TRY(number("pids-limit", o->pids, 1, INT64_MAX, "it is a number of "
		   "processes above 0, or -1 for any", &n, e));
	r->pids = o->pids ? (int64_t)n : r->pids;
	return 0;
}

static int check_parent(const char *parent, struct err *e)
{
	auto_strv struct strv parts = { 0 };

	if (parent)
		strv_split(&parts, parent, '/');
	if (!strv_has(&parts, ".."))
		return 0;
	return bad("cgroup-parent", parent, "'..' leads out of what is this "
		   "user's", e);
}

static int check_words(const struct limit_options *o, struct err *e)
{
	static const char *const cgroups[] = { "enabled", "disabled", "split",
					       NULL };
	static const char *const limits[] = { "enforce", "best-effort", NULL };

	TRY(one_of("cgroups", o->cgroups, cgroups,
		   "it is enabled, disabled or split", e));
	TRY(one_of("limits", o->limits, limits,
		   "it is enforce or best-effort", e));
	return check_parent(o->parent, e);
}

static int unified(const struct limit_options *o, struct resources *r,
		   struct err *e)
{
	for (size_t i = 0; i < o->unified.n; i++)
		if (!resources_is_unified(o->unified.v[i]))
			return bad("cgroup-conf", o->unified.v[i], "it is a "
				   "file of the cgroup, = and its text: "
				   "memory.high=32m", e);
	strv_extend(&r->unified, strv_list(&o->unified));
	return 0;
}

int limit_options_resources(const struct limit_options *o,
			    const struct limit_host *h, struct resources *r,
			    struct err *e)
{
	TRY(check_words(o, e));
	TRY(memory(o, h, r, e));
	TRY(quota(o, r, e));
	TRY(cpus(o, h, r, e));
	TRY(number("cpu-shares", o->shares, 2, 262144, "it is 2 to 262144, "
		   "and 1024 is what others have", &r->shares, e));
	TRY(cpusets(o, h, r, e));
	TRY(pids(o, r, e));
	TRY(disks(o, r, e));
	TRY(unified(o, r, e));
	if (streq(o->cgroups, "disabled") && limit_options_need(o, r))
		return err_set(e, EINVAL, "conflicting options: "
			       "--cgroups=disabled and a limit, which a "
			       "cgroup keeps");
	return 0;
}

/* ---- the record ---- */

static void set_bytes(json_t *h, const char *key, const char *text)
{
	uint64_t n;

	if (text && parse_size(text, &n))
		json_object_set_new(h, key, json_integer((json_int_t)n));
	else if (text)
		json_object_set_new(h, key, json_integer(-1));
}

static void set_number(json_t *h, const char *key, const char *text)
{
	if (text)
		json_object_set_new(h, key,
				    json_integer(strtoll(text, NULL, 10)));
}

static void set_text(json_t *h, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(h, key, json_from_bytes(text));
}

static void set_rates(json_t *h, const char *key, const struct strv *texts)
{
	json_t *a = texts->n ? json_array() : NULL;

	for (size_t i = 0; i < texts->n; i++) {
		const char *colon = strrchr(texts->v[i], ':');
		auto_free char *path = xstrndup(texts->v[i],
						colon - texts->v[i]);
		uint64_t rate = 0;

		parse_size(colon + 1, &rate);
		json_array_append_new(a, json_pack(
			"{s:s, s:I}", "Path", path, "Rate", (json_int_t)rate));
	}
	if (a)
		json_object_set_new(h, key, a);
}

void limit_options_record(const struct limit_options *o, json_t *h)
{
	set_bytes(h, "Memory", o->memory);
	set_bytes(h, "MemoryReservation", o->reservation);
	set_bytes(h, "MemorySwap", o->swap);
	if (o->memory && !o->swap)
		json_object_set_new(h, "MemorySwap", json_integer(
			2 * json_integer_value(json_object_get(h, "Memory"))));
	if (o->cpus)
		json_object_set_new(h, "NanoCpus", json_integer(
			llround(strtod(o->cpus, NULL) * 1e9)));
	set_number(h, "CpuShares", o->shares);
	set_number(h, "CpuPeriod", o->period);
	set_number(h, "CpuQuota", o->quota);
	set_text(h, "CpusetCpus", o->cpuset_cpus);
	set_text(h, "CpusetMems", o->cpuset_mems);
	set_number(h, "PidsLimit", o->pids);
	set_number(h, "BlkioWeight", o->blkio_weight);
	set_rates(h, "BlkioDeviceReadBps", &o->read_bps);
	set_rates(h, "BlkioDeviceWriteBps", &o->write_bps);
	set_rates(h, "BlkioDeviceReadIOps", &o->read_iops);
	set_rates(h, "BlkioDeviceWriteIOps", &o->write_iops);
	set_text(h, "CgroupParent", o->parent);
}
