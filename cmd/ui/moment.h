#ifndef RL_MOMENT_H
#define RL_MOMENT_H
/*
 * moment.h - --since and --until, to the nanosecond.
 */
#include "core/base/err.h"

/*
 * A date (RFC 3339, local without a zone), seconds since 1970 with a fraction,
 * or a time ago ("10m", "1h30m") from `now`; all in ns.  -EINVAL.
 */
int moment_parse(const char *text, int64_t now, int64_t *ret, struct err *e);
/* In how many ms it comes: 0 if it was, -1 for 0 (never). */
int moment_left(int64_t moment);

#endif
