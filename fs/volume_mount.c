/* volume_mount.c - a container's mounts of volumes, planned and carried out. */
#include "fs/volume_mount.h"

#include "core/base/file.h"
#include "core/volume_name.h"
#include "fs/container.h"
#include "fs/volume.h"

#include <stdio.h>

static const char *member(const json_t *m, const char *key)
{
	const char *s = json_string_value(json_object_get(m, key));

	return s ? s : "";
}

/* ---- mounts out of records ---- */

/* One entry of Mounts, unless something given stands there. */
static void add_recorded(const json_t *m, bool readonly, struct mount_list *l)
{
	const char *dest = member(m, "Destination");
	const struct mount *there = mount_list_find(l, dest);
	const json_t *rw = json_object_get(m, "RW");
	struct mount *new;

	if (*dest != '/' || (there && there->given))
		return;
	if (streq(member(m, "Type"), "volume") && *member(m, "Name")) {
		mount_list_drop(l, dest);
		new = mount_list_volume(l, member(m, "Name"), dest);
		new->copy_up = false;
		if (*member(m, "Subpath"))
			new->subpath = xstrdup(member(m, "Subpath"));
	} else if (streq(member(m, "Type"), "bind") && *member(m, "Source")) {
		mount_list_drop(l, dest);
		new = mount_list_bind(l, member(m, "Source"), dest);
		new->given = true;
		new->recursive_attr = true;
	} else {
		return;
	}
	if (readonly || json_is_false(rw))
		new->attr_set |= MOUNT_ATTR_RDONLY;
}

static void add_all_recorded(const json_t *mounts, bool readonly,
			     struct mount_list *l)
{
	json_t *m;
	size_t i;

	json_array_foreach(mounts, i, m)
		add_recorded(m, readonly, l);
}

/* ---- --volumes-from ---- */

static int find_record(const struct store *s, const char *name, json_t **ret,
		       struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;

	TRY(container_find(s, name, &c, e));
	return container_record(&c, ret, e);
}

/* "NAME[:ro|rw|z|Z]" */
static int add_from(const struct store *s, const char *text,
		    struct mount_list *l, struct err *e)
{
	auto_strv struct strv field = { 0 }, mode = { 0 };
	auto_json json_t *record = NULL;
	bool readonly = false;

	strv_split(&field, text, ':');
	if (!*field.v[0])
		return err_set(e, EINVAL, "--volumes-from '%s': it is "
			       "CONTAINER[:ro]", text);
	if (field.n > 1)
		strv_split(&mode, field.v[1], ',');
	for (size_t i = 0; i < mode.n; i++) {
		readonly |= streq(mode.v[i], "ro");
		if (field.n > 2 || (!streq(mode.v[i], "ro") &&
				    !streq(mode.v[i], "rw") &&
				    strcasecmp(mode.v[i], "z") != 0))
			return err_set(e, EINVAL, "--volumes-from '%s': "
				       "invalid mode: %s (it is ro or rw)",
				       text, field.v[1]);
	}
	TRY(find_record(s, field.v[0], &record, e));
	add_all_recorded(json_object_get(record, "Mounts"), readonly, l);
	return 0;
}

/* ---- the image's VOLUMEs ---- */

/* A default mount (/dev, /proc) is nothing an image may replace. */
static int add_image_volumes(const struct image_config *c,
			     struct mount_list *l, struct err *e)
{
	if (c->volumes.n > VOLUMES_MAX)
		return err_set(e, E2BIG, "the image has %zu VOLUMEs, more than "
			       "%d", c->volumes.n, VOLUMES_MAX);
	for (size_t i = 0; i < c->volumes.n; i++) {
		auto_free char *dest = mount_clean_path(c->volumes.v[i]);

		if (streq(dest, "/"))
			return err_set(e, EINVAL, "the image's VOLUME '%s' "
				       "would hide the image",
				       c->volumes.v[i]);
		if (!mount_list_find(l, dest))
			mount_list_volume(l, "", dest);
	}
	return 0;
}

int volume_plan(const struct store *s, const struct strv *from,
		const json_t *earlier, const struct image_config *config,
		struct mount_list *l, struct err *e)
{
	if (earlier)
		add_all_recorded(earlier, false, l);
	for (size_t i = 0; !earlier && i < from->n; i++)
		TRY(add_from(s, from->v[i], l, e));
	if (config)
		TRY(add_image_volumes(config, l, e));
	mount_list_sort(l);
	return 0;
}

/* ---- sources ---- */

/* The volume that this container had at that place; NULL: none. */
static const char *earlier_name(const json_t *mounts, const char *dest)
{
	json_t *m;
	size_t i;

	json_array_foreach(mounts, i, m)
		if (streq(member(m, "Destination"), dest) &&
		    streq(member(m, "Type"), "volume") && *member(m, "Name"))
			return member(m, "Name");
	return NULL;
}

static int resolve(const struct store *s, struct volume_use *u,
		   struct mount *m, struct err *e)
{
	auto_volume struct volume v = { 0 };
	const char *old = *m->volume ? NULL : earlier_name(u->earlier, m->dest);
	struct volume_wish w = {
		.name = old ? old : m->volume, .anonymous = old,
		.labels = &m->labels,
		.options = &m->options, .container = u->container,
		.auto_remove = u->auto_remove,
	};
	char *name;
	int fd;

	TRY(volume_create_used(s, &w, &name, &fd, e));
	u->locks = xrealloc(u->locks, u->n_locks + 1, sizeof(int));
	u->locks[u->n_locks++] = fd;
	free(m->volume);
	m->volume = name;
	TRY(volume_find(s, name, &v, e));
	free(m->source);
	m->source = xstrdup(volume_source(&v));
	/* a folder of the host is nobody's to fill */
	if (u->ran || !streq(m->source, v.path))
		m->copy_up = false;
	m->recursive = !streq(m->source, v.path);
	return 0;
}

static int resolve_image(const struct store *s, struct volume_use *u,
			 struct mount *m, struct err *e)
{
	auto_image struct image img = { 0 };
	size_t had = u->images.paths.n;

	if (image_find(s, m->image, NULL, &img, e) < 0)
		return err_wrap(e, "--mount type=image");
	TRY(layer_stack_open(s, &img, u->idmap, &u->images, e));
	strv_extend(&m->layers, strv_list(&u->images.paths) + had);
	return 0;
}

int volume_resolve(const struct store *s, struct volume_use *u,
		   struct mount_list *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->m[i].volume)
			TRY(resolve(s, u, &l->m[i], e));
		else if (l->m[i].image)
			TRY(resolve_image(s, u, &l->m[i], e));
	}
	return 0;
}

void volume_release_use(struct volume_use *u)
{
	for (size_t i = 0; i < u->n_locks; i++)
		close(u->locks[i]);
	free(u->locks);
	u->locks = NULL;
	u->n_locks = 0;
	layer_stack_release(&u->images);
}

/* ---- the record ---- */

static const char *propagation_name(const struct mount *m)
{
	bool rec = !m->propagation || (m->propagation & MS_REC);

	if (m->propagation & MS_SHARED)
		return rec ? "rshared" : "shared";
	if (m->propagation & MS_SLAVE)
		return rec ? "rslave" : "slave";
	return rec ? "rprivate" : "private";
}

static void set_text(json_t *o, const char *key, const char *value)
{
	json_t *v = json_string(value ? value : "");

	json_object_set_new(o, key, v ? v : json_string("?"));
}

static json_t *record_one(const struct mount *m)
{
	bool readonly = m->attr_set & MOUNT_ATTR_RDONLY;
	bool bind = m->kind == MOUNT_BIND && !m->volume && !m->image;
	json_t *o = json_object();

	set_text(o, "Type", m->volume ? "volume" : m->image ? "image" :
			    bind ? "bind" : m->fstype);
	if (m->volume)
		set_text(o, "Name", m->volume);
	set_text(o, "Source", m->kind == MOUNT_BIND ? m->source : "");
	set_text(o, "Destination", m->dest);
	if (m->volume)
		set_text(o, "Driver", "local");
	if (m->subpath)
		set_text(o, "Subpath", m->subpath);
	set_text(o, "Mode", readonly ? "ro" : "");
	json_object_set_new(o, "RW", json_boolean(!readonly));
	set_text(o, "Propagation", bind ? propagation_name(m) : "");
	return o;
}

json_t *volume_record(const struct mount_list *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		if (l->m[i].given)
			json_array_append_new(a, record_one(&l->m[i]));
	return a;
}

void volume_drop_anonymous(const struct store *s, const char *id,
			   const json_t *mounts)
{
	json_t *m;
	size_t i;

	json_array_foreach(mounts, i, m) {
		auto_volume struct volume v = { 0 };
		struct err ignored;

		if (*member(m, "Name") &&
		    volume_find(s, member(m, "Name"), &v, &ignored) == 0 &&
		    streq(member(v.about, "Container"), id))
			volume_remove(s, v.name, &ignored);
	}
}
