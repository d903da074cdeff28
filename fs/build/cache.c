/* cache.c - records of steps. */
#include "fs/build/cache.h"

#include "core/base/file.h"
#include "fs/layer.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/new_image.h"

#include <stdio.h>

void build_key_add(char key[static DIGEST_MAX], const char *text)
{
	struct digest d;

	digest_init(&d);
	digest_add(&d, key, strlen(key));
	digest_add(&d, "\n", 1);
	digest_add(&d, text, strlen(text));
	digest_final(&d, key);
}

/* A plain tar, unless the record says more. */
static int read_blob(const json_t *doc, struct build_record *ret,
		     struct err *e)
{
	const char *blob = NULL, *type = NULL;

	TRY(json_str(doc, "blob", &blob, e));
	TRY(json_str(doc, "type", &type, e));
	if (blob && (!digest_valid(blob) || !type ||
		     strlen(type) >= BUILD_TYPE_MAX))
		return err_set(e, EINVAL, "it names no blob");
	snprintf(ret->blob, sizeof(ret->blob), "%s", blob ? blob : ret->digest);
	snprintf(ret->type, sizeof(ret->type), "%s", blob ? type :
		 NEW_IMAGE_TAR);
	return 0;
}

static int read_record(const struct store *s, const char *key,
		       struct build_record *ret, struct err *e)
{
	auto_free char *path = xasprintf("cache/%s", key + 7);
	auto_json json_t *doc = NULL;
	const char *digest = NULL, *created = NULL;
	int64_t size = 0;

	TRY(json_read_file(s->fd, path, &doc, e));
	TRY(json_str(doc, "digest", &digest, e));
	TRY(json_int(doc, "size", &size, e));
	TRY(json_str(doc, "created", &created, e));
	*ret = (struct build_record){ .empty = !digest, .size = size };
	snprintf(ret->created, sizeof(ret->created), "%s",
		 created ? created : "");
	if (!created || (digest && !digest_valid(digest)))
		return err_set(e, EINVAL, "%s is no record", path);
	if (!digest)
		return 0;
	memcpy(ret->digest, digest, DIGEST_MAX);
	return read_blob(doc, ret, e);
}

bool build_cache_find(const struct store *s, const struct idmap *map,
		      struct lease *l, const char *key,
		      struct build_record *ret)
{
	auto_close int maps = -1, layer = -1;
	struct err ignored;

	if (read_record(s, key, ret, &ignored) < 0)
		return false;
	if (ret->empty)
		return true;
	if (store_lease_add(s, l, ret->digest, &ignored) < 0 ||
	    store_lease_add(s, l, ret->blob, &ignored) < 0 ||
	    !store_has_blob(s, ret->blob))
		return false;
	maps = layer_dir_open(s, map, &ignored);
	if (maps >= 0)
		layer = layer_open(maps, ret->digest, &ignored);
	return layer >= 0;
}

int build_cache_put(const struct store *s, const char *key,
		    const struct build_record *r, struct err *e)
{
	auto_free char *path = xasprintf("cache/%s", key + 7), *text = NULL;
	auto_json json_t *doc = json_object();

	TRY(mkdir_parents(s->fd, "cache", 0700, e));
	if (!r->empty) {
		json_object_set_new(doc, "digest", json_string(r->digest));
		json_object_set_new(doc, "size", json_integer(r->size));
	}
	if (!r->empty && !streq(r->blob, r->digest)) {
		json_object_set_new(doc, "blob", json_string(r->blob));
		json_object_set_new(doc, "type", json_string(r->type));
	}
	json_object_set_new(doc, "created", json_string(r->created));
	text = json_text(doc);
	return file_swap(s->fd, path, text, strlen(text), 0600, e);
}

bool build_cache_alias(const struct store *s, const char *quick,
		       char ret_key[static DIGEST_MAX])
{
	auto_free char *path = xasprintf("cache/%s", quick + 7);
	auto_json json_t *doc = NULL;
	const char *key = NULL;
	struct err ignored;

	if (json_read_file(s->fd, path, &doc, &ignored) < 0 ||
	    json_str(doc, "key", &key, &ignored) < 0 || !key ||
	    !digest_valid(key))
		return false;
	memcpy(ret_key, key, DIGEST_MAX);
	return true;
}

int build_cache_put_alias(const struct store *s, const char *quick,
			  const char *key, struct err *e)
{
	auto_free char *path = xasprintf("cache/%s", quick + 7);
	auto_free char *text = xasprintf("{\"key\":\"%s\"}", key);

	TRY(mkdir_parents(s->fd, "cache", 0700, e));
	return file_swap(s->fd, path, text, strlen(text), 0600, e);
}

int build_cache_clear(const struct store *s, size_t *ret_n, struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = openat(s->fd, "cache", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *ent;

	*ret_n = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open the cache");
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return err_sys(e, "read the cache");
	}
	while ((ent = readdir(d)))
		if (ent->d_name[0] != '.' &&
		    unlinkat(dirfd(d), ent->d_name, 0) == 0)
			++*ret_n;
	return 0;
}
