#ifndef RL_TIME_H
#define RL_TIME_H
/*
 * time.h - moments as nanoseconds since 1970, and their text.
 */
#include "core/base/base.h"

#define NS_PER_S 1000000000LL

/* Now, by the clock on the wall. */
int64_t time_now(void);
/* Now, by a clock that never jumps, for distances. */
int64_t time_steady(void);
/* "2026-01-02T03:04:05.123456789Z", RFC 3339 as docker prints it: caller
 * frees.  0 is docker's "0001-01-01T00:00:00Z". */
char *time_rfc3339(int64_t ns);
/* "1h2m3.5s", "300ms", "0", as Go's time.ParseDuration; *ret in ns. */
bool parse_duration(const char *s, int64_t *ret);

#endif
