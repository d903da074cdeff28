/* mount_csv.c - reading --mount. */
#include "core/mount_text.h"

#include "core/base/csv.h"
#include "core/labels.h"
#include "core/volume_name.h"

#include <ctype.h>

/* What was typed; the strings are borrowed from the fields. */
struct wish {
	const char *type, *source, *dest, *propagation, *recursive, *subpath;
	const char *driver, *tmpfs_size, *tmpfs_mode, *ignored;
	bool readonly, create, no_copy;
	struct strv labels, options;
	const char *kinds[4]; /* of keys that were seen: "bind", "volume", ... */
};

/* ---- the fields ---- */

static const struct {
	const char *key;
	size_t offset;
} bool_keys[] = {
	{ "readonly", offsetof(struct wish, readonly) },
	{ "ro", offsetof(struct wish, readonly) },
	{ "bind-create-src", offsetof(struct wish, create) },
	{ "volume-nocopy", offsetof(struct wish, no_copy) },
};

static const struct {
	const char *key;
	size_t offset;
} text_keys[] = {
	{ "type", offsetof(struct wish, type) },
	{ "source", offsetof(struct wish, source) },
	{ "src", offsetof(struct wish, source) },
	{ "destination", offsetof(struct wish, dest) },
	{ "dst", offsetof(struct wish, dest) },
	{ "target", offsetof(struct wish, dest) },
	{ "consistency", offsetof(struct wish, ignored) },
	{ "bind-propagation", offsetof(struct wish, propagation) },
	{ "bind-recursive", offsetof(struct wish, recursive) },
	{ "volume-subpath", offsetof(struct wish, subpath) },
	{ "volume-driver", offsetof(struct wish, driver) },
	{ "image-subpath", offsetof(struct wish, subpath) },
	{ "tmpfs-size", offsetof(struct wish, tmpfs_size) },
	{ "tmpfs-mode", offsetof(struct wish, tmpfs_mode) },
};

/* 1: it is one of them. */
static int read_bool(const char *key, const char *value, struct wish *w,
		     struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(bool_keys); i++) {
		bool *to = (bool *)((char *)w + bool_keys[i].offset);

		if (!streq(bool_keys[i].key, key))
			continue;
		*to = !value || streq(value, "true") || streq(value, "1");
		if (*to || streq(value, "false") || streq(value, "0"))
			return 1;
		return err_set(e, EINVAL, "--mount: invalid value for %s: %s "
			       "(it is true, false, 1 or 0)", key, value);
	}
	return 0;
}

static int read_text(const char *key, const char *value, struct wish *w,
		     struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(text_keys); i++) {
		if (!streq(text_keys[i].key, key))
			continue;
		*(const char **)((char *)w + text_keys[i].offset) = value;
		return 0;
	}
	if (streq(key, "volume-label"))
		return label_add(value, &w->labels, e);
	if (streq(key, "volume-opt"))
		return label_add(value, &w->options, e);
	return err_set(e, EINVAL, "--mount: unexpected key '%s' in '%s=%s'",
		       key, key, value);
}

/* "bind" of "bind-propagation": such keys are for that type alone. */
static void note_kind(const char *key, struct wish *w)
{
	static const char *const kinds[] = {
		"bind", "volume", "image", "tmpfs",
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *rest = skip_prefix(key, kinds[i]);

		if (rest && *rest == '-')
			w->kinds[i] = kinds[i];
	}
}

static int check_kinds(const struct wish *w, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(w->kinds); i++)
		if (w->kinds[i] && !streq(w->kinds[i], w->type))
			return err_set(e, EINVAL, "--mount: cannot mix '%s-*' "
				       "options with mount type '%s'",
				       w->kinds[i], w->type);
	return 0;
}

static int read_field(char *field, struct wish *w, struct err *e)
{
	char *value = strchr(field, '=');
	int r;

	if (value)
		*value++ = '\0';
	for (char *s = field; *s; s++)
		*s = tolower((unsigned char)*s);
	note_kind(field, w);
	r = read_bool(field, value, w, e);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!value)
		return err_set(e, EINVAL, "--mount: invalid field '%s' must be "
			       "a key=value pair", field);
	if (!*value)
		return err_set(e, EINVAL, "--mount: '%s' needs a value",
			       field);
	return read_text(field, value, w, e);
}

/* ---- each type ---- */

/* bind-recursive: which mounts below the source come along, and how. */
static int recursion(const struct wish *w, struct mount *m, struct err *e)
{
	const char *r = w->recursive ? w->recursive : "enabled";

	if (!streq(r, "enabled") && !streq(r, "disabled") &&
	    !streq(r, "writable") && !streq(r, "readonly"))
		return err_set(e, EINVAL, "--mount: invalid value for "
			       "bind-recursive: %s (must be \"enabled\", "
			       "\"disabled\", \"writable\", or \"readonly\")",
			       r);
	if (streq(r, "readonly") && !w->readonly)
		return err_set(e, EINVAL, "--mount: option 'bind-recursive="
			       "readonly' requires 'readonly' to be specified "
			       "in conjunction");
	if (streq(r, "readonly") && !streq(w->propagation, "rprivate"))
		return err_set(e, EINVAL, "--mount: option 'bind-recursive="
			       "readonly' requires 'bind-propagation=rprivate' "
			       "to be specified in conjunction");
	m->recursive = !streq(r, "disabled");
	m->recursive_attr = !streq(r, "writable");
	return 0;
}

static int propagation(const char *word, struct mount *m, struct err *e)
{
	static const char *const words[] = {
		"private", "rprivate", "shared", "rshared", "slave", "rslave",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (streq(word, words[i]))
			return mount_parse_option(m, word, e);
	return err_set(e, EINVAL, "--mount: invalid value for "
		       "bind-propagation: %s (must be private, shared, slave, "
		       "or one of these with an r before it)", word);
}

static int bind_mount(const struct wish *w, const char *dest,
		      struct mount_list *l, struct mount **ret, struct err *e)
{
	auto_free char *source = NULL;

	if (!w->source)
		return err_set(e, EINVAL, "--mount: type=bind needs source=");
	TRY(mount_check_tilde("--mount", w->source, e));
	source = mount_host_path(w->source);
	*ret = mount_list_bind(l, source, dest);
	(*ret)->make_source = w->create;
	TRY(recursion(w, *ret, e));
	return w->propagation ? propagation(w->propagation, *ret, e) : 0;
}

static int tmpfs_mount(const struct wish *w, const char *dest,
		       struct mount_list *l, struct mount **ret, struct err *e)
{
	const char *mode = w->tmpfs_mode ? w->tmpfs_mode : "1777";
	struct mount *m = *ret = mount_list_fs(l, "tmpfs", dest,
					       MOUNT_TMPFS_ATTR);
	uint64_t size;

	if (w->source)
		return err_set(e, EINVAL, "--mount: type=tmpfs has no source");
	if (strspn(mode, "01234567") != strlen(mode) || strlen(mode) > 8)
		return err_set(e, EINVAL, "--mount: invalid value for "
			       "tmpfs-mode: %s (it is octal)", mode);
	strv_printf(&m->data, "mode=%s", mode);
	if (!w->tmpfs_size)
		return 0;
	if (!parse_size(w->tmpfs_size, &size))
		return err_set(e, EINVAL, "--mount: invalid value for "
			       "tmpfs-size: '%s' is not a size such as 64m",
			       w->tmpfs_size);
	strv_printf(&m->data, "size=%llu", (unsigned long long)size);
	return 0;
}

static int volume_mount(struct wish *w, const char *dest,
			struct mount_list *l, struct mount **ret,
			struct err *e)
{
	struct mount *m;

	if (w->source)
		TRY(volume_name_check(w->source, e));
	if (w->driver && !streq(w->driver, "local"))
		return err_set(e, EINVAL, "--mount: volume-driver=%s: there is "
			       "only the driver local", w->driver);
	if (w->subpath)
		TRY(volume_subpath_check(w->subpath, e));
	m = *ret = mount_list_volume(l, w->source ? w->source : "", dest);
	m->copy_up = !w->no_copy && !w->subpath;
	m->subpath = w->subpath ? xstrdup(w->subpath) : NULL;
	strv_extend(&m->labels, strv_list(&w->labels));
	strv_extend(&m->options, strv_list(&w->options));
	return 0;
}

/* Read-only: what is written would be lost. */
static int image_mount(const struct wish *w, const char *dest,
		       struct mount_list *l, struct mount **ret, struct err *e)
{
	if (!w->source)
		return err_set(e, EINVAL, "--mount: type=image needs source=");
	if (w->subpath)
		TRY(volume_subpath_check(w->subpath, e));
	*ret = mount_list_bind(l, w->source, dest);
	(*ret)->image = xstrdup(w->source);
	(*ret)->subpath = w->subpath ? xstrdup(w->subpath) : NULL;
	(*ret)->attr_set = MOUNT_ATTR_RDONLY;
	return 0;
}

static int add_mount(struct wish *w, const char *dest, struct mount_list *l,
		     struct err *e)
{
	struct mount *m = NULL;

	if (streq(w->type, "bind"))
		TRY(bind_mount(w, dest, l, &m, e));
	else if (streq(w->type, "tmpfs"))
		TRY(tmpfs_mount(w, dest, l, &m, e));
	else if (streq(w->type, "volume"))
		TRY(volume_mount(w, dest, l, &m, e));
	else if (streq(w->type, "image"))
		TRY(image_mount(w, dest, l, &m, e));
	else
		return err_set(e, EINVAL, "--mount: mount type unknown: '%s' "
			       "(it is volume, bind, tmpfs or image)", w->type);
	m->given = true;
	if (w->readonly)
		m->attr_set |= MOUNT_ATTR_RDONLY;
	return 0;
}

static int read_mount(const char *text, struct wish *w, struct mount_list *l,
		      struct err *e)
{
	auto_strv struct strv field = { 0 };
	auto_free char *dest = NULL;

	if (!csv_split(text, &field))
		return err_set(e, EINVAL, "--mount: a quoted field has no "
			       "end");
	for (size_t i = 0; i < field.n; i++)
		TRY(read_field(field.v[i], w, e));
	w->type = w->type ? w->type : "volume";
	if (!w->dest)
		return err_set(e, EINVAL, "--mount '%s': target is required",
			       text);
	TRY(check_kinds(w, e));
	TRY(mount_text_dest("--mount", text, w->dest, &dest, e));
	TRY(mount_list_claim(l, dest, e));
	return add_mount(w, dest, l, e);
}

int mount_text_mount(const char *text, struct mount_list *l, struct err *e)
{
	struct wish w = { 0 };
	int r = read_mount(text, &w, l, e);

	strv_release(&w.labels);
	strv_release(&w.options);
	return r;
}
