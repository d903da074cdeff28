/* config_mounts.c - config.json: mounts, and every option of the spec. */
#include "core/oci/config.h"
#include "core/oci/words.h"

struct mount_text {
	char *destination, *type, *source;
	struct strv options;
	struct id_extents uids, gids;
};

#define T(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct mount_text, m) }
static const struct field mount_fields[] = {
	{ .key = "destination", .read = read_string, .required = true,
	  .offset = offsetof(struct mount_text, destination) },
	T("type", type, read_string),
	T("source", source, read_string),
	T("options", options, read_strings),
	T("uidMappings", uids, oci_read_mappings),
	T("gidMappings", gids, oci_read_mappings),
	FIELD_END
};
#undef T

/* ---- options ---- */

static const struct {
	const char *word; /* with an "r" before it: of the sub-mounts too */
	uint64_t set, clear;
} attributes[] = {
	{ "ro", MOUNT_ATTR_RDONLY, 0 }, { "rw", 0, MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID, 0 }, { "suid", 0, MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV, 0 }, { "dev", 0, MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC, 0 }, { "exec", 0, MOUNT_ATTR_NOEXEC },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME, 0 },
	{ "diratime", 0, MOUNT_ATTR_NODIRATIME },
	{ "noatime", MOUNT_ATTR_NOATIME, 0 },
	{ "atime", 0, MOUNT_ATTR__ATIME },
	{ "relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME },
	{ "norelatime", 0, MOUNT_ATTR__ATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME, 0 },
	{ "nostrictatime", 0, MOUNT_ATTR__ATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW },
};

static const struct {
	const char *word;
	uint64_t flags;
} propagations[] = {
	{ "private", MS_PRIVATE }, { "slave", MS_SLAVE },
	{ "shared", MS_SHARED }, { "unbindable", MS_UNBINDABLE },
	{ "rprivate", MS_PRIVATE | MS_REC }, { "rslave", MS_SLAVE | MS_REC },
	{ "rshared", MS_SHARED | MS_REC },
	{ "runbindable", MS_UNBINDABLE | MS_REC },
};

/* Of no effect today, or the kernel's default: "copy" is containerd's. */
static const char *const idle[] = {
	"defaults", "async", "nomand", "mand", "noiversion", "loud",
	"nolazytime", "bind", "rbind", "copy", "nocopy", "z", "Z", "U",
	"remount", "silent",
};

static bool is_idle(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(idle); i++)
		if (streq(idle[i], word))
			return true;
	return false;
}

static bool set_attribute(struct mount *m, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		bool sub = *word == 'r' && streq(attributes[i].word, word + 1);

		if (!sub && !streq(attributes[i].word, word))
			continue;
		if (sub) {
			m->rec_set &= ~attributes[i].clear;
			m->rec_set |= attributes[i].set;
			m->rec_clear &= ~attributes[i].set;
			m->rec_clear |= attributes[i].clear;
			return true;
		}
		m->attr_set &= ~attributes[i].clear;
		m->attr_set |= attributes[i].set;
		m->attr_clear &= ~attributes[i].set;
		m->attr_clear |= attributes[i].clear;
		return true;
	}
	return false;
}

static bool set_propagation(struct mount *m, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(propagations); i++) {
		if (!streq(propagations[i].word, word))
			continue;
		m->propagation = propagations[i].flags;
		return true;
	}
	return false;
}

static void set_option(struct mount *m, const char *word)
{
	if (set_attribute(m, word) || set_propagation(m, word))
		return;
	if (streq(word, "idmap") || streq(word, "ridmap")) {
		m->idmap = true;
		m->idmap_recursive = *word == 'r';
	} else if (streq(word, "tmpcopyup")) {
		m->tmp_copy_up = true;
	} else if (!is_idle(word) && m->kind == MOUNT_FS) {
		strv_add(&m->data, word);
	}
}

/* ---- one mount ---- */

static bool is_bind(const struct mount_text *t)
{
	return streq(t->type, "bind") || streq(t->type, "rbind") ||
	       strv_has(&t->options, "bind") || strv_has(&t->options, "rbind");
}

static bool has_data(const struct mount *m, const char *prefix)
{
	for (size_t i = 0; i < m->data.n; i++)
		if (skip_prefix(m->data.v[i], prefix))
			return true;
	return false;
}

/* What a less privileged container may not have anew is shown as it is. */
static void choose_fallback(struct mount *m)
{
	static const char *const ours[] = { "sysfs", "proc", "mqueue" };

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (streq(m->fstype, ours[i]))
			m->fallback = MOUNT_FALLBACK_BIND;
	if (streq(m->fstype, "cgroup") || streq(m->fstype, "cgroup2")) {
		free(m->fstype);
		m->fstype = xstrdup("cgroup2");
		strv_clear(&m->data);
		m->fallback = MOUNT_FALLBACK_TRY;
	}
}

static struct mount *add_bind(struct mount_list *l, const struct mount_text *t,
			      const char *dest)
{
	struct mount *m = mount_list_bind(l, t->source, dest);

	m->recursive = strv_has(&t->options, "rbind") ||
		       streq(t->type, "rbind");
	return m;
}

static int add_idmap(struct reader *r, const struct mount_text *t, size_t i)
{
	struct oci_config *c = r->arg;

	if (!t->uids.n && !t->gids.n)
		return 0;
	if (!t->uids.n || !t->gids.n)
		return read_fail(r, "uidMappings and gidMappings are wanted "
				 "both");
	c->spec.mounts.m[i].idmap = true;
	c->idmaps = xrealloc(c->idmaps, c->n_idmaps + 1, sizeof(*c->idmaps));
	c->idmaps[c->n_idmaps++] = (struct oci_idmap){
		.mount = i,
		.map = { .kind = IDMAP_FULL, .uid = t->uids, .gid = t->gids },
	};
	return 0;
}

static int set_mount(struct reader *r, const struct mount_text *t,
		     struct mount_list *l)
{
	auto_free char *dest = mount_clean_path(t->destination);
	bool bind = is_bind(t);
	struct mount *m;

	if (!*t->destination)
		return read_fail(r, "destination: it is empty");
	if (bind && (!t->source || !*t->source))
		return read_fail(r, "source: it is missing");
	if (!bind && (!t->type || !*t->type))
		return read_fail(r, "type: it is missing");
	m = bind ? add_bind(l, t, dest) : mount_list_fs(l, t->type, dest, 0);
	if (!bind && t->source && *t->source)
		m->source = xstrdup(t->source);
	for (size_t i = 0; i < t->options.n; i++)
		set_option(m, t->options.v[i]);
	if (bind)
		return add_idmap(r, t, l->n - 1);
	/* a new mount has no flags that could be taken away */
	m->attr_clear = 0;
	m->keep_mode = streq(m->fstype, "tmpfs") && !has_data(m, "mode=");
	choose_fallback(m);
	return add_idmap(r, t, l->n - 1);
}

static int add_mount(struct reader *r, const json_t *v, void *dest)
{
	struct mount_text t = { 0 };
	int code = read_fields(r, mount_fields, v, &t);

	if (code == 0)
		code = set_mount(r, &t, dest);
	free(t.destination);
	free(t.type);
	free(t.source);
	strv_release(&t.options);
	return code;
}

int oci_read_mounts(struct reader *r, const struct field *f UNUSED,
		    const json_t *v, void *dest)
{
	return read_each(r, v, add_mount, dest);
}

/* ---- for features ---- */

json_t *oci_mount_options(void)
{
	static const char *const more[] = { "bind", "rbind", "idmap", "ridmap",
					    "tmpcopyup" };
	json_t *ret = json_array();

	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		json_array_append_new(ret, json_string(attributes[i].word));
		json_array_append_new(ret, json_sprintf("r%s",
							attributes[i].word));
	}
	for (size_t i = 0; i < ARRAY_LEN(propagations); i++)
		json_array_append_new(ret, json_string(propagations[i].word));
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		json_array_append_new(ret, json_string(more[i]));
	return ret;
}
