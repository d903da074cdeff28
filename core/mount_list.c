/* mount_list.c - mounts as data: building the list, reading options. */
#include "core/mount.h"


void mount_list_release(struct mount_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->m[i].fstype);
		free(l->m[i].source);
		free(l->m[i].dest);
		strv_release(&l->m[i].data);
	}
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

void mount_list_drop(struct mount_list *l, const char *dest)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct mount_list one = { &l->m[i], 1 };

		if (!streq(l->m[i].dest, dest)) {
			l->m[kept++] = l->m[i];
			continue;
		}
		free(one.m->fstype);
		free(one.m->source);
		free(one.m->dest);
		strv_release(&one.m->data);
	}
	l->n = kept;
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
