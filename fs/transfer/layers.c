/* layers.c - several unpack jobs at once. */
#include "fs/transfer/layers.h"

#include <poll.h>
#include <sched.h>

static size_t cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return CPU_COUNT(&set);
}

/* End the job in slot i. */
static int end_job(struct layers *l, size_t i, struct err *e)
{
	struct unpack_job job = l->jobs[i];
	int r;

	l->jobs[i] = l->jobs[--l->running];
	r = unpack_finish(&job, e);
	l->notes->devices += job.notes.devices;
	l->notes->xattrs += job.notes.xattrs;
	return r < 0 ? err_wrap(e, "layer %.19s", job.diff_id) : 0;
}

/* End those whose workers are done; with `wait`, at least one. */
static int end_ready(struct layers *l, bool wait, struct err *e)
{
	struct pollfd p[LAYERS_AT_ONCE];

	for (size_t i = 0; i < l->running; i++)
		p[i] = (struct pollfd){ l->jobs[i].done, POLLIN, 0 };
	if (poll(p, l->running, wait ? -1 : 0) < 0 && errno != EINTR)
		return err_sys(e, "wait for layers");
	for (size_t i = l->running; i-- > 0;)
		if (p[i].revents)
			TRY(end_job(l, i, e));
	return 0;
}

static int begin_next(struct layers *l, struct err *e)
{
	auto_close int blob = l->open(l->arg, l->next, e);
	int r;

	if (blob < 0)
		return blob;
	r = unpack_begin(l->u, l->diff_ids[l->next], blob,
			 &l->jobs[l->running], e);
	if (r == 0)
		l->running++;
	return r < 0 ? r : 0;
}

int layers_pump(struct layers *l, struct err *e)
{
	if (l->at_once == 0) {
		l->at_once = cores();
		if (l->at_once > LAYERS_AT_ONCE)
			l->at_once = LAYERS_AT_ONCE;
	}
	TRY(end_ready(l, false, e));
	while (l->next < l->n && l->running < l->at_once) {
		int r = begin_next(l, e);

		if (r == -EMFILE && l->running > 0) {
			l->at_once = l->running;
			break;
		}
		if (r < 0)
			return err_wrap(e, "layer %.19s",
					l->diff_ids[l->next]);
		l->next++;
	}
	return 0;
}

int layers_finish(struct layers *l, struct err *e)
{
	for (;;) {
		TRY(layers_pump(l, e));
		if (l->running == 0)
			return 0;
		TRY(end_ready(l, true, e));
	}
}

void layers_release(struct layers *l)
{
	while (l->running > 0)
		unpack_abort(&l->jobs[--l->running]);
	l->n = l->next;
}
