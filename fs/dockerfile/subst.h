#ifndef RL_DOCKERFILE_SUBST_H
#define RL_DOCKERFILE_SUBST_H
/*
 * subst.h - the patterns of ${x#p} ${x##p} ${x%p} ${x%%p} ${x/p/r} ${x//p/r}:
 * "*" is any text, "?" one character, and a backslash takes one of * ? \ } /
 * as it is.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#define SUBST_PATTERN_MAX 1024 /* bytes */

/*
 * What is left of `value` without the shortest or (`longest`) longest prefix
 * (`suffix`: suffix) that the pattern matches: *ret_from and *ret_n are that
 * part of it.
 */
int subst_trim(const char *pattern, const char *value, bool suffix,
	       bool longest, size_t *ret_from, size_t *ret_n, struct err *e);
/*
 * Append `value` with the first, or `all`, of what the pattern matches
 * replaced.  -E2BIG: more than `max` bytes.
 */
int subst_replace(const char *pattern, const char *by, const char *value,
		  bool all, size_t max, struct str *ret, struct err *e);

#endif
