/*
 * log_file.c - bytes of two streams to lines of JSON.
 *
 * A whole line that came with one read is escaped from there into the
 * buffer; only a line that came in pieces is put together first.  What is
 * behind the text of a line is the same for all lines of a call: it is made
 * once and copied as a block of fixed size.
 */
#include "core/log_file.h"

#include <stdio.h>

#include "core/base/resident.h"
#include "core/log_disk.h"
#include "core/log_escape.h"
#include "core/log_time.h"

#define HEAD     "{\"log\":\""
#define HEAD_LEN 8
#define TAIL_MAX 80     /* of which 64 are used */
#define OUT_SIZE 131072 /* when lines are written */

/* The rest of a line whose newline has not come. */
struct log_part {
	size_t len;
	char   text[LOG_PART_MAX];
};

/* `\n","stream":"stdout","time":"..."}` and a newline. */
struct log_tail {
	size_t len;
	char   text[TAIL_MAX];
};

struct log_file {
	struct log_disk  disk;
	struct log_clock clock;
	struct log_tail  tail[2];
	struct log_part  part[2];
	size_t used;
	size_t write_at; /* write when as much is used */
	char   out[OUT_SIZE + HEAD_LEN + LOG_ESCAPE_ROOM(LOG_PART_MAX) +
		   TAIL_MAX];
};

int log_open(int dirfd, const struct log_options *opt, struct log_file **ret,
	     struct err *e)
{
	struct log_disk disk = LOG_DISK_INIT;
	struct log_file *l;

	if (opt->none) {
		*ret = NULL;
		return 0;
	}
	if (log_disk_open(&disk, dirfd, opt, e) < 0) {
		log_disk_close(&disk);
		return -e->code;
	}
	/* not zeroed: pages of it that are never used stay untouched */
	l = xmalloc(sizeof(*l));
	l->disk = disk;
	l->clock = (struct log_clock){ 0 };
	l->part[0].len = l->part[1].len = 0;
	l->used = 0;
	*ret = l;
	return 0;
}

/* Make the tails of lines that are written from now on. */
static void stamp(struct log_file *l)
{
	static const char *const names[] = { "stdout", "stderr" };
	const char *now = log_time_text(&l->clock, log_time_now());

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		l->tail[i].len = (size_t)snprintf(
			l->tail[i].text, TAIL_MAX,
			"\\n\",\"stream\":\"%s\",\"time\":\"%s\"}\n",
			names[i], now);
}

static void plan_write(struct log_file *l)
{
	uint64_t room = log_disk_room(&l->disk);

	l->write_at = room < OUT_SIZE ? (size_t)room : OUT_SIZE;
}

static void write_out(struct log_file *l)
{
	log_disk_write(&l->disk, l->out, l->used);
	l->used = 0;
	plan_write(l);
}

/* One line of the file: `n` bytes of text, and a newline if `whole`. */
static void put_line(struct log_file *l, size_t stream, const char *text,
		     size_t n, bool whole)
{
	const struct log_tail *tail = &l->tail[stream];
	size_t skip = whole ? 0 : strlen("\\n");
	char *p;

	if (l->used >= l->write_at)
		write_out(l);
	p = l->out + l->used;
	memcpy(p, HEAD, HEAD_LEN);
	p = log_escape(p + HEAD_LEN, text, n);
	memcpy(p, tail->text + skip, TAIL_MAX - 2);
	l->used = (size_t)(p - l->out) + tail->len - skip;
}

/* Write what waits; a character that is not complete waits on. */
static void put_part(struct log_file *l, size_t stream)
{
	struct log_part *part = &l->part[stream];
	size_t n = log_whole_chars(part->text, part->len);

	if (n == 0)
		n = part->len;
	put_line(l, stream, part->text, n, false);
	part->len -= n;
	memmove(part->text, part->text + n, part->len);
}

/* Take the bytes up to a newline, or as many as there are: how many. */
static size_t take(struct log_file *l, size_t stream, const char *s, size_t n)
{
	struct log_part *part = &l->part[stream];
	size_t room = LOG_PART_MAX - part->len;
	size_t k = n < room ? n : room;
	const char *newline = memchr(s, '\n', k);

	if (newline)
		k = (size_t)(newline + 1 - s);
	if (newline && part->len == 0) {
		put_line(l, stream, s, k - 1, true);
		return k;
	}
	memcpy(part->text + part->len, s, k);
	part->len += k;
	if (newline) {
		put_line(l, stream, part->text, part->len - 1, true);
		part->len = 0;
	} else if (part->len == LOG_PART_MAX) {
		put_part(l, stream);
	}
	return k;
}

void log_write(struct log_file *l, enum log_stream stream, const void *data,
	       size_t n)
{
	const char *s = data;

	if (!l)
		return;
	stamp(l);
	plan_write(l);
	while (n > 0) {
		size_t k = take(l, stream - LOG_STDOUT, s, n);

		s += k;
		n -= k;
	}
	write_out(l);
}

bool log_waiting(const struct log_file *l)
{
	return l && (l->part[0].len || l->part[1].len);
}

void log_flush(struct log_file *l)
{
	if (!log_waiting(l))
		return;
	stamp(l);
	plan_write(l);
	for (size_t i = 0; i < ARRAY_LEN(l->part); i++)
		if (l->part[i].len)
			put_part(l, i);
	write_out(l);
}

void log_rest(struct log_file *l)
{
	if (l && !l->used)
		resident_forget(l->out, sizeof(l->out));
}

void log_close(struct log_file *l)
{
	if (!l)
		return;
	log_flush(l);
	log_flush(l); /* what a character lacked does not come any more */
	log_disk_close(&l->disk);
	free(l);
}
