/* event_read.c - reading the list of what happened. */
#include "fs/event_read.h"

#include "core/base/file.h"
#include "core/base/watch.h"
#include "fs/event.h"

/* A line without its end grows no further than this. */
#define PART_MAX (1 << 20)

typedef int event_fn(const json_t *event, void *arg, struct err *e);

/* ---- one file ---- */

static void file_release(struct event_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	str_release(&f->part);
	*f = (struct event_file){ .fd = -1 };
}

static int open_file(const struct store *s, const char *name)
{
	return openat(s->fd, name, O_RDONLY | O_CLOEXEC);
}

static int take_line(const char *line, size_t n, event_fn *fn, void *arg,
		     struct err *e)
{
	auto_json json_t *event = NULL;
	struct err ignored;

	if (json_parse(line, n, "event", &event, &ignored) < 0 ||
	    !json_is_object(event))
		return 0;
	return fn(event, arg, e);
}

/* The whole lines of what was read; the rest waits for its end. */
static int take_lines(struct event_file *f, event_fn *fn, void *arg,
		      struct err *e)
{
	auto_str struct str text = f->part;
	const char *s = str_text(&text), *end;
	int r = 0;

	f->part = (struct str){ 0 };
	while (r >= 0 && (end = strchr(s, '\n'))) {
		r = take_line(s, end - s, fn, arg, e);
		s = end + 1;
	}
	if (strlen(s) < PART_MAX)
		str_puts(&f->part, s);
	return r;
}

static int read_file(struct event_file *f, event_fn *fn, void *arg,
		     struct err *e)
{
	char buf[65536];
	ssize_t n;

	while (f->fd >= 0 && (n = read(f->fd, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return err_sys(e, "read %s", EVENT_FILE);
		str_add(&f->part, buf, n);
		TRY(take_lines(f, fn, arg, e));
	}
	return 0;
}

/* ---- the list ---- */

int event_reader_open(struct event_reader *r, const struct store *s, bool past,
		      struct err *e)
{
	auto_close int dir = -1;

	*r = (struct event_reader)EVENT_READER_INIT;
	r->s = s;
	TRY(mkdir_parents(s->fd, "containers", 0700, e));
	dir = openat(s->fd, "containers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "open %s/containers", s->path);
	r->watch = watch_folder(dir);
	if (past)
		r->old.fd = open_file(s, EVENT_FILE_OLD);
	r->now.fd = open_file(s, EVENT_FILE);
	if (!past && r->now.fd >= 0)
		lseek(r->now.fd, 0, SEEK_END);
	return 0;
}

void event_reader_release(struct event_reader *r)
{
	file_release(&r->old);
	file_release(&r->now);
	if (r->watch >= 0)
		close(r->watch);
	r->watch = -1;
}

/* Is the file we read no longer the one of that name? */
static bool replaced(const struct event_reader *r)
{
	struct stat ours, theirs;

	if (fstatat(r->s->fd, EVENT_FILE, &theirs, 0) < 0)
		return false;
	return r->now.fd < 0 || fstat(r->now.fd, &ours) < 0 ||
	       ours.st_ino != theirs.st_ino;
}

int event_reader_next(struct event_reader *r, event_fn *fn, void *arg,
		      struct err *e)
{
	TRY(read_file(&r->old, fn, arg, e));
	TRY(read_file(&r->now, fn, arg, e));
	if (!replaced(r))
		return 0;
	file_release(&r->old);
	r->old = r->now;
	r->now = (struct event_file){ .fd = open_file(r->s, EVENT_FILE) };
	TRY(read_file(&r->old, fn, arg, e));
	return read_file(&r->now, fn, arg, e);
}

void event_reader_wait(struct event_reader *r, int ms)
{
	watch_wait(r->watch, ms);
}
