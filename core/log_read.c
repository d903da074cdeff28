/* log_read.c - a log's lines, found from the end and followed to it. */
#include "core/log_read.h"

#include "core/base/watch.h"
#include "core/log_chain.h"
#include "core/log_disk.h"

#include <stdio.h>
#include <sys/stat.h>

#define BLOCK     65536
/* The longest line there can be: a part, each byte of it escaped. */
#define LINE_MAX_ (LOG_PART_MAX * 6 + 1024)
/* A supervisor that was killed wakes nobody. */
#define LOOK_MS   500

struct reader {
	int    dirfd, fd;
	off_t  off;     /* of buf's end in the file */
	char  *buf;
	size_t len;     /* what is not a whole line yet */
	bool   skip;    /* a line that is too long is being passed over */
	const struct log_read_hooks *hooks;
};

/* ---- where to begin ---- */

/*
 * The offset behind the newline that comes before the last *left lines, 0 and
 * what is missing in *left if the file has fewer.  What a kill tore, behind
 * the last newline, is no line.
 */
static int find_tail(int fd, int64_t *left, off_t *ret, struct err *e)
{
	auto_free char *block = xmalloc(BLOCK);
	bool whole = false; /* the last line's newline was seen */
	struct stat st;
	off_t end;

	*ret = 0;
	if (fstat(fd, &st) < 0)
		return err_sys(e, "read the log");
	for (end = st.st_size; end > 0;) {
		off_t from = end > BLOCK ? end - BLOCK : 0;
		ssize_t n = pread(fd, block, end - from, from);

		if (n < 0)
			return err_sys(e, "read the log");
		for (ssize_t i = n; i-- > 0;) {
			if (block[i] != '\n')
				continue;
			if (whole && --*left == 0) {
				*ret = from + i + 1;
				return 0;
			}
			whole = true;
		}
		end = from;
	}
	/* the first line has no newline before it */
	if (whole)
		--*left;
	return 0;
}

static int open_tail(struct reader *r, int64_t tail, struct err *e)
{
	int64_t left = tail;

	r->fd = log_chain_newest(r->dirfd, e);
	while (r->fd >= 0) {
		int older;

		TRY(find_tail(r->fd, &left, &r->off, e));
		if (left <= 0)
			return 0;
		older = log_chain_older(r->dirfd, r->fd, e);
		if (older == -ENOENT)
			return 0;
		TRY(older);
		close(r->fd);
		r->fd = older;
	}
	return r->fd;
}

/* Nothing of what is there. */
static int open_end(struct reader *r, struct err *e)
{
	struct stat st;

	r->fd = log_chain_newest(r->dirfd, e);
	if (r->fd >= 0 && fstat(r->fd, &st) == 0)
		r->off = st.st_size;
	return r->fd;
}

static int open_first(struct reader *r, int64_t tail, struct err *e)
{
	int code;

	if (tail > 0)
		code = open_tail(r, tail, e);
	else if (tail == 0)
		code = open_end(r, e);
	else
		code = r->fd = log_chain_oldest(r->dirfd, e);
	return code == -ENOENT ? 0 : code;
}

/* ---- lines ---- */

static int take_line(struct reader *r, char *line, size_t n, struct err *e)
{
	struct log_entry entry;

	if (log_line_parse(line, n, &entry))
		return r->hooks->entry(r->hooks->arg, &entry, e);
	if (n)
		r->hooks->note(r->hooks->arg,
			       "rl: a line of the log is damaged");
	return 0;
}

/* All whole lines in the buffer. */
static int take_lines(struct reader *r, struct err *e)
{
	char *line = r->buf, *end = r->buf + r->len, *newline;

	while ((newline = memchr(line, '\n', end - line))) {
		if (!r->skip)
			TRY(take_line(r, line, newline - line, e));
		r->skip = false;
		line = newline + 1;
	}
	r->len = end - line;
	memmove(r->buf, line, r->len);
	if (r->len > LINE_MAX_) {
		if (!r->skip)
			r->hooks->note(r->hooks->arg,
				       "rl: a line of the log is too long");
		r->skip = true;
		r->len = 0;
	}
	return 0;
}

/* Returns how much was read. */
static ssize_t read_more(struct reader *r, struct err *e)
{
	ssize_t n = pread(r->fd, r->buf + r->len, BLOCK, r->off);

	if (n < 0)
		return err_sys(e, "read the log");
	r->off += n;
	r->len += n;
	TRY(take_lines(r, e));
	return n;
}

/* A torn end is cut away by the next writer: look at it anew. */
static void forget_rest(struct reader *r)
{
	r->off -= r->len;
	r->len = 0;
}

/* A file that was emptied is read from its beginning. */
static int notice_emptied(struct reader *r, struct err *e)
{
	struct stat st;

	if (fstat(r->fd, &st) < 0)
		return err_sys(e, "read the log");
	if (st.st_size >= r->off)
		return 0;
	r->off = 0;
	r->skip = false;
	return 0;
}

/*
 * All there is, to the end of the newest file.  That a file is not the newest
 * any more has to be known before its end is read.
 */
static int read_all(struct reader *r, struct err *e)
{
	if (r->fd < 0)
		TRY(open_first(r, -1, e));
	while (r->fd >= 0) {
		bool newest = log_chain_is_newest(r->dirfd, r->fd);
		ssize_t n;
		int next;

		TRY(notice_emptied(r, e));
		while ((n = read_more(r, e)) > 0)
			;
		TRY(n);
		forget_rest(r);
		if (newest)
			return 0;
		next = log_chain_newer(r->dirfd, r->fd, e);
		if (next == -ENOENT)
			return 0;
		TRY(next);
		close(r->fd);
		r->fd = next;
		r->off = 0;
		r->skip = false;
	}
	return 0;
}

/* ---- following ---- */

static int follow(struct reader *r, struct err *e)
{
	auto_close int watch = watch_folder(r->dirfd);

	for (;;) {
		bool lives = r->hooks->lives(r->hooks->arg);
		int left;

		TRY(read_all(r, e));
		TRY(r->hooks->wait(r->hooks->arg, &left, e));
		if (!lives || left == 0)
			return 0;
		watch_wait(watch, left < 0 || left > LOOK_MS ? LOOK_MS : left);
	}
}

static void tell_loss(const struct reader *r)
{
	auto_free char *text = NULL;
	struct log_loss loss;

	log_loss_read(r->dirfd, &loss);
	if (!loss.code)
		return;
	text = log_loss_text(&loss);
	r->hooks->note(r->hooks->arg, text);
}

int log_read(int dirfd, int64_t tail, bool follow_it,
	     const struct log_read_hooks *hooks, struct err *e)
{
	struct reader r = {
		.dirfd = dirfd, .fd = -1, .hooks = hooks,
		.buf = xmalloc(BLOCK + LINE_MAX_ + 1),
	};
	int code = open_first(&r, tail, e);

	if (code >= 0 && r.fd >= 0)
		code = read_all(&r, e);
	if (code >= 0 && follow_it)
		code = follow(&r, e);
	if (code >= 0)
		tell_loss(&r);
	if (r.fd >= 0)
		close(r.fd);
	free(r.buf);
	return code < 0 ? code : 0;
}
