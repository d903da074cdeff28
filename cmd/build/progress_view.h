#ifndef RL_BUILD_PROGRESS_VIEW_H
#define RL_BUILD_PROGRESS_VIEW_H
/*
 * progress_view.h - the steps as progress.c keeps them, and how a form of
 * progress shows a change.
 */
#include "cmd/build/progress.h"

struct shown_step {
	char *title;
	enum step_state state;
	int64_t began, ended; /* steady */
	char *why;            /* it failed */
	struct str line;      /* begun, and not ended */
	struct strv last;     /* "0.412 text" */
};

struct progress_view {
	int patience; /* milliseconds, or -1 */
	void (*begin)(struct build_progress *p, size_t step);
	/* a whole line, which is the last of `last` too */
	void (*line)(struct build_progress *p, size_t step, const char *text);
	void (*end)(struct build_progress *p, size_t step);
	void (*note)(struct build_progress *p, const char *what,
		     const char *which);
	void (*tick)(struct build_progress *p);
	void (*close)(struct build_progress *p);
};

struct build_progress {
	const struct progress_view *view; /* any of its functions: NULL */
	struct shown_step *steps;
	size_t n;
	int64_t began;    /* steady, */
	int64_t wall;     /* and by the wall's clock */
	size_t drawn;     /* lines of tty on the screen */
	int64_t drawn_at;
	bool closed;
};

extern const struct progress_view progress_plain, progress_tty;
extern const struct progress_view progress_rawjson;

/* How long it has run, or ran. */
double shown_step_seconds(const struct shown_step *s);

#endif
