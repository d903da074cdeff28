/* new_image.c - the documents and the blob of a new image. */
#include "fs/transfer/new_image.h"

#include "core/base/file.h"
#include "fs/transfer/digest.h"

#include <stdio.h>
#include <sys/file.h>

#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define CONFIG "application/vnd.oci.image.config.v1+json"
#define COPY (1 << 20)

/* Its name is none of a blob's: who finds it unlocked and old removes it. */
int new_blob_open(const struct store *s, struct new_blob *ret, struct err *e)
{
	char hex[17];

	random_hex(hex, 8);
	ret->name = xasprintf("incoming/layer.%s", hex);
	ret->fd = openat(s->fd, ret->name, O_RDWR | O_CREAT | O_EXCL |
			 O_CLOEXEC, 0600);
	if (ret->fd < 0 || flock(ret->fd, LOCK_EX) < 0)
		return err_sys(e, "create %s/%s", s->path, ret->name);
	return 0;
}

int new_blob_fill(struct new_blob *b, int in, struct err *e)
{
	auto_free char *buf = xmalloc(COPY);
	struct digest d;
	ssize_t n;
	int r = 0;

	digest_init(&d);
	while (r == 0 && (n = read(in, buf, COPY)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = err_sys(e, "read the layer");
		else if (fd_write_all(b->fd, buf, n) < 0)
			r = err_sys(e, "write the layer");
		else
			digest_add(&d, buf, n);
	}
	digest_final(&d, b->digest);
	return r;
}

int new_blob_store(const struct store *s, struct new_blob *b, struct lease *l,
		   struct descriptor *ret, struct err *e)
{
	auto_free char *path = NULL;
	struct stat st;

	*ret = (struct descriptor){ .media_type = (char *)NEW_IMAGE_TAR };
	if (fsync(b->fd) < 0 || fstat(b->fd, &st) < 0)
		return err_sys(e, "write the layer");
	if (*b->digest)
		memcpy(ret->digest, b->digest, DIGEST_MAX);
	else
		TRY(digest_fd(b->fd, ret->digest, e));
	ret->size = st.st_size;
	TRY(store_lease_add(s, l, ret->digest, e));
	if (store_has_blob(s, ret->digest))
		return 0;
	path = xasprintf("blobs/sha256/%s", ret->digest + 7);
	if (renameat(s->fd, b->name, s->fd, path) < 0)
		return err_sys(e, "store blob %s", ret->digest);
	free(steal_ptr(b->name));
	return 0;
}

void new_blob_release(const struct store *s, struct new_blob *b)
{
	if (b->name)
		unlinkat(s->fd, b->name, 0);
	if (b->fd >= 0)
		close(b->fd);
	free(b->name);
	*b = (struct new_blob)NEW_BLOB_INIT;
}

json_t *new_image_layer(const char *media_type, const char *digest,
			uint64_t size)
{
	return json_pack("{s:s, s:s, s:I}", "mediaType", media_type, "digest",
			 digest, "size", (json_int_t)size);
}

static int put_document(const struct store *s, struct lease *l,
			const json_t *doc, struct descriptor *ret,
			struct err *e)
{
	auto_free char *text = json_text(doc);

	ret->size = strlen(text);
	if (ret->size > JSON_TEXT_MAX)
		return err_set(e, EFBIG, "the image's configuration is too "
			       "long");
	digest_bytes(text, ret->size, ret->digest);
	TRY(store_lease_add(s, l, ret->digest, e));
	return store_blob_put(s, ret->digest, text, ret->size, e);
}

int new_image_put(const struct store *s, struct lease *l, const json_t *config,
		  json_t *layers, struct descriptor *ret_manifest,
		  char ret_id[static DIGEST_MAX], struct err *e)
{
	struct descriptor c = { 0 };
	auto_json json_t *manifest = NULL;

	TRY(put_document(s, l, config, &c, e));
	manifest = json_pack("{s:i, s:s, s:o, s:O}", "schemaVersion", 2,
			     "mediaType", MANIFEST, "config",
			     new_image_layer(CONFIG, c.digest, c.size),
			     "layers", layers);
	*ret_manifest = (struct descriptor){ .media_type = (char *)MANIFEST };
	TRY(put_document(s, l, manifest, ret_manifest, e));
	memcpy(ret_id, c.digest, DIGEST_MAX);
	return 0;
}

int new_image_store(const struct store *s, struct lease *l,
		    const json_t *config, json_t *layers, const char *ref,
		    char ret_id[static DIGEST_MAX], struct err *e)
{
	struct descriptor m;

	TRY(new_image_put(s, l, config, layers, &m, ret_id, e));
	return store_tag(s, &m, ref, e);
}
