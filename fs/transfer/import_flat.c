/* import_flat.c - a flat tar to a blob, a layer and an image. */
#include "fs/transfer/import_flat.h"

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "fs/image_change.h"
#include "fs/transfer/http.h"
#include "fs/transfer/new_image.h"

#include <stdio.h>
#include <sys/file.h>

#define DOWNLOAD_MAX (UINT64_C(1) << 42)

struct flat {
	const struct store *s;
	struct unpacker *u;
	const struct import_wish *w;
	struct lease lease;
	char *folder; /* a temporary one, */
	int   dir;    /* locked */
};

/* ---- the blob ---- */

static int make_folder(struct flat *f, struct err *e)
{
	f->folder = temp_name("incoming/import");
	if (mkdirat(f->s->fd, f->folder, 0700) < 0)
		return err_sys(e, "create a temporary folder in %s",
			       f->s->path);
	f->dir = dir_open(f->s->fd, f->folder, e);
	if (f->dir < 0)
		return f->dir;
	if (flock(f->dir, LOCK_EX) < 0)
		return err_sys(e, "lock %s", f->folder);
	return 0;
}

/* What the worker left: only a regular file is taken, and by its fd. */
static int take_plain(struct flat *f, struct new_blob *ret, struct err *e)
{
	auto_free char *plain = xasprintf("%s/plain", f->folder);
	struct stat st;
	int fd = openat(f->dir, "plain", O_RDWR | O_NOFOLLOW | O_NONBLOCK |
			O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "open the inflated file");
	ret->fd = fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "the inflated file is none");
	ret->name = steal_ptr(plain);
	return 0;
}

static int make_blob(struct flat *f, int in, struct descriptor *ret,
		     struct err *e)
{
	struct new_blob b = NEW_BLOB_INIT;
	int r;

	TRY(make_folder(f, e));
	TRY(unpack_plain(f->u, f->folder, f->dir, in, e));
	r = take_plain(f, &b, e);
	if (r == 0)
		r = new_blob_store(f->s, &b, &f->lease, ret, e);
	new_blob_release(f->s, &b);
	return r;
}

static int unpack_blob(struct flat *f, const char *digest,
		       struct unpack_notes *notes, struct err *e)
{
	auto_close int fd = store_open_blob(f->s, digest, e);

	return fd < 0 ? fd : unpack_layer(f->u, digest, fd, notes, e);
}

/* ---- the image ---- */

static json_t *make_document(const struct flat *f, const char *diff_id,
			     json_t *config)
{
	auto_free char *created = time_rfc3339(time_now());
	const struct platform *p = f->w->platform;
	json_t *doc = json_pack(
		"{s:s, s:s, s:s, s:O, s:{s:s, s:[s]}, s:[{s:s, s:o}]}",
		"created", created, "architecture", p->arch, "os", p->os,
		"config", config, "rootfs", "type", "layers", "diff_ids",
		diff_id, "history", "created", created, "comment",
		json_from_bytes(f->w->message));

	if (*p->variant)
		json_object_set_new(doc, "variant", json_string(p->variant));
	return doc;
}

static int make_image(struct flat *f, int in, char *ret_id,
		      struct unpack_notes *notes, struct err *e)
{
	auto_json json_t *config = json_object(), *doc = NULL, *layers = NULL;
	struct descriptor blob;

	TRY(image_change(config, f->w->changes, e));
	TRY(make_blob(f, in, &blob, e));
	TRY(unpack_blob(f, blob.digest, notes, e));
	layers = json_pack("[o]", new_image_layer(blob.media_type, blob.digest,
						  blob.size));
	doc = make_document(f, blob.digest, config);
	return new_image_store(f->s, &f->lease, doc, layers, f->w->ref, ret_id,
			       e);
}

int import_flat(const struct store *s, struct unpacker *u, int in,
		const struct import_wish *w, char ret_id[static DIGEST_MAX],
		struct unpack_notes *notes, struct err *e)
{
	struct flat f = { .s = s, .u = u, .w = w, .lease = LEASE_INIT,
			  .dir = -1 };
	struct err ignored;
	int r = store_lease_new(s, &f.lease, e);

	if (r == 0)
		r = make_image(&f, in, ret_id, notes, e);
	if (f.folder)
		tree_remove(s->fd, f.folder, &ignored);
	if (f.dir >= 0)
		close(f.dir);
	free(f.folder);
	store_lease_release(s, &f.lease);
	return r;
}

/* ---- from the network ---- */

static int save(struct http_request *q, const void *data, size_t n,
		struct err *e)
{
	const int *fd = q->arg;

	return fd_write_all(*fd, data, n) < 0 ?
		       err_sys(e, "write what is downloaded") : 0;
}

static int fetch(const char *url, int fd, struct err *e)
{
	struct http_request q = { .url = url, .max = DOWNLOAD_MAX,
				  .sink = save, .arg = &fd };
	struct http *h;
	int r;

	TRY(http_open(&h, e));
	r = http_perform(h, &q, e);
	if (r == 0 && q.status != 200)
		r = err_set(e, EIO, "download %s: HTTP status %ld", url,
			    q.status);
	http_request_release(&q);
	http_close(h);
	return r;
}

int import_download(const struct store *s, const char *url, struct err *e)
{
	auto_close int fd = openat(s->fd, "incoming", O_TMPFILE | O_RDWR |
				   O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, "make a temporary file in %s", s->path);
	TRY(fetch(url, fd, e));
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "read what was downloaded");
	return steal_fd(fd);
}
