/* log_chain.c - finding a log's files while they are renamed. */
#include "core/log_chain.h"

#include <stdio.h>

#include "core/base/file.h"
#include "core/log_file.h"

/* How often to look again when the writer renames just then. */
#define TRIES 100

void log_chain_name(char buf[LOG_NAME_MAX], unsigned int n)
{
	if (n == 0)
		snprintf(buf, LOG_NAME_MAX, "%s", LOG_NAME);
	else
		snprintf(buf, LOG_NAME_MAX, "%s.%u", LOG_NAME, n);
}

static int open_nth(int dirfd, int n, struct err *e)
{
	char name[LOG_NAME_MAX];
	auto_close int fd = -1;
	struct stat st;

	log_chain_name(name, (unsigned int)n);
	fd = openat(dirfd, name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "open the log %s", name);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "the log %s is not a regular file",
			       name);
	return steal_fd(fd);
}

static bool is_nth(int dirfd, int n, const struct stat *st)
{
	char name[LOG_NAME_MAX];
	struct stat at;

	log_chain_name(name, (unsigned int)n);
	return fstatat(dirfd, name, &at, AT_SYMLINK_NOFOLLOW) == 0 &&
	       at.st_ino == st->st_ino && at.st_dev == st->st_dev;
}

/* The highest number there is; 0 also when there is none at all. */
static int highest(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;
	int max = 0;

	if (!d && fd >= 0)
		close(fd);
	while (d && (ent = readdir(d))) {
		const char *s = skip_prefix(ent->d_name, LOG_NAME ".");
		uint64_t n;

		if (s && parse_u64(s, 1 << 30, &n) && (int)n > max)
			max = (int)n;
	}
	return max;
}

/* The number of an open file, or -1 when it has no name any more. */
static int number_of(int dirfd, int fd)
{
	struct stat st;
	int max;

	if (fstat(fd, &st) < 0 || st.st_nlink == 0)
		return -1;
	if (is_nth(dirfd, 0, &st))
		return 0;
	max = highest(dirfd);
	for (int n = 1; n <= max; n++)
		if (is_nth(dirfd, n, &st))
			return n;
	return -1;
}

/*
 * Open the first that is there from number `from`, by `step`, up to `last`.
 * A number may be missing, while the writer renames or since it was killed.
 */
static int open_first(int dirfd, int from, int step, int last, struct err *e)
{
	for (int n = from; step > 0 ? n <= last : n >= last; n += step) {
		int fd = open_nth(dirfd, n, e);

		if (fd != -ENOENT)
			return fd;
	}
	return err_set(e, ENOENT, "there is no log");
}

int log_chain_newest(int dirfd, struct err *e)
{
	return open_first(dirfd, 0, 1, highest(dirfd), e);
}

int log_chain_oldest(int dirfd, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		int max = highest(dirfd);
		auto_close int fd = open_first(dirfd, max, -1, 0, e);

		if (fd < 0 || highest(dirfd) == max)
			return steal_fd(fd);
	}
	return err_set(e, EAGAIN, "the log rotates too fast to be read");
}

bool log_chain_is_newest(int dirfd, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && is_nth(dirfd, 0, &st);
}

static int neighbour(int dirfd, int fd, int step, struct err *e)
{
	for (int i = 0; i < TRIES; i++) {
		int n = number_of(dirfd, fd);
		auto_close int found = -1;

		if (n < 0)
			return step < 0 ? log_chain_oldest(dirfd, e)
					: -ENOENT;
		found = open_first(dirfd, n + step, step,
				   step < 0 ? 0 : highest(dirfd), e);
		if (number_of(dirfd, fd) == n)
			return steal_fd(found);
	}
	return err_set(e, EAGAIN, "the log rotates too fast to be read");
}

int log_chain_newer(int dirfd, int fd, struct err *e)
{
	return neighbour(dirfd, fd, -1, e);
}

int log_chain_older(int dirfd, int fd, struct err *e)
{
	return neighbour(dirfd, fd, 1, e);
}
