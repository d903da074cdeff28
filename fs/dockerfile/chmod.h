#ifndef RL_DOCKERFILE_CHMOD_H
#define RL_DOCKERFILE_CHMOD_H
/*
 * chmod.h - COPY --chmod: an octal mode, or chmod(1)'s symbols.
 */
#include "core/base/err.h"

#include <sys/stat.h>

#define CHMOD_CLAUSES_MAX 32

/* "u=rwX,go-w": one change after another. */
struct chmod_clause {
	mode_t who;     /* the bits that it may touch */
	char op;        /* + - = */
	mode_t bits;    /* of all three, as in 0777, and set-id and sticky */
	bool execute_if; /* X: only for folders, or if anyone may execute */
	char copy;      /* u g o: what these have; or 0 */
};

struct chmod {
	bool set;
	mode_t mode;    /* when there are no clauses */
	struct chmod_clause c[CHMOD_CLAUSES_MAX];
	size_t n;
};

/* -EINVAL: neither octal up to 7777 nor symbols. */
int chmod_parse(const char *text, struct chmod *ret, struct err *e);
/* The bits (07777) that a file of this mode gets. */
mode_t chmod_apply(const struct chmod *c, mode_t mode);

#endif
