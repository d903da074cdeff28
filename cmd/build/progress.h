#ifndef RL_BUILD_PROGRESS_H
#define RL_BUILD_PROGRESS_H
/*
 * progress.h - what a build shows on stderr, in BuildKit's plain form:
 *
 *	#3 [build 2/4] RUN make
 *	#3 0.412 cc -c main.c
 *	#3 DONE 1.2s
 */
#include "core/base/str.h"

struct build_progress;

/* Quiet: only what fails is shown. */
struct build_progress *build_progress_new(bool quiet);
void build_progress_free(struct build_progress *p);
/* A step begins; what follows is about it. */
void build_progress_begin(struct build_progress *p, const char *title);
/* Its output, as it comes: any pieces of lines. */
void build_progress_output(struct build_progress *p, const char *text,
			   size_t n);
void build_progress_end(struct build_progress *p, bool cached);
/* It failed: its title and its last lines once more. */
void build_progress_failed(struct build_progress *p);
/* A line of its own, of two texts. */
void build_progress_note(struct build_progress *p, const char *what,
			 const char *which);

#endif
