#ifndef RL_LOG_FILE_H
#define RL_LOG_FILE_H
/*
 * log_file.h - writing a container's log: docker's json-file.
 *
 *	container.log       {"log":"text\n","stream":"stdout","time":"..."}
 *	container.log.1 ..  what was written before, the older the higher
 *	container.log.lost  a link "ERRNO LINES": the log ends with a loss
 *
 * A line of more than 16 KiB is written in parts, of which only the last
 * ends in a newline.  A line that waits for its newline is kept in memory.
 *
 * Whole lines are written, many with one write(2).  What a full disk or a
 * kill tore is cut away, by the writer or by the next log_open; a reader
 * takes no line without its newline.  While writing fails, lines are dropped
 * and counted; the first line that fits again says how many.  Without room
 * for that line, the link says it: a short link needs no data block.
 *
 * The struct is log_open's and freed by log_close; about 270 KiB, of which
 * only what a burst used is resident.  NULL is a log that keeps nothing:
 * every call takes it.  One thread at a time; one writer a folder.  The
 * caller ignores SIGXFSZ if it does not want to die of `ulimit -f`.
 */
#include "core/log_options.h"

#define LOG_NAME      "container.log"
#define LOG_LOST_NAME LOG_NAME ".lost"
#define LOG_PART_MAX  16384 /* bytes of a line in one part, its newline too */
/* How long the loop lets a line wait for its newline: see log_flush. */
#define LOG_WAIT_MS   500
/* The best size of a read from the pipe: what a pipe holds. */
#define LOG_READ_SIZE 65536

struct log_file;

enum log_stream { LOG_STDOUT = 1, LOG_STDERR = 2 };

/*
 * Open or continue the log in a container's folder; `dirfd` must stay open
 * until log_close.  *ret is NULL with the driver none.
 */
int log_open(int dirfd, const struct log_options *opt, struct log_file **ret,
	     struct err *e);
/*
 * Log `n` bytes as they came, cut anywhere.  All whole lines are in the file
 * when it returns, with the time of this call; it never fails.
 */
void log_write(struct log_file *l, enum log_stream stream, const void *data,
	       size_t n);
/* Does part of a line wait in memory? */
bool log_waiting(const struct log_file *l);
/*
 * Write what waits, as parts without a newline.  To be called when
 * log_waiting() was true for LOG_WAIT_MS without a new byte, and at the end
 * of a stream: so a prompt can be read.
 */
void log_flush(struct log_file *l);
/* Nothing comes for a while: give back the memory that a burst used. */
void log_rest(struct log_file *l);
/* Flush, write, close, free. */
void log_close(struct log_file *l);

#endif
