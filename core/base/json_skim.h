#ifndef RL_JSON_SKIM_H
#define RL_JSON_SKIM_H
/*
 * json_skim.h - one member out of a JSON text, without parsing the rest: for
 * lists of many files of which little is shown.
 *
 * The text is our own; one that is not JSON gives no member, or a member that
 * does not parse.
 */
#include "core/base/json.h"

/*
 * Find a member of the object that `text` (NUL-terminated) is: where its
 * value begins, and its length.  NULL: there is none.
 */
const char *json_skim(const char *text, const char *key, size_t *ret_len);
/* The same, parsed: a new reference, or NULL. */
json_t *json_skim_value(const char *text, const char *key);
/* An integer member; 0 where there is none. */
int64_t json_skim_int(const char *text, const char *key);

#endif
