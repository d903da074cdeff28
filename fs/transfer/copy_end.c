/* copy_end.c - a reader and a writer, each where it belongs. */
#include "fs/transfer/copy_end.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/rootpath.h"
#include "fs/transfer/confine.h"
#include "fs/transfer/copy_rules.h"
#include "fs/transfer/inflate.h"
#include "fs/transfer/tar_out.h"
#include "fs/transfer/tree_writer.h"

#include <archive.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LINKS_MAX 40
#define IN_FD 3
#define CHUNK (256 << 10)

/* ---- a child at an end ---- */

typedef int visit_fn(void *arg, int root, struct err *e);

struct host_visit {
	visit_fn *fn;
	void *arg;
};

/* "/" is the host's; its mounts stay as they are for all others. */
static int at_host(void *arg, struct err *e)
{
	struct host_visit *v = arg;
	auto_close int root = -1;

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	root = dir_open(AT_FDCWD, "/", e);
	return root < 0 ? root : v->fn(v->arg, root, e);
}

static int start_at(const struct copy_end *c, visit_fn *fn, void *arg,
		    struct idmap_child *ret, struct err *e)
{
	struct host_visit v = { fn, arg };

	return c->root ? container_root_start(c->root, fn, arg, ret, e) :
			 idmap_start_inside(&c->idmap, at_host, &v, ret, e);
}

static int run_at(const struct copy_end *c, visit_fn *fn, void *arg,
		  struct err *e)
{
	struct idmap_child child;

	TRY(start_at(c, fn, arg, &child, e));
	return idmap_wait_inside(&child, e);
}

/* ---- looking ---- */

struct look {
	const struct copy_end *c;
	bool follow;
	struct copy_found *found; /* shared with the parent */
};

static int parent_of(int root, const char *path, struct err *e)
{
	auto_free char *folder = copy_folder(path);

	return root_open(root, folder, O_PATH | O_DIRECTORY, e);
}

/* The file itself, its last link not followed. */
static int lstat_in(int root, const char *path, struct stat *ret)
{
	auto_free char *name = copy_name(path);
	struct err ignored;
	auto_close int dir = parent_of(root, path, &ignored);

	if (dir < 0)
		return dir;
	return fstatat(dir, name, ret, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int stat_in(int root, const char *path, struct stat *ret)
{
	struct err ignored;
	auto_close int fd = root_open(root, path, O_PATH |
				      (copy_wants_folder(path) ? O_DIRECTORY :
								 0), &ignored);

	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

static void note(struct copy_found *f, int r, const struct stat *st)
{
	f->exists = r == 0;
	f->code = -r;
	f->mode = r == 0 ? st->st_mode : 0;
}

static int look_source(void *arg, int root, struct err *e UNUSED)
{
	struct look *l = arg;
	const char *path = l->c->path;
	struct stat st;

	note(l->found, l->follow || copy_wants_folder(path) ?
			       stat_in(root, path, &st) :
			       lstat_in(root, path, &st), &st);
	return 0;
}

/* At the end of its links, or where they lead to nothing. */
static int look_target(void *arg, int root, struct err *e)
{
	struct look *l = arg;
	auto_free char *path = xstrdup(l->c->path);
	struct stat st;
	int r = 0;

	for (int i = 0; i < LINKS_MAX; i++) {
		auto_free char *name = copy_name(path), *next = NULL;
		auto_close int dir = -1;
		struct err ignored;
		char link[4096];
		ssize_t n;

		r = lstat_in(root, path, &st);
		if (r < 0 || !S_ISLNK(st.st_mode))
			break;
		dir = parent_of(root, path, &ignored);
		n = readlinkat(dir, name, link, sizeof(link) - 1);
		if (n < 0)
			return err_sys(e, "read the link %s", path);
		link[n] = '\0';
		next = copy_link_path(path, link);
		free(path);
		path = steal_ptr(next);
		r = -ELOOP;
	}
	if (r == 0 && copy_wants_folder(path) && !S_ISDIR(st.st_mode))
		r = -ENOTDIR;
	note(l->found, r, &st);
	if (snprintf(l->found->path, sizeof(l->found->path), "%s", path) >=
	    (int)sizeof(l->found->path))
		return err_set(e, ENAMETOOLONG, "the path of the target is "
			       "too long");
	return 0;
}

static void *shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

static int look(const struct copy_end *c, visit_fn *fn, bool follow,
		struct copy_found *ret, struct err *e)
{
	struct look l = { c, follow, shared(sizeof(*ret)) };
	int r = run_at(c, fn, &l, e);

	*ret = *l.found;
	ret->path[sizeof(ret->path) - 1] = '\0';
	munmap(l.found, sizeof(*ret));
	return r;
}

int copy_source(const struct copy_end *c, bool follow, struct copy_found *ret,
		struct err *e)
{
	return look(c, look_source, follow, ret, e);
}

int copy_target(const struct copy_end *c, struct copy_found *ret,
		struct err *e)
{
	return look(c, look_target, false, ret, e);
}

/* ---- reading ---- */

/*
 * A folder, and anything that is followed, is added by its fd: whatever its
 * name leads to by then.
 */
static int add_source(struct copy_job *j, int root, struct tar_out *t,
		      struct err *e)
{
	const char *path = j->from->path;
	auto_free char *name = copy_name(path);
	auto_close int at = -1;
	struct stat st;

	if (j->follow || copy_wants_folder(path) || streq(name, ".")) {
		auto_free char *by_fd = NULL;

		at = root_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, e);
		if (at < 0)
			return at;
		if (fstat(at, &st) < 0)
			return err_sys(e, "look at %s", path);
		return S_ISDIR(st.st_mode) ?
			       tar_out_tree(t, at, ".", j->as, e) :
			       tar_out_fd(t, at, j->as, e);
	}
	at = parent_of(root, path, e);
	return at < 0 ? at : tar_out_tree(t, at, name, j->as, e);
}

static int reader(void *arg, int root, struct err *e)
{
	struct copy_job *j = arg;
	const struct tar_out_options o = {
		.root_owns = !j->from->root && !j->from->owners,
		.own_ids = j->from->root != NULL,
		.sparse = j->to ? 1 : TAR_OUT_SPARSE,
	};
	struct tar_out *t = NULL;
	int r = tar_out_new(j->out, &o, &t, e);

	proc_title("rl-copy-read");
	if (j->in >= 0)
		close(j->in);
	if (r == 0)
		r = add_source(j, root, t, e);
	if (r >= 0)
		r = tar_out_end(t, &j->progress->bytes, e);
	tar_out_free(t);
	return r;
}

/* ---- writing ---- */

struct feed {
	struct inflate *z;
	struct err *e;
	uint64_t bytes;
	bool failed;
	char buf[CHUNK];
};

static la_ssize_t next_bytes(struct archive *a, void *arg, const void **ret)
{
	struct feed *f = arg;
	ssize_t n = inflate_read(f->z, f->buf, sizeof(f->buf), f->e);

	*ret = f->buf;
	if (n < 0) {
		f->failed = true;
		archive_set_error(a, (int)-n, "%s", f->e->text);
		return -1;
	}
	f->bytes += n;
	return n;
}

/* What is behind the tar's end is read too: its writer is no error. */
static int drain(struct feed *f, struct err *e)
{
	ssize_t n;

	while ((n = inflate_read(f->z, f->buf, sizeof(f->buf), e)) > 0)
		f->bytes += n;
	return n;
}

static int read_tar(struct copy_job *j, struct feed *f, struct err *e)
{
	const struct copy_end *to = j->to;
	struct tree_rules rules = {
		.copy = true, .no_owner = !to->root && !to->owners,
		/* root inside may be who we are outside */
		.no_set_ids = !to->root,
		.single = (to->root ? &to->root->idmap : &to->idmap)->kind ==
			  IDMAP_SINGLE,
	};
	struct archive *a = archive_read_new();
	struct unpack_notes notes = { 0 };
	int r;

	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	if (archive_read_open(a, f, NULL, next_bytes, NULL) != ARCHIVE_OK)
		r = f->failed ? -e->code :
		    err_set(e, EINVAL, "this is not a tar archive");
	else
		r = tree_write(a, &rules, &notes, e);
	j->progress->left_out = notes.devices;
	archive_read_free(a);
	return r;
}

static int write_files(struct copy_job *j, struct err *e)
{
	struct feed *f = xcalloc(1, sizeof(*f));
	int r = confine_calls(e);

	f->e = e;
	if (r == 0)
		r = inflate_open(IN_FD, &f->z, e);
	if (r == 0)
		r = read_tar(j, f, e);
	if (r == 0)
		r = drain(f, e);
	j->progress->bytes = f->bytes;
	if (f->z)
		inflate_close(f->z);
	free(f);
	return r;
}

/* The tar becomes fd 3, all others are closed. */
static int keep_input(int in, struct err *e)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (in != IN_FD && dup3(in, IN_FD, 0) < 0)
		return err_sys(e, "take the archive");
	for (int fd = 0; fd < 3; fd++)
		if (null >= 0)
			dup2(null, fd);
		else
			close(fd);
	if (syscall(SYS_close_range, IN_FD + 1, ~0U, 0) < 0)
		return err_sys(e, "close what the archive must not reach");
	return 0;
}

static int shut_in(struct copy_job *j, int dir, struct err *e)
{
	proc_title("rl-copy-write");
	TRY(confine_in(dir, e));
	TRY(keep_input(j->in, e));
	return write_files(j, e);
}

/* In a pid namespace of its own it can signal nobody. */
static int write_alone(struct copy_job *j, int dir, struct err *e)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC) < 0 &&
	    errno != ENOSPC && errno != EINVAL)
		return err_sys(e, "make a pid namespace");
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0) {
		struct err mine = { 0 };
		int r = shut_in(j, dir, &mine);

		j->progress->err = mine;
		_exit(r < 0);
	}
	close(j->in);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	if (!WIFEXITED(status) || !j->progress->err.code)
		return err_set(e, EIO, "the process that writes the copy died");
	*e = j->progress->err;
	return -e->code;
}

/* docker's words for the two kinds. */
static int check_writable(const struct copy_job *j, int root, int dir,
			  struct err *e)
{
	const struct container_root *r = j->to->root;
	struct stat a, b;
	struct statvfs fs;
	bool in_root;

	if (!r)
		return 0;
	if (fstat(root, &a) < 0 || fstat(dir, &b) < 0 || fstatvfs(dir, &fs) < 0)
		return err_sys(e, "look at %s", j->folder);
	in_root = a.st_dev == b.st_dev;
	if (in_root && (r->readonly || (fs.f_flag & ST_RDONLY)))
		return err_set(e, EROFS, "container rootfs is marked "
			       "read-only");
	if (fs.f_flag & ST_RDONLY)
		return err_set(e, EROFS, "mounted volume is marked read-only");
	return 0;
}

static int no_folder(const struct copy_job *j, struct err *e)
{
	if (e->code == ENOTDIR)
		return err_set(e, ENOTDIR, "extraction point is not a "
			       "directory");
	if (e->code != ENOENT || !j->to->root)
		return -e->code;
	return err_set(e, ENOENT, "Could not find the file %s in container %s",
		       j->folder, j->to->name);
}

static int writer(void *arg, int root, struct err *e)
{
	struct copy_job *j = arg;
	auto_close int dir = -1;

	if (j->out >= 0)
		close(j->out);
	dir = root_open(root, j->folder, O_RDONLY | O_DIRECTORY, e);
	if (dir < 0)
		return no_folder(j, e);
	TRY(check_writable(j, root, dir, e));
	return write_alone(j, dir, e);
}

/* ---- both ---- */

static int copy_between(struct copy_job *j, struct err *e)
{
	struct idmap_child r, w;
	struct err reader_err = { 0 }, writer_err = { 0 };
	int p[2], rc, wc;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	fcntl(p[1], F_SETPIPE_SZ, 1 << 20);
	j->in = p[0];
	j->out = p[1];
	wc = start_at(j->to, writer, j, &w, &writer_err);
	rc = wc < 0 ? 0 : start_at(j->from, reader, j, &r, &reader_err);
	close(p[0]);
	close(p[1]);
	if (wc == 0 && rc == 0)
		rc = idmap_wait_inside(&r, &reader_err);
	if (wc == 0)
		wc = idmap_wait_inside(&w, &writer_err);
	/* the pipe breaks for who is not at fault */
	if (rc < 0 && rc != -EPIPE) {
		*e = reader_err;
		return rc;
	}
	*e = wc < 0 ? writer_err : reader_err;
	return wc < 0 ? wc : rc;
}

int copy_run(struct copy_job *j, struct err *e)
{
	tar_out_prepare();
	confine_prepare();
	signal(SIGPIPE, SIG_IGN);
	j->progress = shared(sizeof(*j->progress));
	if (j->from && j->to)
		return copy_between(j, e);
	if (!j->to) {
		j->in = -1;
		return run_at(j->from, reader, j, e);
	}
	j->out = -1;
	return run_at(j->to, writer, j, e);
}
