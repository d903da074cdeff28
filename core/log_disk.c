/* log_disk.c - whole lines to a file that rotates, on a disk that fills. */
#include "core/log_disk.h"

#include <stdio.h>

#include "core/base/file.h"
#include "core/log_chain.h"
#include "core/log_file.h"

#define NEW_NAME      LOG_NAME ".new"
#define LOST_NEW_NAME LOG_LOST_NAME ".new"
#define BLOCK         65536

/* ---- losses ---- */

void log_loss_read(int dirfd, struct log_loss *ret)
{
	char text[64];
	ssize_t n = readlinkat(dirfd, LOG_LOST_NAME, text, sizeof(text) - 1);
	unsigned long long lines;
	int code;

	*ret = (struct log_loss){ 0 };
	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "%d %llu", &code, &lines) != 2 || code <= 0)
		return;
	ret->code = code;
	ret->lines = lines;
}

char *log_loss_text(const struct log_loss *loss)
{
	if (loss->lines == 0)
		return xasprintf("rl: lines were lost here: %s",
				 strerror(loss->code));
	return xasprintf("rl: %llu line%s lost here: %s",
			 (unsigned long long)loss->lines,
			 loss->lines == 1 ? " was" : "s were",
			 strerror(loss->code));
}

/* What is on the disk if we are killed, or if there is never room again. */
static void loss_record(const struct log_disk *d)
{
	char text[64];

	snprintf(text, sizeof(text), "%d %llu", d->loss.code,
		 (unsigned long long)d->loss.lines);
	unlinkat(d->dirfd, LOST_NEW_NAME, 0);
	if (symlinkat(text, d->dirfd, LOST_NEW_NAME) == 0)
		renameat(d->dirfd, LOST_NEW_NAME, d->dirfd, LOG_LOST_NAME);
}

static void lose(struct log_disk *d, int code, const char *lines, size_t n)
{
	const char *end = lines + n;
	bool first = d->loss.code == 0;

	while (lines < end && (lines = memchr(lines, '\n', end - lines))) {
		d->loss.lines++;
		lines++;
	}
	d->loss.code = code;
	if (first)
		loss_record(d);
}

/* ---- the file ---- */

/*
 * Cut away what is torn.  The file is asked for its size: a user may have
 * emptied it (`truncate -s 0`), and must not get a hole.
 */
static int cut(struct log_disk *d)
{
	struct stat st;

	if (d->torn == 0)
		return 0;
	if (fstat(d->fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size >= d->torn &&
	    ftruncate(d->fd, st.st_size - (off_t)d->torn) < 0)
		return -errno;
	d->torn = 0;
	return 0;
}

/* How much of it was written; errno says why that is not all. */
static size_t write_some(int fd, const char *data, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = write(fd, data + done, n - done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		done += (size_t)r;
	}
	return done;
}

/* Append whole lines; returns how many bytes of them are in the file. */
static size_t append(struct log_disk *d, const char *lines, size_t n)
{
	size_t done, whole;
	int code;

	errno = 0;
	whole = done = write_some(d->fd, lines, n);
	code = errno;

	if (done < n) {
		const char *last = memrchr(lines, '\n', done);

		whole = last ? (size_t)(last + 1 - lines) : 0;
		d->torn = done - whole;
		cut(d);
	}
	d->size += whole;
	errno = code ? code : EIO;
	return whole;
}

/* Tell of the loss in the log itself. */
static int tell_loss(struct log_disk *d)
{
	auto_free char *text = log_loss_text(&d->loss);
	struct log_clock clock = { 0 };
	auto_free char *line = xasprintf(
		"{\"log\":\"%s\\n\",\"stream\":\"stderr\",\"time\":\"%s\"}\n",
		text, log_time_text(&clock, log_time_now()));

	if (append(d, line, strlen(line)) == 0)
		return -errno;
	d->loss = (struct log_loss){ 0 };
	unlinkat(d->dirfd, LOG_LOST_NAME, 0);
	return 0;
}

/* ---- rotation ---- */

/* The first free number, which a kill may have left amid others. */
static unsigned int free_number(const struct log_disk *d)
{
	unsigned int n = 1;
	char name[LOG_NAME_MAX];

	for (; n + 1 < d->opt.max_file; n++) {
		log_chain_name(name, n);
		if (faccessat(d->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			break;
	}
	return n;
}

/* Each file gets the next number; with one file only, none is kept. */
static int shift(const struct log_disk *d)
{
	char from[LOG_NAME_MAX], to[LOG_NAME_MAX];

	if (d->opt.max_file < 2)
		return 0;
	for (unsigned int n = free_number(d); n > 0; n--) {
		log_chain_name(from, n - 1);
		log_chain_name(to, n);
		if (renameat(d->dirfd, from, d->dirfd, to) < 0 &&
		    errno != ENOENT)
			return -errno;
	}
	return 0;
}

/*
 * The new file exists before the old one moves: if it cannot be made, the
 * log stays as it is.
 */
static int rotate(struct log_disk *d)
{
	auto_close int fd = openat(d->dirfd, NEW_NAME,
				   O_WRONLY | O_APPEND | O_CREAT | O_TRUNC |
				   O_CLOEXEC | O_NOFOLLOW, 0600);
	int old;

	if (fd < 0)
		return -errno;
	TRY(shift(d));
	if (renameat(d->dirfd, NEW_NAME, d->dirfd, LOG_NAME) < 0)
		return -errno;
	old = d->fd;
	d->fd = steal_fd(fd);
	close(old);
	d->size = d->torn = 0;
	return 0;
}

static bool is_full(const struct log_disk *d)
{
	return d->opt.max_size && d->size >= d->opt.max_size;
}

uint64_t log_disk_room(const struct log_disk *d)
{
	if (!d->opt.max_size)
		return UINT64_MAX;
	return d->opt.max_size - (is_full(d) ? 0 : d->size);
}

/* Make the file fit for more lines. */
static int prepare(struct log_disk *d)
{
	TRY(cut(d));
	if (is_full(d))
		TRY(rotate(d));
	return d->loss.code ? tell_loss(d) : 0;
}

void log_disk_write(struct log_disk *d, const char *lines, size_t n)
{
	size_t done;
	int r;

	if (n == 0)
		return;
	r = prepare(d);
	if (r < 0) {
		lose(d, -r, lines, n);
		return;
	}
	done = append(d, lines, n);
	if (done < n)
		lose(d, errno, lines + done, n - done);
}

/* ---- open and close ---- */

/*
 * Where the last whole line ends.  A tail that is longer than a line of ours
 * can be was not torn by us, and is cut away no less: nothing could read it.
 */
static int whole_lines(int fd, off_t size, off_t *ret)
{
	char buf[BLOCK];

	while (size > 0) {
		off_t from = size > BLOCK ? size - BLOCK : 0;
		ssize_t n = pread(fd, buf, (size_t)(size - from), from);
		const char *last;

		if (n < 0)
			return -errno;
		last = memrchr(buf, '\n', (size_t)n);
		if (last) {
			*ret = from + (last + 1 - buf);
			return 0;
		}
		size = from;
	}
	*ret = 0;
	return 0;
}

static int cut_torn_tail(struct log_disk *d, struct err *e)
{
	struct stat st;
	off_t end;

	if (fstat(d->fd, &st) < 0)
		return err_sys(e, "cannot stat the log");
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "the log is not a regular file");
	if (whole_lines(d->fd, st.st_size, &end) < 0)
		return err_sys(e, "cannot read the log's end");
	d->size = (uint64_t)end;
	d->torn = (uint64_t)(st.st_size - end);
	cut(d); /* if that fails, log_disk_write tries again */
	return 0;
}

int log_disk_open(struct log_disk *d, int dirfd, const struct log_options *opt,
		  struct err *e)
{
	d->dirfd = dirfd;
	d->opt = *opt;
	d->fd = openat(dirfd, LOG_NAME, O_RDWR | O_APPEND | O_CREAT |
		       O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (d->fd < 0)
		return err_sys(e, "cannot open the log %s", LOG_NAME);
	unlinkat(dirfd, NEW_NAME, 0);
	log_loss_read(dirfd, &d->loss);
	return cut_torn_tail(d, e);
}

void log_disk_close(struct log_disk *d)
{
	if (d->fd < 0)
		return;
	if (d->loss.code && (cut(d) < 0 || tell_loss(d) < 0))
		loss_record(d);
	close(d->fd);
	d->fd = -1;
}
