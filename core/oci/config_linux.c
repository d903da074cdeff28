/* config_linux.c - config.json: linux. */
#include "core/oci/config.h"
#include "core/oci/words.h"

#include <stdio.h>
#include <sys/personality.h>

#define L(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct oci_config, m) }

/* ---- namespaces ---- */

/* The spec's words; NS_* of core/spec.h. */
static const char *const ns_words[NS_TYPES] = {
	[NS_CGROUP] = "cgroup", [NS_IPC] = "ipc", [NS_MOUNT] = "mount",
	[NS_NET] = "network", [NS_PID] = "pid", [NS_TIME] = "time",
	[NS_USER] = "user", [NS_UTS] = "uts",
};

struct ns_text {
	char *type, *path;
};

static const struct field ns_fields[] = {
	{ .key = "type", .read = read_string, .required = true,
	  .offset = offsetof(struct ns_text, type) },
	{ .key = "path", .read = read_string,
	  .offset = offsetof(struct ns_text, path) },
	FIELD_END
};

static int set_ns(struct reader *r, struct oci_config *c, struct ns_text *t)
{
	int kind = 0;

	while (kind < NS_TYPES && !streq(ns_words[kind], t->type))
		kind++;
	if (kind == NS_TYPES)
		return read_fail(r, "unknown type '%.40s'", t->type);
	if (c->given & 1u << kind)
		return read_fail(r, "%s is in the list twice", t->type);
	if (t->path && *t->path && *t->path != '/')
		return read_fail(r, "path: an absolute path is wanted");
	c->given |= 1u << kind;
	c->spec.ns[kind].mode = t->path && *t->path ? NS_PATH : NS_PRIVATE;
	if (c->spec.ns[kind].mode == NS_PATH)
		c->spec.ns[kind].path = steal_ptr(t->path);
	return 0;
}

static int add_ns(struct reader *r, const json_t *v, void *dest)
{
	struct ns_text t = { 0 };
	int code = read_fields(r, ns_fields, v, &t);

	if (code == 0)
		code = set_ns(r, dest, &t);
	free(t.type);
	free(t.path);
	return code;
}

static int read_namespaces(struct reader *r, const struct field *f UNUSED,
			   const json_t *v, void *dest)
{
	return read_each(r, v, add_ns, dest);
}

/* ---- ids ---- */

static const struct field mapping_fields[] = {
	{ .key = "containerID", .read = read_uint32,
	  .offset = offsetof(struct id_extent, inside) },
	{ .key = "hostID", .read = read_uint32,
	  .offset = offsetof(struct id_extent, outside) },
	{ .key = "size", .read = read_uint32, .required = true,
	  .offset = offsetof(struct id_extent, count) },
	FIELD_END
};

static int add_mapping(struct reader *r, const json_t *v, void *dest)
{
	struct id_extents *x = dest;
	struct id_extent e = { 0 };

	TRY(read_fields(r, mapping_fields, v, &e));
	if (x->n == IDMAP_EXTENTS_MAX)
		return read_fail(r, "more than %d are too many",
				 IDMAP_EXTENTS_MAX);
	if (e.count)
		x->e[x->n++] = e;
	return 0;
}

int oci_read_mappings(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	return read_each(r, v, add_mapping, dest);
}

/* ---- devices ---- */

struct device_text {
	char *type, *path;
	int64_t major, minor;
	int64_t mode;
	uint32_t uid, gid;
};

static int read_mode(struct reader *r, const struct field *f UNUSED,
		     const json_t *v, void *dest)
{
	/* Go's os.FileMode has the kind in the upper bits: 0100000 and so on */
	TRY(read_number(r, v, 0, UINT32_MAX, dest));
	*(int64_t *)dest &= 07777;
	return 0;
}

#define D(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct device_text, m) }
static const struct field device_fields[] = {
	{ .key = "type", .read = read_string, .required = true,
	  .offset = offsetof(struct device_text, type) },
	{ .key = "path", .read = read_string, .required = true,
	  .offset = offsetof(struct device_text, path) },
	D("major", major, read_int64), D("minor", minor, read_int64),
	D("fileMode", mode, read_mode),
	D("uid", uid, read_uint32), D("gid", gid, read_uint32),
	FIELD_END
};
#undef D

static int set_device(struct reader *r, struct spec *s,
		      const struct device_text *t)
{
	auto_free char *path = NULL;
	struct device_spec *d;
	char type = *t->type == 'u' ? 'c' : *t->type;

	if (strlen(t->type) != 1 || !strchr("cbp", type))
		return read_fail(r, "type: it is one of c, b, u, p");
	if (*t->path != '/')
		return read_fail(r, "path: an absolute path is wanted");
	path = mount_clean_path(t->path);
	spec_add_device(s, path, path, "rwm");
	d = &s->devices[s->n_devices - 1];
	d->type = type;
	d->major = (unsigned int)t->major;
	d->minor = (unsigned int)t->minor;
	d->mode = (mode_t)t->mode;
	d->uid = t->uid;
	d->gid = t->gid;
	return 0;
}

static int add_device(struct reader *r, const json_t *v, void *dest)
{
	struct device_text t = { .mode = 0666 };
	int code = read_fields(r, device_fields, v, &t);

	if (code == 0)
		code = set_device(r, dest, &t);
	free(t.type);
	free(t.path);
	return code;
}

static int read_devices(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	return read_each(r, v, add_device, dest);
}

/* ---- sysctl ---- */

/* "net.ipv4.ip_forward", or with slashes where a name has dots in it. */
static int add_sysctl(struct reader *r, const char *key, const json_t *v,
		      void *dest)
{
	const char *value = read_text(r, v);
	auto_free char *path = xstrdup(key);
	bool slashes = path[strcspn(path, "./")] == '/';

	if (!value)
		return -EINVAL;
	for (char *s = path; *s; s++)
		if (*s == '.' || *s == '/')
			*s = (*s == '.') != slashes ? '/' : '.';
	if (!*path || *path == '/' || strstr(path, ".."))
		return read_fail(r, "it is no sysctl");
	spec_add_sysctl(dest, path, value);
	return 0;
}

static int read_sysctls(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	return read_members(r, v, add_sysctl, dest);
}

/* ---- time ---- */

struct offset {
	int64_t secs, nanos;
};

struct offsets {
	struct offset monotonic, boottime;
};

static int read_nanos(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	return read_number(r, v, 0, 999999999, dest);
}

static const struct field offset_fields[] = {
	{ .key = "secs", .read = read_int64,
	  .offset = offsetof(struct offset, secs) },
	{ .key = "nanosecs", .read = read_nanos,
	  .offset = offsetof(struct offset, nanos) },
	FIELD_END
};

static int read_offset(struct reader *r, const struct field *f UNUSED,
		       const json_t *v, void *dest)
{
	return read_fields(r, offset_fields, v, dest);
}

static const struct field offsets_fields[] = {
	{ .key = "monotonic", .read = read_offset,
	  .offset = offsetof(struct offsets, monotonic) },
	{ .key = "boottime", .read = read_offset,
	  .offset = offsetof(struct offsets, boottime) },
	FIELD_END
};

static int read_offsets(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	struct offsets o = { 0 };

	TRY(read_fields(r, offsets_fields, v, &o));
	free(*(char **)dest);
	*(char **)dest = xasprintf("monotonic %lld %lld\nboottime %lld %lld\n",
				   (long long)o.monotonic.secs,
				   (long long)o.monotonic.nanos,
				   (long long)o.boottime.secs,
				   (long long)o.boottime.nanos);
	return 0;
}

/* ---- seccomp, personality, the root's propagation ---- */

static const struct field listener_fields[] = {
	L("listenerPath", listener_path, read_string),
	L("listenerMetadata", listener_metadata, read_string),
	FIELD_END
};

static int read_seccomp(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	struct oci_config *c = dest;

	TRY(read_fields(r, listener_fields, v, c));
	free(c->spec.seccomp_json);
	c->spec.seccomp_json = json_text(v);
	return 0;
}

struct personality_text {
	char *domain;
};

static const struct field personality_fields[] = {
	{ .key = "domain", .read = read_string, .required = true,
	  .offset = offsetof(struct personality_text, domain) },
	FIELD_END
};

static int read_personality(struct reader *r, const struct field *f UNUSED,
			    const json_t *v, void *dest)
{
	struct attributes *a = dest;
	struct personality_text t = { 0 };
	int code = read_fields(r, personality_fields, v, &t);

	a->has_personality = true;
	a->personality = streq(t.domain, "LINUX32") ? PER_LINUX32 : PER_LINUX;
	if (code == 0 && !streq(t.domain, "LINUX32") &&
	    !streq(t.domain, "LINUX"))
		code = read_fail(r, "domain: it is LINUX or LINUX32");
	free(t.domain);
	return code;
}

static int read_propagation(struct reader *r, const struct field *f UNUSED,
			    const json_t *v, void *dest)
{
	static const struct {
		const char *word;
		uint64_t flags;
	} words[] = {
		{ "private", MS_PRIVATE }, { "slave", MS_SLAVE },
		{ "shared", MS_SHARED }, { "unbindable", MS_UNBINDABLE },
		{ "rprivate", MS_PRIVATE | MS_REC },
		{ "rslave", MS_SLAVE | MS_REC },
		{ "rshared", MS_SHARED | MS_REC },
		{ "runbindable", MS_UNBINDABLE | MS_REC },
	};
	const char *text = read_text(r, v);

	if (!text)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (streq(words[i].word, text))
			*(uint64_t *)dest = words[i].flags;
	return *(uint64_t *)dest || !*text ? 0 :
	       read_fail(r, "unknown propagation '%.40s'", text);
}

static int read_presence(struct reader *r, const struct field *f UNUSED,
			 const json_t *v, void *dest)
{
	*(bool *)dest = true;
	return json_is_object(v) ? 0 : read_fail(r, "an object is wanted");
}

static int read_resources(struct reader *r, const struct field *f UNUSED,
			  const json_t *v, void *dest)
{
	return read_fields(r, oci_resource_fields, v, dest);
}

const struct field oci_linux_fields[] = {
	{ .key = "namespaces", .read = read_namespaces },
	L("uidMappings", spec.idmap.uid, oci_read_mappings),
	L("gidMappings", spec.idmap.gid, oci_read_mappings),
	L("timeOffsets", spec.time_offsets, read_offsets),
	L("devices", spec, read_devices),
	L("cgroupsPath", cgroups_path, read_string),
	L("resources", spec.resources, read_resources),
	L("sysctl", spec, read_sysctls),
	{ .key = "seccomp", .read = read_seccomp },
	L("rootfsPropagation", spec.propagation, read_propagation),
	L("maskedPaths", spec.masked_paths, read_strings),
	L("readonlyPaths", spec.readonly_paths, read_strings),
	L("mountLabel", mount_label, read_string),
	L("personality", spec.attributes, read_personality),
	L("intelRdt", intel_rdt, read_presence),
	FIELD_END
};

json_t *oci_namespace_words(void)
{
	json_t *ret = json_array();

	for (int t = 0; t < NS_TYPES; t++)
		json_array_append_new(ret, json_string(ns_words[t]));
	return ret;
}
