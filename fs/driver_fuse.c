/* driver_fuse.c - fuse-overlayfs, for kernels that refuse us overlayfs. */
#include "fs/driver.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/mount.h"

#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>

/*
 * pivot_root(2) changes "/" for every process of the mount namespace.  The
 * server looks up paths of the host while it answers: with the container's
 * root as its own it would wait for itself.  So it has a namespace of its own,
 * out of which its mount comes to us through a shared folder.
 */

#define READY_TRIES 2000 /* of 5 ms: a cold disk may take its time */

static char *options(const struct rootfs *r)
{
	struct str o = { 0 };

	str_puts(&o, "lowerdir=");
	for (size_t i = 0; i < r->layers.n; i++)
		str_printf(&o, "%s%s", i ? ":" : "", r->layers.v[i]);
	str_printf(&o, ",upperdir=%s/upper,workdir=%s/work", r->path, r->path);
	return str_steal(&o);
}

/* Its own words are for failures: it also has some for options it ignores. */
static int ended_at_once(int said, struct err *e)
{
	char text[400] = "";
	off_t size = lseek(said, 0, SEEK_END), room = sizeof(text) - 1;
	ssize_t n = pread(said, text, room, size > room ? size - room : 0);
	char *end = text + (n > 0 ? n : 0), *line;

	while (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	return err_set(e, EIO, "fuse-overlayfs ended at once: %s (may this "
		       "user open /dev/fuse?)", line ? line + 1 : text);
}

/* fuse-overlayfs mounts in the background; the folder changes its type. */
static int wait_mounted(const char *path, pid_t pid, int said, struct err *e)
{
	struct timespec pause = { .tv_nsec = 5000000 };
	struct statfs fs;

	for (int i = 0; i < READY_TRIES; i++) {
		if (statfs(path, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC)
			return 0;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return ended_at_once(said, e);
		nanosleep(&pause, NULL);
	}
	return err_set(e, ETIMEDOUT, "fuse-overlayfs did not mount");
}

/* The server lives as long as its parent, core/setup.c. */
static NORETURN void serve(const char *program, const struct rootfs *r,
			   const char *merged, int said)
{
	auto_free char *o = options(r);
	char *argv[] = { "fuse-overlayfs", "-f", "-o", o, (char *)merged,
			 NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(said, 2) < 0 || unshare(CLONE_NEWNS) < 0)
		_exit(126);
	execv(program, argv);
	_exit(127);
}

/* What is mounted on the folder, there or here, is mounted in both. */
static int share(const char *path, struct err *e)
{
	if (mount(path, path, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, path, NULL, MS_SHARED, NULL) < 0)
		return err_sys(e, "share %s", path);
	return 0;
}

/* The root, which pivot_root(2) refuses as long as it is shared. */
static int take_root(const char *merged, struct err *e)
{
	auto_close int fd = mount_clone(AT_FDCWD, merged, false, e);

	if (fd < 0)
		return fd;
	TRY(mount_attr(fd, 0, 0, MS_PRIVATE, false, e));
	return steal_fd(fd);
}

static int fuse_mount(struct rootfs *r, int *ret_fd, struct err *e)
{
	auto_free char *program = proc_which("fuse-overlayfs");
	auto_free char *merged = xasprintf("%s/merged", r->path);
	auto_close int said = -1;
	pid_t pid;

	if (!program)
		return err_set(e, ENOENT, "fuse-overlayfs is not installed");
	said = memfd_create("fuse-overlayfs", MFD_CLOEXEC);
	if (said < 0)
		return err_sys(e, "memfd_create");
	TRY(mkdir_parents(AT_FDCWD, merged, 0700, e));
	TRY(share(merged, e));
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0)
		serve(program, r, merged, said);
	TRY(wait_mounted(merged, pid, said, e));
	*ret_fd = take_root(merged, e);
	return *ret_fd < 0 ? *ret_fd : 0;
}

const struct driver_ops driver_fuse = {
	.name = "fuse-overlayfs", .process = true, .mount = fuse_mount,
};
