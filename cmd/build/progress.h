#ifndef RL_BUILD_PROGRESS_H
#define RL_BUILD_PROGRESS_H
/*
 * progress.h - what a build shows on stderr of its steps, in a form of
 * BuildKit's:
 *
 *	plain    a line a change: "#3 [build 2/4] RUN make", "#3 DONE 1.2s"
 *	tty      a list that is drawn over itself, with the last lines of the
 *	         steps that run
 *	rawjson  a line of JSON a change: client.SolveStatus of BuildKit
 *	quiet    nothing
 *
 * Steps are numbers that build_progress_begin() gives, from 0.
 */
#include "core/base/err.h"
#include "core/base/str.h"

enum step_state { STEP_RUNS, STEP_DONE, STEP_CACHED, STEP_FAILED, STEP_ENDED };

struct build_progress;

/*
 * `mode` is one of the words above or "auto": tty on a terminal that can move
 * its cursor, else plain; NULL is auto.  -EINVAL; *ret is the caller's to
 * free.
 */
int build_progress_new(const char *mode, struct build_progress **ret,
		       struct err *e);
/* Leaves the cursor below what is drawn; no step is shown afterwards. */
void build_progress_close(struct build_progress *p);
/* NULL is fine. */
void build_progress_free(struct build_progress *p);

/* A step has begun; returns its number. */
size_t build_progress_begin(struct build_progress *p, const char *title);
/* A step's output, as it comes: any pieces of lines. */
void build_progress_output(struct build_progress *p, size_t step,
			   const char *text, size_t n);
/* `why` is for STEP_FAILED alone. */
void build_progress_end(struct build_progress *p, size_t step,
			enum step_state how, const char *why);
/* For one that failed, after the close: its title, its last lines again. */
void build_progress_again(const struct build_progress *p, size_t step);
/* A line of its own, of two texts. */
void build_progress_note(struct build_progress *p, const char *what,
			 const char *which);
/* Times have gone on: call it now and then, as often as the next one says. */
void build_progress_tick(struct build_progress *p);
/* In milliseconds; -1: never. */
int build_progress_patience(const struct build_progress *p);

#endif
