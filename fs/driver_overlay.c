/* driver_overlay.c - the kernel's overlayfs, in a user namespace. */
#include "fs/driver.h"

#include "core/base/file.h"
#include "core/mount.h"

#include <stdio.h>

/*
 * Every folder is named by /proc/self/fd/N: short (a mount option holds 255
 * bytes, the whole text a page) and beyond the reach of renames.
 */
static char *fd_path(const char *key, int fd)
{
	return xasprintf("%s/proc/self/fd/%d", key, fd);
}

static void add_lower(const struct rootfs *r, struct strv *data)
{
	for (size_t i = 0; i < r->n_layers; i++)
		strv_take(data, fd_path("lowerdir+=", r->layers[i]));
}

/* Before Linux 6.5 the lower folders are one option, joined by colons. */
static void add_lower_joined(const struct rootfs *r, struct strv *data)
{
	auto_str struct str all = { 0 };

	str_puts(&all, "lowerdir=");
	for (size_t i = 0; i < r->n_layers; i++)
		str_printf(&all, "%s/proc/self/fd/%d", i ? ":" : "",
			   r->layers[i]);
	strv_add(data, str_text(&all));
}

static int try_mount(const struct rootfs *r, bool joined, int upper, int work,
		     int *ret_fd, struct err *e)
{
	auto_strv struct strv data = { 0 };

	if (joined)
		add_lower_joined(r, &data);
	else
		add_lower(r, &data);
	strv_take(&data, fd_path("upperdir=", upper));
	strv_take(&data, fd_path("workdir=", work));
	strv_add(&data, "userxattr");
	if (r->volatile_upper)
		strv_add(&data, "volatile");
	*ret_fd = mount_new("overlay", "overlay", &data, 0, e);
	return *ret_fd < 0 ? *ret_fd : 0;
}

static int overlay_mount(struct rootfs *r, int *ret_fd, struct err *e)
{
	auto_close int upper = dir_open(r->dir, "upper", e);
	auto_close int work = upper < 0 ? -1 : dir_open(r->dir, "work", e);
	int code;

	if (upper < 0 || work < 0)
		return -e->code;
	code = try_mount(r, false, upper, work, ret_fd, e);
	if (code == -EINVAL)
		code = try_mount(r, true, upper, work, ret_fd, e);
	return code;
}

const struct driver_ops driver_overlay = {
	.name = "overlay", .early = true, .mount = overlay_mount,
};
