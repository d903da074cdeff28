/* progress.c - steps, their output and times; the forms are in progress_*.c. */
#include "cmd/build/progress_view.h"

#include "core/base/time.h"

#include <stdio.h>

#define KEPT 20	       /* last lines, shown again after a failure */
#define LINE_MAX_ 4096 /* a longer one is cut in pieces */

static const struct progress_view progress_quiet = { .patience = -1 };

/* ---- which form ---- */

static bool can_draw(void)
{
	const char *term = getenv("TERM");

	return isatty(2) && term && !streq(term, "dumb");
}

static const struct {
	const char *mode;
	const struct progress_view *view;
} views[] = {
	{ "plain", &progress_plain },
	{ "tty", &progress_tty },
	{ "rawjson", &progress_rawjson },
	{ "quiet", &progress_quiet },
};

static int find_view(const char *mode, const struct progress_view **ret,
		     struct err *e)
{
	if (!mode || streq(mode, "auto"))
		mode = can_draw() ? "tty" : "plain";
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (streq(views[i].mode, mode))
			*ret = views[i].view;
	if (!*ret)
		return err_set(e, EINVAL, "--progress '%.40s': it is auto, "
			       "plain, tty, rawjson or quiet", mode);
	if (*ret == &progress_tty && !can_draw())
		return err_set(e, EINVAL, "--progress tty: stderr is no "
			       "terminal (plain writes lines)");
	return 0;
}

int build_progress_new(const char *mode, struct build_progress **ret,
		       struct err *e)
{
	const struct progress_view *view = NULL;

	TRY(find_view(mode, &view, e));
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->view = view;
	(*ret)->began = time_steady();
	(*ret)->wall = time_now();
	return 0;
}

void build_progress_close(struct build_progress *p)
{
	if (!p->closed && p->view->close)
		p->view->close(p);
	p->closed = true;
}

void build_progress_free(struct build_progress *p)
{
	if (!p)
		return;
	build_progress_close(p);
	for (size_t i = 0; i < p->n; i++) {
		free(p->steps[i].title);
		free(p->steps[i].why);
		str_release(&p->steps[i].line);
		strv_release(&p->steps[i].last);
	}
	free(p->steps);
	free(p);
}

/* ---- steps ---- */

double shown_step_seconds(const struct shown_step *s)
{
	int64_t to = s->state == STEP_RUNS ? time_steady() : s->ended;

	return (double)(to - s->began) / NS_PER_S;
}

size_t build_progress_begin(struct build_progress *p, const char *title)
{
	p->steps = xrealloc(p->steps, p->n + 1, sizeof(*p->steps));
	p->steps[p->n] = (struct shown_step){
		.title = xstrdup(title), .began = time_steady(),
	};
	if (p->view->begin)
		p->view->begin(p, p->n);
	return p->n++;
}

static void end_line(struct build_progress *p, size_t step)
{
	struct shown_step *s = &p->steps[step];
	char *text = str_steal(&s->line);

	if (s->last.n == KEPT)
		strv_remove(&s->last, 0);
	strv_take(&s->last, xasprintf("%.3f %s", shown_step_seconds(s), text));
	if (p->view->line)
		p->view->line(p, step, text);
	free(text);
}

void build_progress_output(struct build_progress *p, size_t step,
			   const char *text, size_t n)
{
	struct str *line = &p->steps[step].line;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' || line->len >= LINE_MAX_)
			end_line(p, step);
		if (text[i] != '\n' && text[i])
			str_putc(line, text[i]);
	}
}

void build_progress_end(struct build_progress *p, size_t step,
			enum step_state how, const char *why)
{
	struct shown_step *s = &p->steps[step];

	if (s->line.len)
		end_line(p, step);
	s->ended = time_steady();
	s->state = how;
	s->why = why ? xstrdup(why) : NULL;
	if (p->view->end)
		p->view->end(p, step);
}

void build_progress_again(const struct build_progress *p, size_t step)
{
	const struct shown_step *s = &p->steps[step];

	fprintf(stderr, "------\n > %s:\n", s->title);
	for (size_t i = 0; i < s->last.n; i++)
		fprintf(stderr, "%s\n", s->last.v[i]);
	fprintf(stderr, "------\n");
}

void build_progress_note(struct build_progress *p, const char *what,
			 const char *which)
{
	if (p->view->note)
		p->view->note(p, what, which);
}

void build_progress_tick(struct build_progress *p)
{
	if (p->view->tick && !p->closed)
		p->view->tick(p);
}

int build_progress_patience(const struct build_progress *p)
{
	return p->view->patience;
}
