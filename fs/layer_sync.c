/* layer_sync.c - remember which layers are not on the disk for sure. */
#include "fs/layer_sync.h"

#include "core/base/file.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id" /* random(4) */
#define SETTLE_S 60 /* by then the kernel has written it of its own accord */

/* "NODE:BOOT" of this machine's life. */
static int this_boot(char *buf, size_t n, struct err *e)
{
	auto_free char *boot = NULL;
	struct utsname u;

	TRY(file_read(AT_FDCWD, BOOT_ID, 64, &boot, NULL, e));
	boot[strcspn(boot, "\n")] = '\0';
	if (uname(&u) < 0)
		return err_sys(e, "uname");
	snprintf(buf, n, "%s:%s", u.nodename, boot);
	return 0;
}

int layer_sync_owe(int maps_fd, const char *name, struct err *e)
{
	auto_free char *link = xasprintf("%s" LAYER_UNSYNCED, name);
	char boot[160];

	TRY(this_boot(boot, sizeof(boot), e));
	if (symlinkat(boot, maps_fd, link) == 0)
		return 0;
	/* of an earlier life of this layer */
	if (errno == EEXIST && unlinkat(maps_fd, link, 0) == 0 &&
	    symlinkat(boot, maps_fd, link) == 0)
		return 0;
	return errno == EEXIST ? 0 : err_sys(e, "create %s", link);
}

/* The same node in another life?  Of other nodes nothing is known. */
static bool is_of_another_boot(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct err ignored;
	char boot[160];
	size_t node;

	if (!colon)
		return true;
	if (this_boot(boot, sizeof(boot), &ignored) < 0)
		return false;
	node = colon - text + 1;
	return strncmp(text, boot, node) == 0 && !streq(text, boot);
}

bool layer_sync_trusted(int maps_fd, const char *name)
{
	char link[96], text[160];
	ssize_t n;

	snprintf(link, sizeof(link), "%.64s" LAYER_UNSYNCED, name);
	n = readlinkat(maps_fd, link, text, sizeof(text) - 1);
	if (n < 0)
		return true;
	text[n] = '\0';
	return !is_of_another_boot(text);
}

void layer_sync_forget(int maps_fd, const char *name)
{
	auto_free char *link = xasprintf("%s" LAYER_UNSYNCED, name);

	unlinkat(maps_fd, link, 0);
}

void layer_sync_settle(int maps_fd, const char *link)
{
	auto_free char *name = xstrndup(link, strlen(link) -
					strlen(LAYER_UNSYNCED));
	struct stat st;

	if (fstatat(maps_fd, link, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    time(NULL) - st.st_mtime < SETTLE_S ||
	    !layer_sync_trusted(maps_fd, name))
		return;
	if (syncfs(maps_fd) == 0)
		unlinkat(maps_fd, link, 0);
}
