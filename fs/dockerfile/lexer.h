#ifndef RL_DOCKERFILE_LEXER_H
#define RL_DOCKERFILE_LEXER_H
/*
 * lexer.h - a Dockerfile's bytes to logical lines: one for each instruction,
 * with continuation lines joined and heredocs beside it.
 */
#include "fs/dockerfile/dockerfile.h"

struct df_line {
	size_t first, last; /* from 1 */
	char *text;         /* no blanks in front and behind */
	struct df_heredocs heredocs;
};

/* All zeroes but `p` and `end` at first; directives are owned by it. */
struct df_lexer {
	const char *p, *end;
	size_t line;        /* that was read last, from 1 */
	bool begun;         /* directives can come no more */
	char escape;        /* 0: none said */
	char *syntax, *check;
};

/*
 * The next one: 1, or 0 at the end.  A failure is at line ret->first.  *ret
 * is the caller's to release in any case.
 */
int df_lexer_next(struct df_lexer *x, struct df_line *ret, struct err *e);
void df_line_release(struct df_line *l);
static inline void auto_df_line_p(struct df_line *l) { df_line_release(l); }
#define auto_df_line __attribute__((cleanup(auto_df_line_p)))

#endif
