#ifndef RL_EVENT_READ_H
#define RL_EVENT_READ_H
/*
 * event_read.h - the list of what happened (fs/event.h), read to its end and
 * then as it grows.
 *
 * The file may be renamed and begun anew at any time; a writer that opened it
 * before may still add to the old one.  So both are read until the next.
 */
#include "fs/store.h"

struct event_file {
	int fd;          /* -1: none */
	struct str part; /* of a line that has no end yet */
};

struct event_reader {
	const struct store *s;
	struct event_file old, now;
	int watch;       /* core/base/watch.h */
};
#define EVENT_READER_INIT \
	{ .old = { .fd = -1 }, .now = { .fd = -1 }, .watch = -1 }

/* Begin.  `past`: with what has happened before, else behind it. */
int event_reader_open(struct event_reader *r, const struct store *s, bool past,
		      struct err *e);
void event_reader_release(struct event_reader *r);
static inline void auto_event_reader_p(struct event_reader *r)
{
	event_reader_release(r);
}
#define auto_event_reader __attribute__((cleanup(auto_event_reader_p)))
/*
 * Hand each new event to `fn`, which borrows it; a line that is none is
 * passed over.  Ends with fn's error.
 */
int event_reader_next(struct event_reader *r,
		      int (*fn)(const json_t *event, void *arg, struct err *e),
		      void *arg, struct err *e);
/* Wait until there may be something new, or `ms` have passed (-1: ever). */
void event_reader_wait(struct event_reader *r, int ms);

#endif
