/* driver_overlay.c - the kernel's overlayfs, in a user namespace. */
#include "fs/driver.h"

#include "core/base/file.h"
#include "core/mount.h"

#include <stdio.h>

/*
 * A layer is named by /proc/self/fd/N: short, as the whole text of the old
 * form has to fit a page.
 */
static char *fd_path(const char *key, int fd)
{
	return xasprintf("%s/proc/self/fd/%d", key, fd);
}

static void add_lower(const int *layers, size_t n, struct strv *data)
{
	for (size_t i = 0; i < n; i++)
		strv_take(data, fd_path("lowerdir+=", layers[i]));
}

/* Before Linux 6.5 the lower folders are one option, joined by colons. */
static void add_lower_joined(const int *layers, size_t n, struct strv *data)
{
	auto_str struct str all = { 0 };

	str_puts(&all, "lowerdir=");
	for (size_t i = 0; i < n; i++)
		str_printf(&all, "%s/proc/self/fd/%d", i ? ":" : "", layers[i]);
	strv_add(data, str_text(&all));
}

static int try_mount(const struct rootfs *r, const int *layers, bool joined,
		     int *ret_fd, struct err *e)
{
	auto_strv struct strv data = { 0 };

	(joined ? add_lower_joined : add_lower)(layers, r->layers.n, &data);
	strv_printf(&data, "upperdir=%s/upper", r->path);
	strv_printf(&data, "workdir=%s/work", r->path);
	strv_add(&data, "userxattr");
	if (r->volatile_upper)
		strv_add(&data, "volatile");
	*ret_fd = mount_new("overlay", "overlay", &data, 0, e);
	return *ret_fd < 0 ? *ret_fd : 0;
}

/* A layer like the others, but for being below them all. */
static void add_mountpoints(struct rootfs *r)
{
	if (r->mountpoints)
		strv_add(&r->layers, r->mountpoints);
	r->mountpoints = NULL;
}

static int overlay_mount(struct rootfs *r, int *ret_fd, struct err *e)
{
	int *layers, code;

	add_mountpoints(r);
	TRY(driver_open_layers(r, &layers, e));
	code = try_mount(r, layers, false, ret_fd, e);
	if (code == -EINVAL)
		code = try_mount(r, layers, true, ret_fd, e);
	for (size_t i = 0; i < r->layers.n; i++)
		close(layers[i]);
	free(layers);
	return code;
}

/*
 * A volatile mount leaves a mark that forbids the next one: an upper folder
 * with --rm sees no next one, and while the program runs there is time.
 */
static void overlay_settled(const struct rootfs *r)
{
	static const char *const shut[] = {
		"work/work", "work/work/incompat", "work/work/incompat/volatile",
	};
	auto_close int fd = open(r->path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || !r->volatile_upper)
		return;
	for (size_t i = 0; i < ARRAY_LEN(shut); i++)
		if (fchmodat(fd, shut[i], 0700, 0) < 0)
			return;
	unlinkat(fd, "work/work/incompat/volatile/dirty", 0);
	unlinkat(fd, shut[2], AT_REMOVEDIR);
	unlinkat(fd, shut[1], AT_REMOVEDIR);
}

/* Not early: before the id maps are written the kernel says EACCES. */
const struct driver_ops driver_overlay = {
	.name = "overlay", .mount = overlay_mount, .settled = overlay_settled,
};
