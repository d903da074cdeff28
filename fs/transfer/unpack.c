/* unpack.c - one layer: begun, waited for, published. */
#include "fs/transfer/unpack.h"

#include "core/base/file.h"
#include "fs/layer.h"
#include "fs/layer_sync.h"
#include "fs/transfer/unpacker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#define FEED_SIZE (1 << 20)

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void release(struct unpack_job *job)
{
	close_fd(&job->feed);
	close_fd(&job->done);
	close_fd(&job->pidfd);
	close_fd(&job->dir);
	close_fd(&job->maps);
	free(job->temp);
	job->temp = NULL;
}

static void discard(struct unpack_job *job)
{
	struct err ignored;

	if (job->temp)
		layer_remove(job->maps, job->temp, &ignored);
	release(job);
}

/*
 * Where the store is a group's, it has a set-gid bit and default ACLs: a
 * layer has its own owners and modes.
 */
static void disinherit(int dir)
{
	fremovexattr(dir, "system.posix_acl_default");
	fremovexattr(dir, "system.posix_acl_access");
	if (fchown(dir, -1, getegid()) == 0)
		fchmod(dir, 0755);
}

/* The folder that the worker fills, locked so that no sweep takes it. */
static int make_folder(struct unpack_job *job, struct err *e)
{
	job->temp = temp_name(job->diff_id + 7);
	if (mkdirat(job->maps, job->temp, 0755) < 0)
		return err_sys(e, "create %s", job->temp);
	job->dir = dir_open(job->maps, job->temp, e);
	if (job->dir < 0 || flock(job->dir, LOCK_EX) < 0)
		return err_sys(e, "lock %s", job->temp);
	disinherit(job->dir);
	return 0;
}

/* Ask for a worker on the folder `path` of the store, open as `dir`. */
static int ask(struct unpacker *u, enum unpack_kind kind, const char *path,
	       int dir, const char *diff_id, int in, int report, struct err *e)
{
	auto_free struct unpack_request *r = xcalloc(1, sizeof(*r));
	struct stat st;

	if (fstat(dir, &st) < 0)
		return err_sys(e, "look at %s", path);
	if (snprintf(r->path, sizeof(r->path), "%s/%s", u->s->path, path) >=
	    (int)sizeof(r->path))
		return err_set(e, ENAMETOOLONG, "the store's path is too long");
	r->kind = kind;
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	r->single = u->map->kind == IDMAP_SINGLE;
	snprintf(r->diff_id, sizeof(r->diff_id), "%s", diff_id);
	return unpacker_ask(u, r, in, report, e);
}

static int make_pipe(int *ret_r, int *ret_w, struct err *e)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	*ret_r = p[0];
	*ret_w = p[1];
	return 0;
}

static int start(struct unpacker *u, int blob, struct unpack_job *job,
		 struct err *e)
{
	auto_close int in = -1, report = -1;
	auto_free char *path = NULL;
	char map_name[24];

	TRY(make_folder(job, e));
	layer_map_name(u->map, map_name);
	path = xasprintf("layers/%s/%s", map_name, job->temp);
	TRY(make_pipe(&job->done, &report, e));
	if (blob < 0) {
		TRY(make_pipe(&in, &job->feed, e));
		fcntl(in, F_SETPIPE_SZ, FEED_SIZE); /* or stay small */
	}
	job->pidfd = ask(u, UNPACK_LAYER, path, job->dir, job->diff_id,
			 blob < 0 ? in : blob, report, e);
	return job->pidfd < 0 ? job->pidfd : 0;
}

int unpack_begin(struct unpacker *u, const char *diff_id, int blob,
		 struct unpack_job *ret, struct err *e)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	auto_close int have = -1;

	job.maps = layer_dir_open(u->s, u->map, e);
	if (job.maps < 0)
		return job.maps;
	have = layer_open(job.maps, diff_id, e);
	if (have >= 0 || have != -ENOENT) {
		release(&job);
		return have < 0 ? have : 1;
	}
	snprintf(job.diff_id, sizeof(job.diff_id), "%s", diff_id);
	if (start(u, blob, &job, e) < 0) {
		discard(&job);
		return -e->code;
	}
	*ret = job;
	return 0;
}

static ssize_t read_some(int fd, void *buf, size_t n)
{
	ssize_t r;

	do
		r = read(fd, buf, n);
	while (r < 0 && errno == EINTR);
	return r;
}

/*
 * The worker's report.  The pipe ends when the unpacker has buried it: from
 * then on nobody writes to its folder.
 */
static int hear(int done, struct unpack_notes *notes, struct err *e)
{
	struct unpack_report r;
	char more;

	if (read_some(done, &r, sizeof(r)) != sizeof(r) ||
	    read_some(done, &more, 1) != 0)
		return err_set(e, EIO, "the process that unpacks it died");
	*notes = r.notes;
	if (!r.failed)
		return 0;
	*e = r.e;
	return -e->code;
}

/* Its files reach the disk later: see fs/layer_sync.h. */
static int publish(struct unpack_job *job, struct err *e)
{
	TRY(layer_sync_owe(job->maps, job->diff_id + 7, e));
	if (renameat(job->maps, job->temp, job->maps, job->diff_id + 7) < 0) {
		/* somebody else was as fast */
		if (errno == EEXIST || errno == ENOTEMPTY)
			return 0;
		return err_sys(e, "publish layer %s", job->diff_id);
	}
	free(steal_ptr(job->temp));
	return 0;
}

int unpack_finish(struct unpack_job *job, struct err *e)
{
	int r;

	close_fd(&job->feed);
	r = hear(job->done, &job->notes, e);
	if (r == 0)
		r = publish(job, e);
	discard(job);
	return r;
}

void unpack_abort(struct unpack_job *job)
{
	struct err ignored;

	if (job->pidfd < 0)
		return;
	syscall(SYS_pidfd_send_signal, job->pidfd, SIGKILL, NULL, 0);
	hear(job->done, &job->notes, &ignored);
	discard(job);
}

int unpack_layer(struct unpacker *u, const char *diff_id, int blob,
		 struct unpack_notes *notes, struct err *e)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	int r = unpack_begin(u, diff_id, blob, &job, e);

	if (r != 0)
		return r < 0 ? r : 0;
	r = unpack_finish(&job, e);
	notes->devices += job.notes.devices;
	notes->xattrs += job.notes.xattrs;
	return r;
}

static int fill_folder(struct unpacker *u, enum unpack_kind kind,
		       const char *folder, int dir, int in, struct err *e)
{
	auto_close int report = -1, done = -1, pidfd = -1;
	struct unpack_notes none;

	TRY(make_pipe(&done, &report, e));
	pidfd = ask(u, kind, folder, dir, "", in, report, e);
	if (pidfd < 0)
		return pidfd;
	close(steal_fd(report));
	return hear(done, &none, e);
}

int unpack_bundle(struct unpacker *u, const char *folder, int dir, int in,
		  struct err *e)
{
	return fill_folder(u, UNPACK_BUNDLE, folder, dir, in, e);
}

int unpack_plain(struct unpacker *u, const char *folder, int dir, int in,
		 struct err *e)
{
	return fill_folder(u, UNPACK_PLAIN, folder, dir, in, e);
}

static void count(struct str *s, uint64_t n, const char *what)
{
	if (n > 0)
		str_printf(s, "%s%" PRIu64 " %s%s", s->len ? " and " : "", n,
			   what, n == 1 ? "" : "s");
}

char *unpack_notes_text(const struct unpack_notes *n)
{
	struct str s = { 0 };

	count(&s, n->devices, "device node");
	count(&s, n->xattrs, "extended attribute");
	if (s.len == 0)
		return NULL;
	str_puts(&s, n->devices + n->xattrs == 1 ? " was left out" :
						   " were left out");
	return str_steal(&s);
}
