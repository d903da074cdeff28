#ifndef RL_FILTER_H
#define RL_FILTER_H
/*
 * filter.h - `--filter KEY=VALUE`, and the dates it compares.
 */
#include <jansson.h>

#include "core/base/err.h"
#include "core/base/str.h"

/*
 * Check that every filter is KEY=VALUE (or KEY!=VALUE where a key ends in
 * '!') with a key of `keys` (NULL-ended).  -EINVAL.
 */
int filter_check(const struct strv *filters, const char *const *keys,
		 struct err *e);
/* The value of filter `text` if its key is `key`, else NULL. */
const char *filter_value(const char *text, const char *key);
/* Does an object of labels (or NULL) have "KEY" or "KEY=VALUE"? */
bool filter_label(const json_t *labels, const char *wanted);
/* Parse true, false, 1, 0.  -EINVAL. */
int filter_bool(const char *text, bool *ret, struct err *e);

/*
 * Seconds since 1970 of "2024-05-18T00:12:34.5Z" (RFC 3339); a date alone,
 * or one without its zone, is taken as UTC.  False if it is none.
 */
bool date_parse(const char *text, int64_t *ret);
/*
 * The same as a user types it: without a zone it is the local time (TZ,
 * /etc/localtime) of that day; seconds and minutes may be left out.
 */
bool date_parse_local(const char *text, int64_t *ret);
/* "until": a date as date_parse_local, seconds since 1970, or a time ago ("10m", "1h30m"). */
int date_until(const char *text, int64_t now, int64_t *ret, struct err *e);
/* "2024-05-18 02:12:34 +0200 CEST", as Docker's CreatedAt.  Caller frees. */
char *date_text(int64_t seconds);
/* "3 weeks ago", or "N/A" for 0.  Caller frees. */
char *date_ago(int64_t seconds, int64_t now);

#endif
