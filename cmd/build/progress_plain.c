/* progress_plain.c - numbered steps, a line a change. */
#include "cmd/build/progress_view.h"

#include <stdio.h>

static void begin(struct build_progress *p, size_t step)
{
	fprintf(stderr, "#%zu %s\n", step + 1, p->steps[step].title);
}

static void line(struct build_progress *p, size_t step, const char *text)
{
	fprintf(stderr, "#%zu %.3f %s\n", step + 1,
		shown_step_seconds(&p->steps[step]), text);
}

static void end(struct build_progress *p, size_t step)
{
	const struct shown_step *s = &p->steps[step];

	switch (s->state) {
	case STEP_CACHED:
		fprintf(stderr, "#%zu CACHED\n\n", step + 1);
		break;
	case STEP_FAILED:
		fprintf(stderr, "#%zu ERROR: %s\n", step + 1, s->why);
		break;
	case STEP_ENDED:
		fprintf(stderr, "#%zu CANCELED\n", step + 1);
		break;
	default:
		fprintf(stderr, "#%zu DONE %.1fs\n\n", step + 1,
			shown_step_seconds(s));
	}
}

static void note(struct build_progress *p UNUSED, const char *what,
		 const char *which)
{
	fprintf(stderr, "%s%s\n", what, which);
}

const struct progress_view progress_plain = {
	.patience = -1, .begin = begin, .line = line, .end = end, .note = note,
};
