#ifndef RL_LOG_DISK_H
#define RL_LOG_DISK_H
/*
 * log_disk.h - the files of a log: whole lines in, rotation, full disks.
 * Used by log_file.c alone, which makes the lines.
 */
#include "core/log_options.h"
#include "core/log_time.h"

/*
 * What did not fit, since the last line that did.
 *
 * `code` 0: nothing is lost.  It is set with the first line that is lost and
 * cleared by the line that tells of it.
 */
struct log_loss {
	int      code;  /* why: an errno */
	uint64_t lines; /* 0: not known */
};

struct log_disk {
	int      dirfd; /* the caller's */
	int      fd;
	struct log_options opt;
	uint64_t size;  /* of whole lines in the file */
	uint64_t torn;  /* bytes behind them that are still to be cut away */
	struct log_loss loss;
};
#define LOG_DISK_INIT { .dirfd = -1, .fd = -1 }

/* Open or make the file; what a kill tore at its end is cut away. */
int log_disk_open(struct log_disk *d, int dirfd, const struct log_options *opt,
		  struct err *e);
/* Append whole lines: all, or what fits and the rest counts as lost. */
void log_disk_write(struct log_disk *d, const char *lines, size_t n);
/* How many bytes of lines may go into one log_disk_write. */
uint64_t log_disk_room(const struct log_disk *d);
/* Close; a loss that could not be told leaves the link LOG_LOST_NAME. */
void log_disk_close(struct log_disk *d);

/* Read the link; all zeroes when the log did not end with a loss. */
void log_loss_read(int dirfd, struct log_loss *ret);
/* "rl: 3 lines were lost here: No space left on device".  Caller frees. */
char *log_loss_text(const struct log_loss *loss);

#endif
