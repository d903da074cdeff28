/* progress.c - numbered steps, their output and times. */
#include "cmd/build/progress.h"

#include "core/base/time.h"

#include <stdio.h>

#define KEPT 20	     /* last lines, shown again after a failure */
#define LINE_MAX_ 4096 /* a longer one is cut in pieces */

struct build_progress {
	bool quiet;
	int number;
	char *title;
	int64_t since;
	struct str line;    /* begun, and not ended */
	struct strv last;
};

struct build_progress *build_progress_new(bool quiet)
{
	struct build_progress *p = xcalloc(1, sizeof(*p));

	p->quiet = quiet;
	return p;
}

void build_progress_free(struct build_progress *p)
{
	if (!p)
		return;
	free(p->title);
	str_release(&p->line);
	strv_release(&p->last);
	free(p);
}

static double seconds(const struct build_progress *p)
{
	return (double)(time_steady() - p->since) / NS_PER_S;
}

void build_progress_begin(struct build_progress *p, const char *title)
{
	free(p->title);
	p->title = xstrdup(title);
	p->number++;
	p->since = time_steady();
	strv_clear(&p->last);
	if (!p->quiet)
		fprintf(stderr, "#%d %s\n", p->number, title);
}

static void end_line(struct build_progress *p)
{
	char *text = xasprintf("%.3f %s", seconds(p), str_text(&p->line));

	if (!p->quiet)
		fprintf(stderr, "#%d %s\n", p->number, text);
	if (p->last.n == KEPT)
		strv_remove(&p->last, 0);
	strv_take(&p->last, text);
	str_release(&p->line);
}

void build_progress_output(struct build_progress *p, const char *text,
			   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' || p->line.len >= LINE_MAX_)
			end_line(p);
		if (text[i] != '\n' && text[i])
			str_putc(&p->line, text[i]);
	}
}

void build_progress_end(struct build_progress *p, bool cached)
{
	if (p->line.len)
		end_line(p);
	if (p->quiet)
		return;
	if (cached)
		fprintf(stderr, "#%d CACHED\n\n", p->number);
	else
		fprintf(stderr, "#%d DONE %.1fs\n\n", p->number, seconds(p));
}

void build_progress_failed(struct build_progress *p)
{
	if (p->line.len)
		end_line(p);
	if (!p->title)
		return;
	fprintf(stderr, "------\n > %s:\n", p->title);
	for (size_t i = 0; i < p->last.n; i++)
		fprintf(stderr, "%s\n", p->last.v[i]);
	fprintf(stderr, "------\n");
}

void build_progress_note(struct build_progress *p, const char *what,
			 const char *which)
{
	if (!p->quiet)
		fprintf(stderr, "%s%s\n", what, which);
}
