/* config_resources.c - config.json: linux.resources. */
#include "core/oci/config.h"

#include <inttypes.h>

#define R(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct resources, m) }

/* A number that has a file of its own in version 2. */
static int add_unified(struct reader *r, const json_t *v, const char *file,
		       void *dest)
{
	struct resources *res = dest;
	int64_t n = 0;

	TRY(read_number(r, v, INT64_MIN, INT64_MAX, &n));
	strv_printf(&res->unified, "%s=%" PRId64, file, n);
	return 0;
}

static int read_burst(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	return add_unified(r, v, "cpu.max.burst", dest);
}

static int read_idle(struct reader *r, const struct field *f UNUSED,
		     const json_t *v, void *dest)
{
	return add_unified(r, v, "cpu.idle", dest);
}

/* An empty list is none. */
static int read_list(struct reader *r, const struct field *f, const json_t *v,
		     void *dest)
{
	if (json_is_string(v) && json_string_length(v) == 0)
		return 0;
	return read_string(r, f, v, dest);
}

static const struct field memory_fields[] = {
	R("limit", memory, read_int64),
	R("reservation", reservation, read_int64),
	R("swap", swap, read_int64),
	FIELD_END
};

static const struct field cpu_fields[] = {
	R("shares", shares, read_uint64),
	R("quota", quota, read_int64),
	R("period", period, read_uint64),
	R("cpus", cpus, read_list),
	R("mems", mems, read_list),
	{ .key = "burst", .read = read_burst },
	{ .key = "idle", .read = read_idle },
	FIELD_END
};

static const struct field pids_fields[] = {
	R("limit", pids, read_int64),
	FIELD_END
};

/* ---- disks ---- */

struct disk {
	int64_t major, minor;
	uint64_t rate, weight;
};

#define D(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct disk, m) }
static const struct field disk_fields[] = {
	D("major", major, read_int64), D("minor", minor, read_int64),
	D("rate", rate, read_uint64), D("weight", weight, read_uint64),
	FIELD_END
};
#undef D

static int add_disk(struct reader *r, enum io_limit_kind kind,
		    const json_t *v, struct resources *res)
{
	struct disk d = { 0 };

	TRY(read_fields(r, disk_fields, v, &d));
	resources_add_io(res, &(struct io_limit){
		.kind = kind, .major = (unsigned int)d.major,
		.minor = (unsigned int)d.minor, .rate = d.rate,
	});
	return 0;
}

#define KIND(name, kind)                                                  \
	static int add_##name(struct reader *r, const json_t *v, void *dest) \
	{                                                                 \
		return add_disk(r, kind, v, dest);                        \
	}                                                                 \
	static int read_##name(struct reader *r, const struct field *f UNUSED, \
			       const json_t *v, void *dest)               \
	{                                                                 \
		return read_each(r, v, add_##name, dest);                 \
	}
KIND(read_bps, IO_READ_BPS)
KIND(write_bps, IO_WRITE_BPS)
KIND(read_iops, IO_READ_IOPS)
KIND(write_iops, IO_WRITE_IOPS)
#undef KIND

static int add_weight(struct reader *r, const json_t *v, void *dest)
{
	struct resources *res = dest;
	struct disk d = { 0 };

	TRY(read_fields(r, disk_fields, v, &d));
	if (d.weight >= 10)
		strv_printf(&res->unified, "io.weight=%" PRId64 ":%" PRId64
			    " %" PRIu64, d.major, d.minor,
			    resources_io_weight(d.weight));
	return 0;
}

static int read_weights(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	return read_each(r, v, add_weight, dest);
}

static int read_weight(struct reader *r, const struct field *f UNUSED,
		       const json_t *v, void *dest)
{
	int64_t n = 0;

	TRY(read_number(r, v, 0, 1000, &n));
	if (n && n < 10)
		return read_fail(r, "it is 10 to 1000");
	*(uint64_t *)dest = (uint64_t)n;
	return 0;
}

static const struct field disks_fields[] = {
	R("weight", io_weight, read_weight),
	{ .key = "weightDevice", .read = read_weights },
	{ .key = "throttleReadBpsDevice", .read = read_read_bps },
	{ .key = "throttleWriteBpsDevice", .read = read_write_bps },
	{ .key = "throttleReadIOPSDevice", .read = read_read_iops },
	{ .key = "throttleWriteIOPSDevice", .read = read_write_iops },
	FIELD_END
};

/* ---- large pages, rdma, files by name ---- */

struct pages {
	char *size;
	uint64_t limit;
};

static const struct field pages_fields[] = {
	{ .key = "pageSize", .read = read_string, .required = true,
	  .offset = offsetof(struct pages, size) },
	{ .key = "limit", .read = read_uint64, .required = true,
	  .offset = offsetof(struct pages, limit) },
	FIELD_END
};

static int add_pages(struct reader *r, const json_t *v, void *dest)
{
	struct resources *res = dest;
	struct pages p = { 0 };
	int code = read_fields(r, pages_fields, v, &p);

	if (code == 0)
		strv_printf(&res->unified, "hugetlb.%s.max=%" PRIu64, p.size,
			    p.limit);
	free(p.size);
	return code;
}

static int read_pages(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	return read_each(r, v, add_pages, dest);
}


static int add_rdma(struct reader *r, const char *key, const json_t *v,
		    void *dest)
{
	struct resources *res = dest;
	auto_str struct str text = { 0 };
	static const char *const words[][2] = {
		{ "hcaHandles", "hca_handle" }, { "hcaObjects", "hca_object" },
	};

	if (!json_is_object(v))
		return read_fail(r, "an object is wanted");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const json_t *n = json_object_get(v, words[i][0]);
		int64_t value = 0;

		if (!n)
			continue;
		TRY(read_number(r, n, 0, UINT32_MAX, &value));
		str_printf(&text, " %s=%" PRId64, words[i][1], value);
	}
	if (text.len)
		strv_printf(&res->unified, "rdma.max=%s%s", key,
			    str_text(&text));
	return 0;
}

static int read_rdma(struct reader *r, const struct field *f UNUSED,
		     const json_t *v, void *dest)
{
	return read_members(r, v, add_rdma, dest);
}

static int add_file(struct reader *r, const char *key, const json_t *v,
		    void *dest)
{
	struct resources *res = dest;
	const char *text = read_text(r, v);

	if (!text)
		return -EINVAL;
	if (!*key || strchr(key, '/') || strchr(key, '=') || *key == '.')
		return read_fail(r, "it is no file of a cgroup");
	strv_printf(&res->unified, "%s=%s", key, text);
	return 0;
}

static int read_files(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	return read_members(r, v, add_file, dest);
}

const struct field oci_resource_fields[] = {
	{ .key = "memory", .read = read_object, .sub = memory_fields },
	{ .key = "cpu", .read = read_object, .sub = cpu_fields },
	{ .key = "pids", .read = read_object, .sub = pids_fields },
	{ .key = "blockIO", .read = read_object, .sub = disks_fields },
	{ .key = "hugepageLimits", .read = read_pages },
	{ .key = "rdma", .read = read_rdma },
	{ .key = "unified", .read = read_files },
	FIELD_END
};
