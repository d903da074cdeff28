/* store.c - the store's folder, its index, and reading its blobs. */
#include "fs/store.h"

#include "core/base/file.h"

#include <stdio.h>
#include <sys/file.h>

#define INDEX_MAX (64 << 20)
#define REF_NAME "org.opencontainers.image.ref.name"
#define ORIGIN "rl.origin.digest"

static const char *const folders[] = {
	"blobs", "blobs/sha256", "incoming", "layers", "containers", "volumes",
};

static char *default_path(struct err *e)
{
	const char *root = getenv("RL_ROOT"), *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	if (root && *root)
		return xstrdup(root);
	if (data && *data == '/')
		return xasprintf("%s/rl", data);
	if (home && *home == '/')
		return xasprintf("%s/.local/share/rl", home);
	err_set(e, ENOENT, "no place for images: HOME is not set (set it, or "
		"RL_ROOT to a folder of yours)");
	return NULL;
}

int store_open(struct store *ret, struct err *e)
{
	auto_free char *path = default_path(e);

	return path ? store_open_at(path, ret, e) : -e->code;
}

/* The layout file comes last: it says that the rest is there. */
static int make_layout(int fd, struct err *e)
{
	static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	static const char index[] = "{\"schemaVersion\":2,\"manifests\":[]}";

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		TRY(mkdir_parents(fd, folders[i], 0700, e));
	if (faccessat(fd, "index.json", F_OK, 0) < 0)
		TRY(file_replace(fd, "index.json", index, strlen(index), 0600,
				 e));
	return file_replace(fd, "oci-layout", layout, strlen(layout), 0600, e);
}

/* What another user could have put there is not ours to trust. */
static int check_owner(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at %s", path);
	if (st.st_uid != geteuid())
		return err_set(e, EPERM, "the image store %s belongs to "
			       "another user (set RL_ROOT to a folder of your "
			       "own)", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, EPERM, "the image store %s can be written "
			       "by others (chmod go-w %s)", path, path);
	return 0;
}

int store_open_at(const char *path, struct store *ret, struct err *e)
{
	auto_free char *absolute = NULL;
	auto_close int fd = -1;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		fd = dir_make(AT_FDCWD, path, 0700, e);
		if (fd < 0)
			return err_wrap(e, "open the image store");
	}
	TRY(check_owner(fd, path, e));
	if (faccessat(fd, "oci-layout", F_OK, 0) < 0)
		TRY(make_layout(fd, e));
	absolute = *path == '/' ? xstrdup(path) : realpath(path, NULL);
	if (!absolute)
		return err_sys(e, "find %s", path);
	ret->fd = steal_fd(fd);
	ret->path = steal_ptr(absolute);
	return 0;
}

void store_release(struct store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	*s = (struct store)STORE_INIT;
}

/* ---- blobs ---- */

static int blob_path(const char *digest, char buf[static 96], struct err *e)
{
	if (!digest_valid(digest))
		return err_set(e, EINVAL, "'%.80s' is not a sha256 digest",
			       digest);
	snprintf(buf, 96, "blobs/sha256/%s", digest + 7);
	return 0;
}

bool store_has_blob(const struct store *s, const char *digest)
{
	struct err ignored;
	char path[96];

	return blob_path(digest, path, &ignored) == 0 &&
	       faccessat(s->fd, path, F_OK, 0) == 0;
}

int store_open_blob(const struct store *s, const char *digest, struct err *e)
{
	char path[96];
	int fd;

	TRY(blob_path(digest, path, e));
	fd = openat(s->fd, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open blob %s", digest) : fd;
}

int store_json_blob(const struct store *s, const char *digest, json_t **ret,
		    struct err *e)
{
	char path[96];

	TRY(blob_path(digest, path, e));
	return json_read_file(s->fd, path, ret, e);
}

/* ---- the index ---- */

int store_index(const struct store *s, json_t **ret, struct err *e)
{
	auto_free char *text = NULL;
	json_error_t je;
	size_t n;

	TRY(file_read(s->fd, "index.json", INDEX_MAX, &text, &n, e));
	*ret = json_loadb(text, n, 0, &je);
	if (!json_is_object(*ret) ||
	    !json_is_array(json_object_get(*ret, "manifests"))) {
		json_decref(*ret);
		return err_set(e, EINVAL, "%s/index.json is not an OCI image "
			       "index (%s)", s->path, je.text);
	}
	return 0;
}

/*
 * Lock the index: the lock is on the file that will be replaced, so after
 * waiting it may be an old one, and we try the new one.
 */
static int lock_index(const struct store *s, struct err *e)
{
	for (;;) {
		auto_close int fd = openat(s->fd, "index.json",
					   O_RDONLY | O_CLOEXEC);
		struct stat mine, now;

		if (fd < 0 || flock(fd, LOCK_EX) < 0)
			return err_sys(e, "lock %s/index.json", s->path);
		if (fstat(fd, &mine) == 0 &&
		    fstatat(s->fd, "index.json", &now, 0) == 0 &&
		    mine.st_ino == now.st_ino)
			return steal_fd(fd);
	}
}

struct index_edit {
	int     lock;
	json_t *index, *entries;
	bool    changed;
};

static int index_begin(const struct store *s, struct index_edit *x,
		       struct err *e)
{
	*x = (struct index_edit){ .lock = lock_index(s, e) };
	if (x->lock < 0)
		return x->lock;
	if (store_index(s, &x->index, e) < 0) {
		close(x->lock);
		return -e->code;
	}
	x->entries = json_object_get(x->index, "manifests");
	return 0;
}

static int index_end(const struct store *s, struct index_edit *x, int r,
		     struct err *e)
{
	if (r >= 0 && x->changed) {
		auto_free char *text = json_text(x->index);

		r = file_replace(s->fd, "index.json", text, strlen(text), 0600,
				 e);
	}
	json_decref(x->index);
	close(x->lock);
	return r;
}

const char *store_entry_name(const json_t *entry)
{
	return json_string_value(json_object_get(
		json_object_get(entry, "annotations"), REF_NAME));
}

const char *store_entry_origin(const json_t *entry)
{
	const char *digest = json_string_value(json_object_get(
		json_object_get(entry, "annotations"), ORIGIN));

	return digest && digest_valid(digest) ? digest : NULL;
}

static bool entry_is(const json_t *entry, const char *digest)
{
	return streq(json_string_value(json_object_get(entry, "digest")),
		     digest);
}

static size_t entries_of(const json_t *entries, const char *digest)
{
	size_t i, n = 0;
	json_t *entry;

	json_array_foreach(entries, i, entry)
		n += entry_is(entry, digest);
	return n;
}

/* Take `ref` off whatever has it; a manifest keeps one nameless entry. */
static void drop_name(struct index_edit *x, const char *ref, bool keep)
{
	for (size_t i = json_array_size(x->entries); i-- > 0;) {
		json_t *entry = json_array_get(x->entries, i);
		const char *digest;

		if (!streq(store_entry_name(entry), ref))
			continue;
		digest = json_string_value(json_object_get(entry, "digest"));
		x->changed = true;
		if (keep && digest && entries_of(x->entries, digest) == 1)
			json_object_del(json_object_get(entry, "annotations"),
					REF_NAME);
		else
			json_array_remove(x->entries, i);
	}
}

static json_t *new_entry(const struct descriptor *d, const char *ref)
{
	json_t *entry = json_pack("{s:s, s:s, s:I}", "mediaType",
				  d->media_type ? d->media_type :
				  "application/vnd.oci.image.manifest.v1+json",
				  "digest", d->digest, "size",
				  (json_int_t)d->size);

	if (ref)
		json_object_set_new(entry, "annotations",
				    json_pack("{s:s}", REF_NAME, ref));
	if (ref && *d->origin)
		json_object_set_new(json_object_get(entry, "annotations"),
				    ORIGIN, json_string(d->origin));
	return entry;
}

int store_tag(const struct store *s, const struct descriptor *d,
	      const char *ref, struct err *e)
{
	struct index_edit x;
	json_t *entry;
	size_t i;

	TRY(index_begin(s, &x, e));
	json_array_foreach(x.entries, i, entry)
		if (ref && entry_is(entry, d->digest) &&
		    streq(store_entry_name(entry), ref) &&
		    streq(store_entry_origin(entry),
			  *d->origin ? d->origin : NULL))
			return index_end(s, &x, 0, e);
	if (!ref && entries_of(x.entries, d->digest))
		return index_end(s, &x, 0, e);
	x.changed = true;
	if (ref)
		drop_name(&x, ref, true);
	/* a nameless entry of this manifest takes the name */
	for (i = json_array_size(x.entries); i-- > 0;) {
		entry = json_array_get(x.entries, i);
		if (entry_is(entry, d->digest) && !store_entry_name(entry))
			json_array_remove(x.entries, i);
	}
	json_array_append_new(x.entries, new_entry(d, ref));
	return index_end(s, &x, 0, e);
}

int store_untag(const struct store *s, const char *ref, struct err *e)
{
	struct index_edit x;
	int r = 0;

	TRY(index_begin(s, &x, e));
	drop_name(&x, ref, false);
	if (!x.changed)
		r = err_set(e, ENOENT, "No such image: %s", ref);
	return index_end(s, &x, r, e);
}

int store_forget(const struct store *s, const char *manifest_digest,
		 struct err *e)
{
	struct index_edit x;

	TRY(index_begin(s, &x, e));
	for (size_t i = json_array_size(x.entries); i-- > 0;) {
		if (!entry_is(json_array_get(x.entries, i), manifest_digest))
			continue;
		json_array_remove(x.entries, i);
		x.changed = true;
	}
	return index_end(s, &x, 0, e);
}
