#ifndef RL_DOCKERFILE_IGNORE_H
#define RL_DOCKERFILE_IGNORE_H
/*
 * ignore.h - docker's path patterns: .dockerignore, COPY --exclude, and
 * COPY --parents.
 *
 *	*   anything but "/"          **  anything, any depth (none included)
 *	?   one character but "/"     [a-z] [^a]  one of them    \c  the c
 *
 * A pattern matches a path and all that is below it; the last pattern that
 * matches decides, and "!" in front makes it an exception.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#define IGNORE_TEXT_MAX (1 << 20)   /* bytes of a file */
#define IGNORE_PATTERNS_MAX 10000
#define IGNORE_PATTERN_MAX 4096     /* bytes of one */

struct ignore_pattern {
	char *text;      /* clean: no "/" in front or behind, no "." */
	bool  except;    /* "!" */
	size_t literal;  /* bytes in front that are no wildcard */
	bool  plain;     /* no wildcard at all */
	struct pattern *compiled; /* pattern.h */
};

struct ignore {
	struct ignore_pattern *v;
	size_t n;
	bool exceptions; /* one at least */
};

/*
 * The lines of an ignore file: "#" in the first column is a comment, blanks
 * around a line go.  `file` is for messages: "FILE:LINE: ...".
 */
int ignore_parse(const char *file, const char *text, size_t n,
		 struct ignore *ret, struct err *e);
/* One pattern more, as of --exclude.  -EINVAL: a bracket is not closed. */
int ignore_add(struct ignore *g, const char *pattern, struct err *e);
void ignore_release(struct ignore *g);
static inline void auto_ignore_p(struct ignore *g) { ignore_release(g); }
#define auto_ignore __attribute__((cleanup(auto_ignore_p)))

/* Is `path` (relative, clean) left out, by itself or by a folder above it? */
bool ignore_match(const struct ignore *g, const char *path);
/*
 * `path` is a folder that is left out: may an exception still bring back
 * something below it, so that it must be looked into?
 */
bool ignore_may_return(const struct ignore *g, const char *path);

/* One pattern, one whole path; "**" as above. */
bool pattern_match(const char *pattern, const char *path);
/*
 * Go's filepath.Match, by which COPY finds sources: "**" is two "*".
 * -EINVAL for a bad pattern, else 1 or 0.
 */
int glob_match(const char *pattern, const char *path);
/* Has it a wildcard of glob_match()? */
bool glob_has_wildcard(const char *pattern);

#endif
