/* blob_writer.c - blobs on their way in, and the leases that protect them. */
#include "fs/store.h"

#include "core/base/file.h"

#include <stdio.h>
#include <sys/file.h>

/* ---- leases ---- */

int store_lease_new(const struct store *s, struct lease *ret, struct err *e)
{
	char hex[17];

	random_hex(hex, 8);
	ret->name = xasprintf("incoming/%s.lease", hex);
	ret->fd = openat(s->fd, ret->name, O_RDWR | O_CREAT | O_EXCL |
			 O_APPEND | O_CLOEXEC, 0600);
	if (ret->fd < 0 || flock(ret->fd, LOCK_SH) < 0) {
		err_sys(e, "create %s/%s", s->path, ret->name);
		store_lease_release(s, ret);
		return -e->code;
	}
	return 0;
}

int store_lease_add(const struct store *s, struct lease *l, const char *digest,
		    struct err *e)
{
	auto_close int blobs = openat(s->fd, "blobs",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char line[DIGEST_MAX + 2];
	int n = snprintf(line, sizeof(line), "%s\n", digest);

	/* a collector that holds the lock ends before we look for the blob */
	if (blobs < 0 || flock(blobs, LOCK_SH) < 0)
		return err_sys(e, "lock %s/blobs", s->path);
	if (fd_write_all(l->fd, line, n) < 0)
		return err_sys(e, "write %s/%s", s->path, l->name);
	return 0;
}

void store_lease_release(const struct store *s, struct lease *l)
{
	if (l->fd >= 0) {
		unlinkat(s->fd, l->name, 0);
		close(l->fd);
	}
	free(l->name);
	*l = (struct lease)LEASE_INIT;
}

/* ---- blobs ---- */

static void incoming_path(const char *digest, char buf[static 96])
{
	snprintf(buf, 96, "incoming/%s", digest + 7);
}

/*
 * Open and lock the part; `wait` is 0 or LOCK_NB.  0 when its name went
 * while we waited for the lock: look for the blob again.
 */
static int open_part(const struct store *s, const char *path, int wait,
		     struct err *e)
{
	for (;;) {
		auto_close int fd = openat(s->fd, path,
					   O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		struct stat mine, now;

		if (fd < 0 || flock(fd, LOCK_EX | wait) < 0)
			return err_sys(e, "open %s/%s", s->path, path);
		if (fstat(fd, &mine) < 0)
			return err_sys(e, "look at %s/%s", s->path, path);
		if (fstatat(s->fd, path, &now, 0) < 0)
			return 0; /* renamed: the other writer made it whole */
		if (mine.st_ino == now.st_ino)
			return steal_fd(fd);
	}
}

static int begin(const struct store *s, const char *digest, int wait,
		 struct blob_writer *ret, struct err *e)
{
	char path[96];
	off_t end;
	int fd;

	if (!digest_valid(digest))
		return err_set(e, EINVAL, "'%.80s' is not a sha256 digest",
			       digest);
	incoming_path(digest, path);
	do {
		if (store_has_blob(s, digest))
			return 1;
		fd = open_part(s, path, wait, e);
		if (fd < 0)
			return fd;
	} while (fd == 0);
	if (store_has_blob(s, digest)) {
		unlinkat(s->fd, path, 0);
		close(fd);
		return 1;
	}
	end = lseek(fd, 0, SEEK_END);
	ret->fd = fd;
	ret->have = end > 0 ? end : 0;
	snprintf(ret->digest, sizeof(ret->digest), "%s", digest);
	return 0;
}

int store_blob_begin(const struct store *s, const char *digest,
		     struct blob_writer *ret, struct err *e)
{
	return begin(s, digest, 0, ret, e);
}

int store_blob_try(const struct store *s, const char *digest,
		   struct blob_writer *ret, struct err *e)
{
	return begin(s, digest, LOCK_NB, ret, e);
}

int store_blob_commit(const struct store *s, struct blob_writer *w,
		      struct err *e)
{
	char from[96], to[96];

	incoming_path(w->digest, from);
	snprintf(to, sizeof(to), "blobs/sha256/%s", w->digest + 7);
	if (fsync(w->fd) < 0 || renameat(s->fd, from, s->fd, to) < 0)
		return err_sys(e, "store blob %s", w->digest);
	close(steal_fd(w->fd));
	return 0;
}

void store_blob_abandon(const struct store *s, struct blob_writer *w,
			bool discard)
{
	char path[96];

	if (w->fd < 0)
		return;
	incoming_path(w->digest, path);
	if (discard)
		unlinkat(s->fd, path, 0);
	close(steal_fd(w->fd));
}

int store_blob_put(const struct store *s, const char *digest, const void *data,
		   size_t n, struct err *e)
{
	struct blob_writer w = BLOB_WRITER_INIT;
	int r = store_blob_begin(s, digest, &w, e);

	if (r != 0)
		return r < 0 ? r : 0;
	if (ftruncate(w.fd, 0) < 0 || lseek(w.fd, 0, SEEK_SET) < 0 ||
	    fd_write_all(w.fd, data, n) < 0)
		r = err_sys(e, "write blob %s", digest);
	if (r == 0)
		r = store_blob_commit(s, &w, e);
	store_blob_abandon(s, &w, true);
	return r;
}
