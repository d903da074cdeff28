#ifndef RL_PROGRESS_H
#define RL_PROGRESS_H
/*
 * progress.h - what a pull shows on stderr: a bar a layer on a terminal, a
 * line per change elsewhere, nothing when quiet.
 */
#include "core/base/base.h"

enum progress_mode { PROGRESS_QUIET, PROGRESS_LINES, PROGRESS_BARS };

struct progress;

/* For fd 2: bars if it is a terminal that can move its cursor. */
struct progress *progress_new(bool quiet);
/* Leaves the cursor below the bars.  NULL is fine. */
void progress_free(struct progress *p);

/* A line of its own above the bars. */
void progress_line(struct progress *p, const char *text);
/* Add a row, "0123456789ab"; returns its number. */
size_t progress_add(struct progress *p, const char *name);
/* What happens to it: "Downloading" shows a bar of done/total bytes. */
void progress_set(struct progress *p, size_t row, const char *state,
		  uint64_t done, uint64_t total);

#endif
