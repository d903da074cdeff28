#ifndef RL_CSV_H
#define RL_CSV_H
/*
 * csv.h - one line of comma-separated fields, as Go's encoding/csv reads it:
 * RFC 4180.
 */
#include "core/base/str.h"

/*
 * Append the fields; those in quotes may hold commas, and "" is a quote.
 * False: a quoted field has no end.
 */
bool csv_split(const char *s, struct strv *ret);

#endif
