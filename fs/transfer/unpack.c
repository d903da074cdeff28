/* unpack.c - the confined child that writes a layer, and its publication. */
#include "fs/transfer/unpack.h"

#include "core/base/file.h"
#include "core/caps.h"
#include "core/mount.h"
#include "fs/layer.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/inflate.h"
#include "fs/transfer/tree_writer.h"

#include <archive.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CHUNK (256 << 10)
#define BIT(n) (UINT64_C(1) << (n))

struct unpack {
	int in;              /* the blob */
	const char *path;    /* the folder to fill */
	const char *diff_id;
	bool single;
	struct inflate *z;
	struct digest digest;
	struct err *e;       /* of the stream, for the archive's callback */
	bool stream_failed;
	char buf[CHUNK];
};

/* ---- confinement ---- */

/* Nothing but the layer's folder is left: pivot_root(2). */
static int pivot_into(const char *path, struct err *e)
{
	auto_close int tree = -1, dir = -1;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	dir = dir_open(AT_FDCWD, path, e);
	tree = dir < 0 ? -1 : mount_clone(dir, "", false, e);
	if (tree < 0)
		return -e->code;
	TRY(mount_attach(tree, dir, "the layer's folder", e));
	if (fchdir(tree) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, "make the layer's folder the root");
	return 0;
}

static int confine(struct unpack *u, struct err *e)
{
	const uint64_t keep = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |
			      BIT(CAP_FOWNER) | BIT(CAP_FSETID) |
			      BIT(CAP_SETFCAP) | BIT(CAP_MKNOD);
	struct caps caps = { keep, keep, keep, 0, 0 };

	if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0)
		unshare(CLONE_NEWIPC); /* a host may have no more of them */
	TRY(pivot_into(u->path, e));
	TRY(caps_bound(&caps, e));
	TRY(caps_apply(&caps, e));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(e, "give up rights");
	umask(0);
	return 0;
}

/* ---- the stream ---- */

static la_ssize_t next_bytes(struct archive *a, void *arg, const void **ret)
{
	struct unpack *u = arg;
	ssize_t n = inflate_read(u->z, u->buf, sizeof(u->buf), u->e);

	if (n < 0) {
		u->stream_failed = true;
		archive_set_error(a, (int)-n, "%s", u->e->text);
		return -1;
	}
	digest_add(&u->digest, u->buf, n);
	*ret = u->buf;
	return n;
}

/* What is behind the tar's end counts for the digest too. */
static int read_rest(struct unpack *u, struct err *e)
{
	ssize_t n;

	while ((n = inflate_read(u->z, u->buf, sizeof(u->buf), e)) > 0)
		digest_add(&u->digest, u->buf, n);
	return n < 0 ? (int)n : 0;
}

static int read_tar(struct unpack *u, struct err *e)
{
	struct archive *a = archive_read_new();
	int r;

	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	u->e = e;
	if (archive_read_open(a, u, NULL, next_bytes, NULL) != ARCHIVE_OK)
		r = u->stream_failed ? -e->code :
		    err_set(e, EINVAL, "the layer is not a tar archive: %s",
			    archive_error_string(a));
	else
		r = tree_write(a, u->single, e);
	archive_read_free(a);
	return r;
}

static int child(void *arg, struct err *e)
{
	struct unpack *u = arg;
	char got[DIGEST_MAX];

	TRY(confine(u, e));
	TRY(inflate_open(u->in, &u->z, e));
	digest_init(&u->digest);
	TRY(read_tar(u, e));
	TRY(read_rest(u, e));
	digest_final(&u->digest, got);
	if (!streq(got, u->diff_id))
		return err_set(e, EBADMSG, "the layer's content is %s, the "
			       "image says %s", got, u->diff_id);
	return 0;
}

int unpack_layer(const struct store *s, const struct idmap *map,
		 const char *diff_id, int fd, struct err *e)
{
	auto_close int maps = layer_dir_open(s, map, e);
	auto_close int have = -1, dir = -1;
	auto_free char *temp = NULL, *path = NULL;
	struct unpack *u;
	char map_name[24];
	int r;

	if (maps < 0)
		return maps;
	have = layer_open(maps, diff_id, e);
	if (have >= 0 || have != -ENOENT)
		return have < 0 ? have : 0;
	temp = temp_name(diff_id + 7);
	layer_map_name(map, map_name);
	path = xasprintf("%s/layers/%s/%s", s->path, map_name, temp);
	if (mkdirat(maps, temp, 0755) < 0)
		return err_sys(e, "create %s", temp);
	dir = dir_open(maps, temp, e);
	if (dir < 0 || flock(dir, LOCK_EX) < 0)
		return err_sys(e, "lock %s", temp);
	u = xcalloc(1, sizeof(*u));
	u->in = fd;
	u->path = path;
	u->diff_id = diff_id;
	u->single = map->kind == IDMAP_SINGLE;
	r = idmap_run_inside(map, child, u, e);
	free(u);
	/* EEXIST and ENOTEMPTY: somebody else was as fast */
	if (r == 0 && renameat(maps, temp, maps, diff_id + 7) < 0 &&
	    errno != EEXIST && errno != ENOTEMPTY)
		r = err_sys(e, "publish layer %s", diff_id);
	if (r < 0 || faccessat(maps, temp, F_OK, 0) == 0) {
		struct err ignored;

		layer_remove(maps, temp, &ignored);
	}
	return r;
}
