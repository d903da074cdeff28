#ifndef RL_LOG_TIME_H
#define RL_LOG_TIME_H
/*
 * log_time.h - the time of a log line: RFC 3339, UTC, nine digits.
 *
 * Times are nanoseconds since 1970 in an int64_t: the years 1678 to 2261.
 */
#include "core/base/base.h"

#define LOG_TIME_LEN 30 /* strlen("2026-01-02T03:04:05.123456789Z") */

/*
 * Writes times; what is the same as in the last one is kept, so that lines
 * of one second cost a few divisions each.  All zeroes is a fresh one.
 */
struct log_clock {
	int64_t second; /* of `text` */
	char    text[LOG_TIME_LEN + 1];
};

/* Now, by CLOCK_REALTIME. */
int64_t log_time_now(void);
/* `ns` as text, owned by `c` and valid until its next use. */
const char *log_time_text(struct log_clock *c, int64_t ns);
/*
 * Parse such a text of `n` bytes; the fraction may have 1 to 9 digits or be
 * missing, as docker drops its zeros.  False, and *ret untouched, otherwise.
 */
bool log_time_parse(const char *text, size_t n, int64_t *ret);

#endif
