/* layer_sync_test.c - layers that a power loss may have torn. */
#include "core/base/file.h"
#include "fs/layer.h"
#include "fs/layer_sync.h"

#include "tests/unit/tap.h"

#include <sys/utsname.h>

#define HEX "0123456789012345678901234567890123456789012345678901234567890123"
#define LINK HEX LAYER_UNSYNCED

static int maps = -1;

static int open_layer(void)
{
	struct err e;
	int fd = layer_open(maps, "sha256:" HEX, &e);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static void of_this_boot(void)
{
	struct err e;
	char text[200];

	OK(mkdirat(maps, HEX, 0755) == 0);
	OK(open_layer() == 0);
	OK(layer_sync_owe(maps, HEX, &e) == 0);
	OK(layer_sync_owe(maps, HEX, &e) == 0);
	OK(readlinkat(maps, LINK, text, sizeof(text)) > 36);
	OK(open_layer() == 0);
	layer_sync_settle(maps, LINK);
	OK(readlinkat(maps, LINK, text, sizeof(text)) > 36);
}

static void settled_when_old(void)
{
	struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	OK(utimensat(maps, LINK, old, AT_SYMLINK_NOFOLLOW) == 0);
	layer_sync_settle(maps, LINK);
	OK(faccessat(maps, LINK, F_OK, AT_SYMLINK_NOFOLLOW) < 0);
	OK(open_layer() == 0);
}

static void of_another_node(void)
{
	OK(symlinkat("elsewhere:0000-1111", maps, LINK) == 0);
	OK(open_layer() == 0);
	OK(unlinkat(maps, LINK, 0) == 0);
}

static void of_an_earlier_boot(void)
{
	auto_free char *text = NULL;
	struct utsname u;

	uname(&u);
	text = xasprintf("%s:0000-1111", u.nodename);
	OK(symlinkat(text, maps, LINK) == 0);
	OK(open_layer() == -ENOENT);
	OK(faccessat(maps, HEX, F_OK, 0) < 0);
	OK(faccessat(maps, LINK, F_OK, AT_SYMLINK_NOFOLLOW) < 0);
	OK(open_layer() == -ENOENT);
	OK(mkdirat(maps, HEX, 0755) == 0);
	OK(open_layer() == 0);
}

int main(void)
{
	char path[] = "/tmp/layer_sync.XXXXXX";
	struct err e;

	maps = mkdtemp(path) ? dir_open(AT_FDCWD, path, &e) : -1;
	RUN(of_this_boot);
	RUN(settled_when_old);
	RUN(of_another_node);
	RUN(of_an_earlier_boot);
	tree_remove(AT_FDCWD, path, &e);
	return DONE();
}
