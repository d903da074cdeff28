/* mount_text.c - reading -v, --mount and --tmpfs. */
#include "core/mount_text.h"

#include <stdio.h>

#define TMPFS_DEFAULT \
	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* An absolute path of the host for a source as typed. */
static char *host_path(const char *source)
{
	auto_free char *cwd = NULL;

	if (*source == '/')
		return xstrdup(source);
	cwd = getcwd(NULL, 0);
	return xasprintf("%s/%s", cwd ? cwd : "", source);
}

static int check_dest(const char *what, const char *text, const char *dest,
		      struct err *e)
{
	if (*dest != '/')
		return err_set(e, EINVAL, "%s '%s': the place in the container "
			       "('%s') must be an absolute path", what, text,
			       dest);
	if (dest[strspn(dest, "/")] == '\0')
		return err_set(e, EINVAL, "%s '%s': the place in the container "
			       "cannot be '/'", what, text);
	return 0;
}

static int volume_option(struct mount *m, const char *word, const char *text,
			 struct err *e)
{
	static const char *const ignored[] = {
		"", "z", "Z", "nocopy", "cached", "delegated", "consistent",
	};

	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		if (streq(word, ignored[i]))
			return 0;
	if (mount_parse_option(m, word, e) < 0)
		return err_set(e, EINVAL, "-v '%s': unknown option '%s'", text,
			       word);
	return 0;
}

int mount_text_volume(const char *text, struct mount_list *l, struct err *e)
{
	auto_strv struct strv field = { 0 }, option = { 0 };
	auto_free char *source = NULL;
	struct mount *m;

	strv_split(&field, text, ':');
	if (field.n == 1)
		return err_set(e, EINVAL, "-v '%s': it is SOURCE:DEST[:OPTIONS]; "
			       "volumes without a source are not there yet",
			       text);
	if (field.n > 3 || !*field.v[0])
		return err_set(e, EINVAL, "-v '%s': invalid volume "
			       "specification, it is SOURCE:DEST[:OPTIONS]",
			       text);
	if (!strchr("/.~", *field.v[0]))
		return err_set(e, EINVAL, "-v '%s': '%s' would be a named "
			       "volume, which are not there yet; a folder "
			       "starts with / or ./", text, field.v[0]);
	TRY(check_dest("-v", text, field.v[1], e));
	source = host_path(field.v[0]);
	mount_list_drop(l, field.v[1]);
	m = mount_list_bind(l, source, field.v[1]);
	m->make_source = true;
	m->recursive_attr = true;
	if (field.n == 3)
		strv_split(&option, field.v[2], ',');
	for (size_t i = 0; i < option.n; i++)
		TRY(volume_option(m, option.v[i], text, e));
	return 0;
}

int mount_text_tmpfs(const char *text, struct mount_list *l, struct err *e)
{
	auto_strv struct strv option = { 0 };
	auto_free char *dest = xstrdup(text);
	char *colon = strchr(dest, ':');
	struct mount *m;

	if (colon)
		*colon++ = '\0';
	TRY(check_dest("--tmpfs", text, dest, e));
	mount_list_drop(l, dest);
	m = mount_list_fs(l, "tmpfs", dest, TMPFS_DEFAULT);
	if (colon && *colon)
		strv_split(&option, colon, ',');
	for (size_t i = 0; i < option.n; i++)
		TRY(mount_parse_option(m, option.v[i], e));
	return 0;
}

/* ---- --mount ---- */

struct fields {
	const char *type, *source, *dest, *propagation, *recursive;
	const char *tmpfs_size, *tmpfs_mode;
	bool readonly, create;
	bool bind_only, tmpfs_only; /* a key of that kind was given */
};

static int read_bool(const char *key, const char *value, bool *ret,
		     struct err *e)
{
	if (!value || streq(value, "true") || streq(value, "1"))
		*ret = true;
	else if (streq(value, "false") || streq(value, "0"))
		*ret = false;
	else
		return err_set(e, EINVAL, "--mount: %s='%s' is not true, false, "
			       "1 or 0", key, value);
	return 0;
}

static const struct {
	const char *key;
	size_t offset;
	char kind; /* b: bind only, t: tmpfs only */
} text_keys[] = {
	{ "type", offsetof(struct fields, type) },
	{ "source", offsetof(struct fields, source) },
	{ "src", offsetof(struct fields, source) },
	{ "destination", offsetof(struct fields, dest) },
	{ "dst", offsetof(struct fields, dest) },
	{ "target", offsetof(struct fields, dest) },
	{ "bind-propagation", offsetof(struct fields, propagation), 'b' },
	{ "bind-recursive", offsetof(struct fields, recursive), 'b' },
	{ "tmpfs-size", offsetof(struct fields, tmpfs_size), 't' },
	{ "tmpfs-mode", offsetof(struct fields, tmpfs_mode), 't' },
};

static int read_field(char *field, struct fields *f, struct err *e)
{
	char *value = strchr(field, '=');

	if (value)
		*value++ = '\0';
	if (streq(field, "readonly") || streq(field, "ro"))
		return read_bool(field, value, &f->readonly, e);
	if (streq(field, "bind-create-src")) {
		f->bind_only = true;
		return read_bool(field, value, &f->create, e);
	}
	for (size_t i = 0; i < ARRAY_LEN(text_keys); i++) {
		if (!streq(text_keys[i].key, field))
			continue;
		if (!value || !*value)
			return err_set(e, EINVAL, "--mount: '%s' needs a value",
				       field);
		*(const char **)((char *)f + text_keys[i].offset) = value;
		f->bind_only |= text_keys[i].kind == 'b';
		f->tmpfs_only |= text_keys[i].kind == 't';
		return 0;
	}
	return err_set(e, EINVAL, "--mount: unexpected key '%s'", field);
}

static int bind_mount(const struct fields *f, struct mount_list *l,
		      struct err *e)
{
	auto_free char *source = NULL;
	struct mount *m;

	if (!f->source)
		return err_set(e, EINVAL, "--mount: type=bind needs source=");
	source = host_path(f->source);
	m = mount_list_bind(l, source, f->dest);
	m->make_source = f->create;
	m->recursive = !streq(f->recursive, "disabled");
	m->recursive_attr = !streq(f->recursive, "writable");
	if (f->readonly)
		m->attr_set |= MOUNT_ATTR_RDONLY;
	return f->propagation ? mount_parse_option(m, f->propagation, e) : 0;
}

static int tmpfs_mount(const struct fields *f, struct mount_list *l,
		       struct err *e)
{
	struct mount *m = mount_list_fs(l, "tmpfs", f->dest, TMPFS_DEFAULT);
	uint64_t size;

	if (f->source)
		return err_set(e, EINVAL, "--mount: type=tmpfs has no source");
	if (f->readonly)
		m->attr_set |= MOUNT_ATTR_RDONLY;
	strv_printf(&m->data, "mode=%s", f->tmpfs_mode ? f->tmpfs_mode : "1777");
	if (!f->tmpfs_size)
		return 0;
	if (!parse_size(f->tmpfs_size, &size))
		return err_set(e, EINVAL, "--mount: tmpfs-size='%s' is not a "
			       "size such as 64m", f->tmpfs_size);
	strv_printf(&m->data, "size=%llu", (unsigned long long)size);
	return 0;
}

/* One field of a line of CSV (RFC 4180), its quotes undone in place. */
static int unquote(char *field, const char **ret_end)
{
	char *to = field, *from = field + 1;

	for (; *from && (from[0] != '"' || from[1] == '"'); from++) {
		from += *from == '"';
		*to++ = *from;
	}
	if (*from != '"' || (from[1] && from[1] != ','))
		return -EINVAL;
	*ret_end = from + 1;
	*to = '\0';
	return 0;
}

static int split_csv(const char *text, struct strv *ret, struct err *e)
{
	auto_free char *copy = xstrdup(text);
	char *field = copy;

	for (;;) {
		const char *end = field + strcspn(field, ",\"");
		bool more;

		if ((*end == '"' && end != field) ||
		    (*field == '"' && unquote(field, &end) < 0))
			return err_set(e, EINVAL, "--mount '%s': a quote stands "
				       "at both ends of a field, or twice in "
				       "one", text);
		more = *end == ',';
		copy[end - copy] = '\0';
		strv_add(ret, field);
		if (!more)
			return 0;
		field = copy + (end - copy) + 1;
	}
}

int mount_text_mount(const char *text, struct mount_list *l, struct err *e)
{
	auto_strv struct strv field = { 0 };
	struct fields f = { 0 };
	bool bind;

	TRY(split_csv(text, &field, e));
	for (size_t i = 0; i < field.n; i++)
		TRY(read_field(field.v[i], &f, e));
	bind = streq(f.type, "bind");
	if (!bind && !streq(f.type, "tmpfs"))
		return err_set(e, EINVAL, "--mount '%s': type is bind or tmpfs "
			       "(volumes are not there yet)", text);
	if (!f.dest)
		return err_set(e, EINVAL, "--mount '%s': target= is missing",
			       text);
	TRY(check_dest("--mount", text, f.dest, e));
	if (bind ? f.tmpfs_only : f.bind_only)
		return err_set(e, EINVAL, "cannot mix '%s-*' options with mount "
			       "type '%s'", bind ? "tmpfs" : "bind", f.type);
	mount_list_drop(l, f.dest);
	return bind ? bind_mount(&f, l, e) : tmpfs_mount(&f, l, e);
}
