/* image_facts.c - dates, sizes, names and users of an image. */
#include "cmd/image_facts.h"

#include "cmd/ui/filter.h"
#include "core/base/file.h"


int64_t image_created(const struct image *img)
{
	const json_t *v = json_object_get(img->config.json, "created");
	int64_t ret;

	if (!json_is_string(v) || !date_parse(json_string_value(v), &ret))
		return 0;
	return ret;
}

static bool seen_before(const struct image *img, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (streq(img->layers[k].digest, img->layers[i].digest))
			return true;
	return false;
}

uint64_t image_size(const struct image *img)
{
	uint64_t total = 0;

	for (size_t i = 0; i < img->n_layers; i++)
		if (!seen_before(img, i))
			total += img->layers[i].size;
	return total;
}

void image_name_split(const char *full, struct image_name *ret)
{
	auto_ref struct ref ref = { 0 };
	struct err ignored;

	if (ref_parse(full, &ref, &ignored) < 0) {
		/* a name that another tool wrote into the index */
		ret->repository = xstrdup(full);
		ret->tag = xstrdup("<none>");
		ret->digest = xstrdup("<none>");
		return;
	}
	ret->repository = ref_familiar_name(&ref);
	ret->tag = xstrdup(ref.tag ? ref.tag : "<none>");
	ret->digest = xstrdup(ref.digest ? ref.digest : "<none>");
}

void image_name_release(struct image_name *n)
{
	free(n->repository);
	free(n->tag);
	free(n->digest);
	*n = (struct image_name){ 0 };
}

/* ---- the index ---- */

static const char *entry_digest(const json_t *entry)
{
	const char *d = json_string_value(json_object_get(entry, "digest"));

	return d && digest_valid(d) ? d : "";
}

/* Does a nameless entry lead to the image, through an index perhaps? */
static bool leads_to(const struct store *s, const json_t *entry,
		     const struct image *img)
{
	const char *digest = entry_digest(entry);
	struct image other;
	struct err ignored;
	bool same;

	if (streq(digest, img->manifest_digest))
		return true;
	if (!*digest || image_load(s, digest, NULL, &other, &ignored) < 0)
		return false;
	same = streq(other.manifest_digest, img->manifest_digest);
	image_release(&other);
	return same;
}

int image_entry(const struct store *s, const struct image *img, json_t **ret,
		struct err *e)
{
	auto_json json_t *index = NULL;
	json_t *entries, *entry;
	size_t i;

	TRY(store_index(s, &index, e));
	entries = json_object_get(index, "manifests");
	json_array_foreach(entries, i, entry) {
		const char *name = store_entry_name(entry);

		if (img->names.n ? !streq(name, img->names.v[0])
				 : !leads_to(s, entry, img))
			continue;
		*ret = json_incref(entry);
		return 0;
	}
	return err_set(e, ENOENT, "the image %.12s is gone from the index",
		       SHORT_ID(img->id));
}

/* ---- containers ---- */

int image_users_read(const struct store *s, struct image_users *ret,
		     struct err *e)
{
	auto_dir DIR *d = NULL;
	struct dirent *ent;
	struct err ignored;
	int fd = dir_open(s->fd, "containers", e);

	*ret = (struct image_users){ 0 };
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d)
		return err_sys(e, "read %s/containers", s->path);
	while ((ent = readdir(d))) {
		auto_free char *path = xasprintf("%s/image", ent->d_name);
		auto_free char *text = NULL;

		if (ent->d_name[0] == '.' || has_suffix(ent->d_name, ".rm"))
			continue;
		if (file_read(dirfd(d), path, 256, &text, NULL, &ignored) < 0)
			text = xstrdup("");
		text[strcspn(text, "\n")] = '\0';
		strv_add(&ret->containers, ent->d_name);
		strv_add(&ret->manifests, text);
	}
	return 0;
}

void image_users_release(struct image_users *u)
{
	strv_release(&u->containers);
	strv_release(&u->manifests);
}

const char *image_users_find(const struct image_users *u,
			     const struct image *img)
{
	for (size_t i = 0; i < u->manifests.n; i++)
		if (streq(u->manifests.v[i], img->manifest_digest))
			return u->containers.v[i];
	return NULL;
}

size_t image_users_count(const struct image_users *u, const struct image *img)
{
	size_t n = 0;

	for (size_t i = 0; i < u->manifests.n; i++)
		n += streq(u->manifests.v[i], img->manifest_digest);
	return n;
}
