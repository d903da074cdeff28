/* storage.c - doctor: the store and the ways to a root filesystem. */
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "fs/driver.h"

#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/vfs.h>

static const struct remedy store_remedies[] = {
	{ "the store's folder cannot be used", "export RL_ROOT=$HOME/rl-store" },
	{ "it is on a network file system, which knows no mapped ids and is slow",
	  "export RL_ROOT=/var/tmp/$USER-rl" },
	{ 0 },
};

static const struct {
	long magic;
	const char *name;
	bool network;
} kinds[] = {
	{ 0xef53, "ext4" }, { 0x58465342, "xfs" }, { 0x9123683e, "btrfs" },
	{ 0x01021994, "tmpfs" }, { 0x794c7630, "overlay" },
	{ 0x2fc12fc1, "zfs" }, { 0xf2f52010, "f2fs" },
	{ 0x6969, "nfs", true }, { 0x0bd00bd0, "lustre", true },
	{ 0x47504653, "gpfs", true }, { 0x19830326, "beegfs", true },
	{ 0xff534d42, "cifs", true }, { 0xfe534d42, "smb2", true },
	{ 0x00c36400, "ceph", true }, { 0x5346414f, "afs", true },
};

static int probe_store(const struct doctor *d, struct finding *f,
		       struct err *e)
{
	struct statfs fs;

	f->remedy = &store_remedies[0];
	if (!d->store)
		return err_set(e, EACCES, "the store cannot be opened");
	if (fstatfs(d->store_fd, &fs) < 0)
		return err_sys(e, "look at %s", d->store);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if ((uint32_t)kinds[i].magic != (uint32_t)fs.f_type)
			continue;
		str_printf(&f->detail, "%s, ", kinds[i].name);
		if (!kinds[i].network)
			continue;
		f->remedy = &store_remedies[1];
		return err_set(e, EREMOTE, "%s is on %s", d->store,
			       kinds[i].name);
	}
	str_printf(&f->detail, "%llu MB free in %s",
		   (unsigned long long)fs.f_bavail * fs.f_bsize >> 20,
		   d->store);
	return 0;
}

/* ---- drivers ---- */

/* A driver's mount over folders in the store itself. */
struct attempt {
	const struct driver_ops *driver;
	char *path; /* upper, work, layer */
};

static int mount_inside(void *arg, struct err *e)
{
	struct attempt *a = arg;
	struct rootfs r = { .path = a->path };
	auto_close int fd = -1;
	auto_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int code;

	dup2(null, 2); /* a driver's program may be talkative */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut off the mounts");
	strv_printf(&r.layers, "%s/layer", a->path);
	code = a->driver->mount(&r, &fd, e);
	strv_release(&r.layers);
	if (code < 0)
		return code;
	if (mkdirat(fd, "made", 0755) < 0)
		return err_sys(e, "write through %s", a->driver->name);
	return 0;
}

static int clean_inside(void *arg, struct err *e)
{
	return tree_remove(AT_FDCWD, arg, e);
}

static int try_driver(const struct doctor *d, const struct driver_ops *driver,
		      struct err *e)
{
	static const char *const folders[] = { "upper", "work", "layer" };
	auto_free char *name = temp_name("doctor");
	struct attempt a = { driver, NULL };
	struct err ignored;
	int r = 0;

	if (!d->store)
		return err_set(e, EACCES, "the store cannot be opened");
	a.path = xasprintf("%s/%s", d->store, name);
	for (size_t i = 0; i < ARRAY_LEN(folders) && r >= 0; i++) {
		auto_free char *p = xasprintf("%s/%s", a.path, folders[i]);

		r = mkdir_parents(AT_FDCWD, p, 0755, e);
	}
	if (r >= 0)
		r = doctor_inside(d, mount_inside, &a, e);
	if (tree_remove(AT_FDCWD, a.path, &ignored) < 0)
		doctor_inside(d, clean_inside, a.path, &ignored);
	free(a.path);
	return r;
}

static const struct remedy overlay_remedies[] = {
	{ "the kernel is older than 5.11, or the store is on a file system "
	  "that overlay cannot write to",
	  "export RL_ROOT=/var/tmp/$USER-rl" },
	{ 0 },
};

static int probe_overlay(const struct doctor *d, struct finding *f,
			 struct err *e)
{
	f->remedy = &overlay_remedies[0];
	return try_driver(d, &driver_overlay, e);
}

enum { F_MISSING, F_DEVICE, F_MODULE };

static const struct remedy fuse_remedies[] = {
	[F_MISSING] = { "fuse-overlayfs is not installed",
		"sudo apt-get install fuse-overlayfs" },
	[F_DEVICE] = { "/dev/fuse cannot be opened",
		"sudo chmod 666 /dev/fuse" },
	[F_MODULE] = { "/dev/fuse is not there", "sudo modprobe fuse" },
	{ 0 },
};

static int probe_fuse(const struct doctor *d, struct finding *f,
		      struct err *e)
{
	auto_free char *program = proc_which("fuse-overlayfs");
	auto_close int fd = -1;

	f->remedy = &fuse_remedies[F_MISSING];
	if (!program)
		return err_set(e, ENOENT, "fuse-overlayfs is not in PATH");
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	f->remedy = &fuse_remedies[fd < 0 && errno == ENOENT ? F_MODULE :
							       F_DEVICE];
	if (fd < 0)
		return err_sys(e, "open /dev/fuse");
	return try_driver(d, &driver_fuse, e);
}

static const struct remedy copy_remedies[] = {
	{ "the store's folder cannot be written", "export RL_ROOT=/var/tmp/$USER-rl" },
	{ 0 },
};

static bool can_reflink(int dir)
{
	auto_close int a = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	auto_close int b = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return a >= 0 && b >= 0 && write(a, "x", 1) == 1 &&
	       ioctl(b, FICLONE, a) == 0;
}

static int probe_copy(const struct doctor *d, struct finding *f,
		      struct err *e)
{
	f->remedy = &copy_remedies[0];
	TRY(try_driver(d, &driver_copy, e));
	str_puts(&f->detail, can_reflink(d->store_fd) ? "by reflink" :
		 "no reflink here: each container is a full copy");
	return 0;
}

const struct rung doctor_storage[] = {
	{ "storage", "store", "images and containers", store_remedies,
	  probe_store },
	{ "storage", "overlay", "root filesystems, the best way",
	  overlay_remedies, probe_overlay },
	{ "storage", "fuse-overlayfs", "root filesystems, the second way",
	  fuse_remedies, probe_fuse },
	{ "storage", "copy", "root filesystems, where nothing else works",
	  copy_remedies, probe_copy },
	{ 0 },
};
