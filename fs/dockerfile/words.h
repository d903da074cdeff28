#ifndef RL_DOCKERFILE_WORDS_H
#define RL_DOCKERFILE_WORDS_H
/*
 * words.h - the line behind an instruction's name, cut into words.
 */
#include "fs/dockerfile/dockerfile.h"

#define DF_BLANKS " \t\v\f\r"

/* Cut at blanks.  -E2BIG: DOCKERFILE_WORDS_MAX. */
int words_plain(const char *s, struct strv *ret, struct err *e);
/* The same, but not inside quotes; quotes and escapes stay in the words. */
int words_quoted(const char *s, char escape, struct strv *ret, struct err *e);
/*
 * The words in front that begin with "--" (without that, and without quotes).
 * *ret_rest is what is behind them.
 */
int words_flags(const char *s, struct strv *ret, const char **ret_rest,
		struct err *e);
/*
 * A JSON list of strings: 1.  0: it is none, and is to be read as text.
 * -EINVAL: a list, but not of strings.
 */
int words_json(const char *s, struct strv *ret, struct err *e);
/* The same, and else cut at blanks. */
int words_json_or_plain(const char *s, struct strv *ret, struct err *e);

#endif
