/* mount_list.c - mounts as data: building the list, reading options. */
#include "core/mount.h"

static void mount_release(struct mount *m)
{
	free(m->fstype);
	free(m->source);
	free(m->dest);
	free(m->volume);
	free(m->subpath);
	free(m->image);
	free(m->upper);
	strv_release(&m->data);
	strv_release(&m->layers);
	strv_release(&m->labels);
	strv_release(&m->options);
}

void mount_list_release(struct mount_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		mount_release(&l->m[i]);
	free(l->m);
	*l = (struct mount_list){ 0 };
}

static struct mount *append(struct mount_list *l, enum mount_kind kind,
			    const char *dest)
{
	struct mount *m;

	l->m = xrealloc(l->m, l->n + 1, sizeof(*l->m));
	m = &l->m[l->n++];
	*m = (struct mount){ .kind = kind, .dest = xstrdup(dest) };
	return m;
}

struct mount *mount_list_fs(struct mount_list *l, const char *fstype,
			    const char *dest, uint64_t attr)
{
	struct mount *m = append(l, MOUNT_FS, dest);

	m->fstype = xstrdup(fstype);
	m->attr_set = attr;
	return m;
}

struct mount *mount_list_bind(struct mount_list *l, const char *source,
			      const char *dest)
{
	struct mount *m = append(l, MOUNT_BIND, dest);

	m->source = xstrdup(source);
	m->recursive = true;
	return m;
}

struct mount *mount_list_text(struct mount_list *l, const char *text,
			      const char *dest)
{
	struct mount *m = append(l, MOUNT_TEXT, dest);

	m->source = xstrdup(text);
	return m;
}

struct mount *mount_list_volume(struct mount_list *l, const char *name,
				const char *dest)
{
	struct mount *m = append(l, MOUNT_BIND, dest);

	m->volume = xstrdup(name);
	m->given = true;
	m->copy_up = true;
	return m;
}

struct mount *mount_list_find(const struct mount_list *l, const char *dest)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->m[i].dest, dest))
			return &l->m[i];
	return NULL;
}

void mount_list_drop(struct mount_list *l, const char *dest)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (streq(l->m[i].dest, dest))
			mount_release(&l->m[i]);
		else
			l->m[kept++] = l->m[i];
	}
	l->n = kept;
}

int mount_list_claim(struct mount_list *l, const char *dest, struct err *e)
{
	const struct mount *m = mount_list_find(l, dest);

	if (m && m->given)
		return err_set(e, EEXIST, "Duplicate mount point: %s", dest);
	mount_list_drop(l, dest);
	return 0;
}

static size_t depth(const struct mount *m)
{
	size_t n = 0;

	for (const char *s = m->dest; *s; s++)
		n += *s == '/';
	return n;
}

/* Few: insertion keeps those of one depth in their order. */
void mount_list_sort(struct mount_list *l)
{
	size_t first = 0;

	while (first < l->n && !l->m[first].given &&
	       l->m[first].kind != MOUNT_TEXT)
		first++;
	for (size_t i = first + 1; i < l->n; i++) {
		struct mount m = l->m[i];
		size_t k = i;

		for (; k > first && depth(&l->m[k - 1]) > depth(&m); k--)
			l->m[k] = l->m[k - 1];
		l->m[k] = m;
	}
}

char *mount_describe(const struct mount *m)
{
	if (m->kind == MOUNT_FS)
		return xstrdup(m->fstype);
	if (m->kind == MOUNT_TEXT)
		return xstrdup("text");
	if (m->image)
		return xasprintf("image %s", m->image);
	if (!m->volume)
		return xstrdup(m->source);
	return *m->volume ? xasprintf("volume %s", m->volume) :
			    xstrdup("a new volume");
}

/* ".." takes the last name away; at the root there is none. */
static size_t without_last(const struct str *path)
{
	size_t n = path->len;

	while (n > 0 && path->s[n - 1] != '/')
		n--;
	return n > 0 ? n - 1 : 0;
}

char *mount_clean_path(const char *path)
{
	auto_strv struct strv names = { 0 };
	auto_str struct str ret = { 0 };

	strv_split(&names, path, '/');
	for (size_t i = 0; i < names.n; i++) {
		const char *name = names.v[i];

		if (!*name || streq(name, "."))
			continue;
		if (!streq(name, "..")) {
			str_printf(&ret, "/%s", name);
		} else if (ret.len) {
			ret.len = without_last(&ret);
			ret.s[ret.len] = '\0';
		}
	}
	return ret.len ? str_steal(&ret) : xstrdup("/");
}

static const struct {
	const char *word;
	uint64_t set, clear;
	uint64_t propagation;
} options[] = {
	{ "ro", MOUNT_ATTR_RDONLY },
	{ "rw", 0, MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "suid", 0, MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "dev", 0, MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "exec", 0, MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	{ "relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW },
	{ "private", .propagation = MS_PRIVATE },
	{ "rprivate", .propagation = MS_PRIVATE | MS_REC },
	{ "shared", .propagation = MS_SHARED },
	{ "rshared", .propagation = MS_SHARED | MS_REC },
	{ "slave", .propagation = MS_SLAVE },
	{ "rslave", .propagation = MS_SLAVE | MS_REC },
};

int mount_parse_option(struct mount *m, const char *word, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (!streq(word, options[i].word))
			continue;
		m->attr_set &= ~(options[i].clear | options[i].set);
		m->attr_set |= options[i].set;
		if (options[i].propagation)
			m->propagation = options[i].propagation;
		return 0;
	}
	if (streq(word, "bind") || streq(word, "rbind")) {
		m->recursive = word[0] == 'r';
		return 0;
	}
	if (m->kind != MOUNT_FS)
		return err_set(e, EINVAL, "mount on %s: unknown option '%s'",
			       m->dest, word);
	strv_add(&m->data, word);
	return 0;
}
