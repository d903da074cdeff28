#ifndef RL_LOG_READ_H
#define RL_LOG_READ_H
/*
 * log_read.h - reading a container's log, across its files, while it is
 * written: from the beginning or near the end, once or as it grows.
 */
#include "core/log_line.h"

struct log_reader;

struct log_read_hooks {
	/* An entry, valid during the call.  Negative: stop with that. */
	int (*entry)(void *arg, const struct log_entry *l, struct err *e);
	/* A line that is none, or lines that were lost: what there is to say. */
	void (*note)(void *arg, const char *text);
	/* Does somebody write it still? */
	bool (*lives)(void *arg);
	/*
	 * All was read, and more is waited for: show what came.  In *ret how
	 * many ms to wait at the latest, -1: for ever.  Negative: as entry.
	 */
	int (*wait)(void *arg, int *ret, struct err *e);
	void *arg;
};

/*
 * Read the log in the folder `dirfd`: the last `tail` lines of it (-1: all),
 * then with `follow` what comes until nobody lives.  A log that is not there
 * is an empty one.
 */
int log_read(int dirfd, int64_t tail, bool follow,
	     const struct log_read_hooks *hooks, struct err *e);

#endif
