/* watch.c - inotify, or a look ten times a second. */
#include "core/base/watch.h"

#include "core/base/file.h"

#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>

#define POLL_MS 100
#define MASK \
	(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)

int watch_folder(int dirfd)
{
	auto_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dirfd);
	if (watch < 0 || inotify_add_watch(watch, path, MASK) < 0)
		return -1;
	return steal_fd(watch);
}

void watch_wait(int watch, int ms)
{
	struct pollfd p = { .fd = watch, .events = POLLIN };
	char events[4096];

	if (watch < 0 && (ms < 0 || ms > POLL_MS))
		ms = POLL_MS;
	poll(&p, 1, ms);
	while (watch >= 0 && read(watch, events, sizeof(events)) > 0)
		;
}
