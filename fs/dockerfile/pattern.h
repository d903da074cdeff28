#ifndef RL_DOCKERFILE_PATTERN_H
#define RL_DOCKERFILE_PATTERN_H
/*
 * pattern.h - one path pattern, ready to match: what ignore.h stands on.
 *
 * It is run over a path as a set of places in the pattern, so that no pattern
 * takes more than its length times the path's, however many stars it has.
 */
#include "core/base/err.h"

struct pattern_token {
	enum {
		PATTERN_CHAR,  /* `c` */
		PATTERN_ANY,   /* ? */
		PATTERN_CLASS, /* [...]; `c` is where it begins in the text */
		PATTERN_STAR,  /* * */
		PATTERN_TREE,  /* ** with something behind it: folders or none */
		PATTERN_ALL,   /* ** at the end */
	} kind;
	uint32_t c; /* a character of UTF-8, or a byte that is none */
};

struct pattern {
	struct pattern_token *v;
	size_t n;
	const char *text; /* borrowed */
};

/*
 * `deep`: "**" is any depth, else it is two "*".  The text must outlive it.
 * -EINVAL: a bracket is not closed or empty, a backslash has nothing behind.
 */
int pattern_compile(const char *text, bool deep, struct pattern *ret,
		    struct err *e);
void pattern_release(struct pattern *p);
static inline void auto_pattern_p(struct pattern *p) { pattern_release(p); }
#define auto_pattern __attribute__((cleanup(auto_pattern_p)))

enum pattern_result {
	PATTERN_NO,
	PATTERN_BELOW, /* not this path, but it may match one below it */
	PATTERN_YES,   /* the path, or (`parents`) a folder above it */
};

/* Run it over a whole path, relative and clean. */
enum pattern_result pattern_run(const struct pattern *p, const char *path,
				bool parents);

#endif
