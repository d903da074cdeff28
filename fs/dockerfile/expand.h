#ifndef RL_DOCKERFILE_EXPAND_H
#define RL_DOCKERFILE_EXPAND_H
/*
 * expand.h - $NAME, quotes and escapes in an instruction's words.
 *
 *	$x ${x}             the value, or nothing
 *	${x-w} ${x:-w}      w if x is unset (or empty)
 *	${x=w} ${x:=w}      the same: nothing is assigned
 *	${x+w} ${x:+w}      w if x is set (and not empty)
 *	${x?w} ${x:?w}      an error, w, if x is unset (or empty)
 *	${x#p} ${x##p} ${x%p} ${x%%p} ${x/p/r} ${x//p/r}     see subst.h
 *
 * Nothing is expanded in single quotes; the escape takes any character
 * outside quotes, and in double ones only " $ and itself.
 */
#include "core/base/err.h"
#include "core/base/str.h"

struct expand {
	const struct strv *env; /* "KEY=VALUE" */
	char escape;
	bool quotes_stay;       /* they are text: heredocs */
	size_t *left;           /* bytes that all may still grow to, or NULL */
};

/*
 * One word; the caller frees.  -EINVAL: bad substitution; -E2BIG: more than
 * DF_EXPAND_MAX bytes.
 */
int expand_word(const struct expand *x, const char *s, char **ret,
		struct err *e);
/* Append as many as it is when cut at blanks that stand in no quotes. */
int expand_words(const struct expand *x, const char *s, struct strv *ret,
		 struct err *e);

#endif
