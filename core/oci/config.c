/* config.c - config.json: its top, annotations and hooks. */
#include "core/oci/config.h"

static int read_version(struct reader *r, const struct field *f,
			const json_t *v, void *dest)
{
	TRY(read_string(r, f, v, dest));
	if (!skip_prefix(*(char **)dest, "1."))
		return read_fail(r, "this is a runtime for version 1, not "
				 "'%.40s'", *(char **)dest);
	return 0;
}

static int add_annotation(struct reader *r, const char *key, const json_t *v,
			  void *dest)
{
	const char *value = read_text(r, v);

	if (!value)
		return -EINVAL;
	if (!*key || strchr(key, '='))
		return read_fail(r, "the name is empty or has a '=' in it");
	strv_printf(dest, "%s=%s", key, value);
	return 0;
}

static int read_annotations(struct reader *r, const struct field *f UNUSED,
			    const json_t *v, void *dest)
{
	return read_members(r, v, add_annotation, dest);
}

/* ---- hooks ---- */

static int read_hook_path(struct reader *r, const struct field *f,
			  const json_t *v, void *dest)
{
	TRY(read_string(r, f, v, dest));
	if (**(char **)dest != '/')
		return read_fail(r, "an absolute path is wanted");
	return 0;
}

static int read_timeout(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	return read_number(r, v, 1, INT32_MAX, dest);
}

#define H(k, m, fn) { .key = k, .read = fn, .offset = offsetof(struct hook, m) }
static const struct field hook_fields[] = {
	{ .key = "path", .read = read_hook_path, .required = true,
	  .offset = offsetof(struct hook, path) },
	H("args", args, read_strings),
	H("env", env, read_strings),
	H("timeout", timeout_s, read_timeout),
	FIELD_END
};
#undef H

static int add_hook(struct reader *r, const json_t *v, void *dest)
{
	struct hook_list *l = dest;

	l->h = xrealloc(l->h, l->n + 1, sizeof(*l->h));
	l->h[l->n] = (struct hook){ 0 };
	return read_fields(r, hook_fields, v, &l->h[l->n++]);
}

static int read_hook_list(struct reader *r, const struct field *f UNUSED,
			  const json_t *v, void *dest)
{
	return read_each(r, v, add_hook, dest);
}

#define H(k, kind)                                                       \
	{ .key = k, .read = read_hook_list,                              \
	  .offset = offsetof(struct oci_config, hooks) +                 \
		    (kind) * sizeof(struct hook_list) }
static const struct field hooks_fields[] = {
	H("prestart", OCI_PRESTART),
	H("createRuntime", OCI_CREATE_RUNTIME),
	H("createContainer", OCI_CREATE_CONTAINER),
	H("startContainer", OCI_START_CONTAINER),
	H("poststart", OCI_POSTSTART),
	H("poststop", OCI_POSTSTOP),
	FIELD_END
};
#undef H

/* ---- the top ---- */

static const struct field root_fields[] = {
	{ .key = "path", .read = read_string, .required = true,
	  .offset = offsetof(struct oci_config, root) },
	{ .key = "readonly", .read = read_bool,
	  .offset = offsetof(struct oci_config, spec.readonly_root) },
	FIELD_END
};

static int read_process(struct reader *r, const struct field *f,
			const json_t *v, void *dest)
{
	((struct oci_config *)dest)->has_process = true;
	return read_fields(r, f->sub, v, dest);
}

#define C(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct oci_config, m) }
static const struct field config_fields[] = {
	{ .key = "ociVersion", .read = read_version, .required = true,
	  .offset = offsetof(struct oci_config, version) },
	{ .key = "process", .read = read_process, .sub = oci_process_fields },
	{ .key = "root", .read = read_object, .sub = root_fields,
	  .required = true },
	C("hostname", spec.hostname, read_string),
	C("domainname", spec.domainname, read_string),
	C("mounts", spec.mounts, oci_read_mounts),
	{ .key = "hooks", .read = read_object, .sub = hooks_fields },
	C("annotations", spec.annotations, read_annotations),
	{ .key = "linux", .read = read_object, .sub = oci_linux_fields },
	FIELD_END
};
#undef C

static void init(struct oci_config *c)
{
	*c = (struct oci_config){ 0 };
	spec_init(&c->spec);
	c->spec.plain = c->spec.interactive = true;
	c->spec.seccomp_unconfined = true;
	for (int t = 0; t < NS_TYPES; t++)
		c->spec.ns[t].mode = NS_HOST;
	c->spec.caps = xcalloc(1, sizeof(*c->spec.caps));
}

int oci_config_read(const json_t *doc, struct oci_config *ret, struct err *e)
{
	struct reader r = { .e = e, .arg = ret };
	int code;

	init(ret);
	code = read_fields(&r, config_fields, doc, ret);
	str_release(&r.path);
	return code;
}

int oci_config_parse(const char *text, size_t n, struct oci_config *ret,
		     struct err *e)
{
	auto_json json_t *doc = NULL;

	init(ret);
	TRY(oci_json_parse(text, n, "config.json", &doc, e));
	oci_config_release(ret);
	return oci_config_read(doc, ret, e);
}

/* What an exec takes of the container's own process is overwritten whole. */
int oci_process_read(const json_t *doc, struct oci_config *ret, struct err *e)
{
	static const struct field top[] = {
		{ .key = "process", .read = read_process,
		  .sub = oci_process_fields },
		FIELD_END
	};
	struct reader r = { .e = e, .arg = ret };
	json_t *around = json_object();
	int code;

	json_object_set(around, "process", (json_t *)doc);
	code = read_fields(&r, top, around, ret);
	json_decref(around);
	str_release(&r.path);
	return code;
}

int oci_resources_read(const json_t *doc, struct resources *ret,
		       struct err *e)
{
	struct reader r = { .e = e };
	int code = read_fields(&r, oci_resource_fields, doc, ret);

	str_release(&r.path);
	return code;
}

void oci_config_release(struct oci_config *c)
{
	free(c->version);
	free(c->root);
	for (int i = 0; i < OCI_HOOKS; i++)
		hook_list_release(&c->hooks[i]);
	free(c->cgroups_path);
	free(c->listener_path);
	free(c->listener_metadata);
	free(c->idmaps);
	free(c->mount_label);
	spec_release(&c->spec);
	*c = (struct oci_config){ 0 };
}
