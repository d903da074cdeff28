/* progress_tty.c - a list of steps that is drawn over itself. */
#include "cmd/build/progress_view.h"

#include "core/base/time.h"

#include <stdio.h>
#include <sys/ioctl.h>

#define REDRAW_MS 100
#define TAIL 6      /* lines of a step that runs */
#define TIME_WIDTH 8 /* " 1234.5s" */

struct screen {
	int columns, rows;
};

static struct screen look(void)
{
	struct winsize w;

	if (ioctl(2, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20 && w.ws_row >= 4)
		return (struct screen){ w.ws_col, w.ws_row };
	return (struct screen){ 80, 24 };
}

/* ---- a line ---- */

/* What follows ESC: "[1;31m" and the like; else one byte. */
static const char *after_escape(const char *s)
{
	if (*s != '[')
		return *s ? s + 1 : s;
	s++;
	s += strspn(s, "0123456789;:<=>?!\"#$%&'()*+,-./ ");
	return *s ? s + 1 : s;
}

/*
 * At most `width` characters, none of which moves the cursor: programs
 * write what they like.  Counts a character outside of ASCII as one column.
 */
static int put_text(struct str *out, const char *s, int width)
{
	int n = 0;

	while (*s) {
		unsigned char c = *s++;

		if (c == '\033') {
			s = after_escape(s);
			continue;
		}
		if ((c & 0xc0) != 0x80 && n == width)
			break;
		n += (c & 0xc0) != 0x80;
		str_putc(out, c < ' ' || c == 0x7f ? ' ' : (char)c);
	}
	return n;
}

static const char *word_of(const struct shown_step *s)
{
	return s->state == STEP_CACHED ? "CACHED " :
	       s->state == STEP_FAILED ? "ERROR " :
	       s->state == STEP_ENDED ? "CANCELED " : "";
}

static void put_step(struct str *out, const struct shown_step *s, int width)
{
	auto_free char *text = xasprintf(" => %s%s", word_of(s), s->title);
	int n = put_text(out, text, width - TIME_WIDTH - 1);

	str_printf(out, "%*s%*.1fs\n", width - TIME_WIDTH - 1 - n, "",
		   TIME_WIDTH - 1, shown_step_seconds(s));
}

/* ---- the list ---- */

static size_t tail_of(const struct shown_step *s)
{
	return s->state != STEP_RUNS ? 0 : s->last.n < TAIL ? s->last.n : TAIL;
}

/* From which step on everything fits. */
static size_t first_shown(const struct build_progress *p, int rows)
{
	size_t room = rows - 2, need = 0, i = p->n;

	while (i > 0) {
		need += 1 + tail_of(&p->steps[i - 1]);
		if (need > room)
			break;
		i--;
	}
	return i;
}

static void put_list(const struct build_progress *p, struct str *out,
		     const struct screen *s)
{
	size_t from = first_shown(p, s->rows);

	for (size_t i = from; i < p->n; i++) {
		const struct shown_step *t = &p->steps[i];

		put_step(out, t, s->columns);
		for (size_t k = t->last.n - tail_of(t);
		     t->state == STEP_RUNS && k < t->last.n; k++) {
			str_puts(out, " => => ");
			put_text(out, t->last.v[k], s->columns - 8);
			str_putc(out, '\n');
		}
	}
}

static size_t lines_in(const struct str *s)
{
	size_t n = 0;

	for (const char *c = str_text(s); *c; c++)
		n += *c == '\n';
	return n;
}

static void draw(struct build_progress *p, bool last)
{
	auto_str struct str out = { 0 };
	struct screen s = look();
	size_t ended = 0;

	for (size_t i = 0; i < p->n; i++)
		ended += p->steps[i].state != STEP_RUNS;
	if (p->drawn)
		str_printf(&out, "\033[%zuA", p->drawn);
	str_puts(&out, "\r\033[J");
	str_printf(&out, "[+] Building %.1fs (%zu/%zu)%s\n",
		   (double)(time_steady() - p->began) / NS_PER_S, ended, p->n,
		   last && ended == p->n ? " FINISHED" : "");
	if (last)
		s.rows = 1 << 16; /* may scroll away now */
	put_list(p, &out, &s);
	p->drawn = lines_in(&out);
	p->drawn_at = time_steady();
	fwrite(str_text(&out), 1, out.len, stderr);
}

static void tick(struct build_progress *p)
{
	if (time_steady() - p->drawn_at >= REDRAW_MS * (NS_PER_S / 1000))
		draw(p, false);
}

static void changed(struct build_progress *p, size_t step UNUSED)
{
	tick(p);
}

static void line(struct build_progress *p, size_t step UNUSED,
		 const char *text UNUSED)
{
	tick(p);
}

static void finish(struct build_progress *p)
{
	draw(p, true);
	p->drawn = 0;
}

static void note(struct build_progress *p, const char *what, const char *which)
{
	build_progress_close(p);
	fprintf(stderr, " => %s%s\n", what, which);
}

const struct progress_view progress_tty = {
	.patience = REDRAW_MS, .begin = changed, .line = line, .end = changed,
	.note = note, .tick = tick, .close = finish,
};
