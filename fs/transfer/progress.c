/* progress.c - bars for a terminal, lines for a file. */
#include "fs/transfer/progress.h"

#include "core/base/str.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

#define REDRAW_NS 80000000 /* at most a dozen times a second */
#define BAR_MAX 50

struct row {
	char *name;
	const char *state;
	uint64_t done, total;
};

struct progress {
	enum progress_mode mode;
	struct row *rows;
	size_t n;
	size_t drawn;    /* rows on the screen */
	int64_t drawn_at;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

struct progress *progress_new(bool quiet)
{
	struct progress *p = xcalloc(1, sizeof(*p));
	const char *term = getenv("TERM");

	p->mode = PROGRESS_LINES;
	if (quiet)
		p->mode = PROGRESS_QUIET;
	else if (isatty(2) && term && !streq(term, "dumb"))
		p->mode = PROGRESS_BARS;
	return p;
}

/* ---- drawing ---- */

static int columns(void)
{
	struct winsize w;

	return ioctl(2, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20 ? w.ws_col : 80;
}

static void draw_bar(struct str *out, const struct row *r, int width)
{
	auto_free char *done = format_size(r->done);
	auto_free char *total = format_size(r->total);
	int fill = r->total ? (int)(width * r->done / r->total) : 0;

	if (fill > width)
		fill = width;
	str_puts(out, " [");
	for (int i = 0; i < width; i++)
		str_putc(out, i < fill ? '=' : i == fill ? '>' : ' ');
	str_printf(out, "] %s/%s", done, total);
}

/* One line, never wider than the screen: it could not be drawn over. */
static void draw_row(struct str *out, const struct row *r, int width)
{
	auto_str struct str line = { 0 };
	int bar = width - 50;

	str_printf(&line, "%s: %s", r->name, r->state);
	if (r->total && bar >= 10)
		draw_bar(&line, r, bar < BAR_MAX ? bar : BAR_MAX);
	str_printf(out, "\r\033[K%.*s\n", width - 1, str_text(&line));
}

static void draw(struct progress *p)
{
	auto_str struct str out = { 0 };
	int width = columns();

	if (p->drawn)
		str_printf(&out, "\033[%zuA", p->drawn);
	for (size_t i = 0; i < p->n; i++)
		draw_row(&out, &p->rows[i], width);
	p->drawn = p->n;
	p->drawn_at = now();
	fwrite(out.s, 1, out.len, stderr);
	fflush(stderr);
}

/* ---- the calls ---- */

void progress_free(struct progress *p)
{
	if (!p)
		return;
	if (p->mode == PROGRESS_BARS && p->n)
		draw(p);
	for (size_t i = 0; i < p->n; i++)
		free(p->rows[i].name);
	free(p->rows);
	free(p);
}

void progress_line(struct progress *p, const char *text)
{
	if (p->mode == PROGRESS_QUIET)
		return;
	if (p->drawn)
		fprintf(stderr, "\033[%zuA\033[J", p->drawn);
	p->drawn = 0;
	fprintf(stderr, "%s\n", text);
	if (p->mode == PROGRESS_BARS && p->n)
		draw(p);
}

size_t progress_add(struct progress *p, const char *name)
{
	p->rows = xrealloc(p->rows, p->n + 1, sizeof(*p->rows));
	p->rows[p->n] = (struct row){ .name = xstrdup(name), .state = "Waiting" };
	return p->n++;
}

void progress_set(struct progress *p, size_t row, const char *state,
		  uint64_t done, uint64_t total)
{
	struct row *r = &p->rows[row];
	bool changed = !streq(r->state, state);

	r->state = state;
	r->done = done;
	r->total = total;
	if (p->mode == PROGRESS_LINES && changed)
		fprintf(stderr, "%s: %s\n", r->name, state);
	if (p->mode == PROGRESS_BARS &&
	    (changed || now() - p->drawn_at > REDRAW_NS))
		draw(p);
}
