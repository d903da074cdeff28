/* jobs.c - the stages that a target needs, side by side. */
#include "cmd/build/build.h"

#include "core/base/time.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define NO_STEP SIZE_MAX
#define PATIENCE_S 10 /* with processes that were told to end */

/* The process of a stage. */
struct job {
	pid_t pid;      /* 0: it has been waited for */
	int report;     /* of packets */
	int noise;      /* its stderr */
	struct stage *st;
	size_t step;    /* that it carries out */
	bool done;
};

struct jobs {
	struct build *b;
	size_t target;
	struct job *v;  /* one a stage, at its place; pid 0: not begun, ended */
	bool *begun;
	size_t running;
	bool failed;
	struct report_failure why; /* the first that failed */
	size_t failed_step;
};

/* ---- in the process ---- */

/* It goes when the command goes, and leaves what the next one sweeps. */
static NORETURN void work(struct jobs *j, struct stage *st, int report,
			  int noise, pid_t parent)
{
	struct build *b = j->b;
	struct err e = { 0 };

	/* with its children, which a signal to the command does not reach */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(noise, 2) < 0)
		_exit(1);
	b->report = report;
	if (build_stage(b, st, &e) == 0)
		stage_report_done(report);
	fflush(NULL);
	_exit(0);
}

/* ---- begin ---- */

static int begin(struct jobs *j, size_t place, struct err *e)
{
	struct job *job = &j->v[place];
	int report[2], noise[2];
	pid_t self = getpid();

	TRY(stage_report_open(report, e));
	/* whom they leave behind may hold it: reading does not wait */
	if (pipe2(noise, O_CLOEXEC) < 0 ||
	    fcntl(noise[0], F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "make a pipe");
	fflush(NULL);
	*job = (struct job){ .report = report[0], .noise = noise[0],
			     .st = j->b->stages[place], .step = NO_STEP };
	job->pid = fork();
	if (job->pid == 0)
		work(j, job->st, report[1], noise[1], self);
	close(report[1]);
	close(noise[1]);
	if (job->pid < 0)
		return err_sys(e, "fork");
	setpgid(job->pid, job->pid);
	j->begun[place] = true;
	j->running++;
	return 0;
}

static bool is_ready(const struct jobs *j, size_t place)
{
	const struct df_plan_stage *p = &j->b->plan.stages[place];

	for (size_t i = 0; i < p->n_deps; i++)
		if (!j->b->stages[p->deps[i]]->done)
			return false;
	return !j->begun[place];
}

static int begin_ready(struct jobs *j, struct err *e)
{
	for (size_t i = 0; i <= j->target; i++)
		if (j->running < j->b->jobs && is_ready(j, i))
			TRY(begin(j, i, e));
	return 0;
}

/* ---- what they tell ---- */

static void keep(struct build *b, const struct report_step *s)
{
	b->told = xrealloc(b->told, b->n_told + 1, sizeof(*s));
	b->told[b->n_told++] = *s;
}

static void end_step(struct jobs *j, struct job *job, enum step_state how,
		     const char *why)
{
	if (job->step != NO_STEP)
		build_progress_end(j->b->progress, job->step, how, why);
	job->step = NO_STEP;
}

static void take_failure(struct jobs *j, struct job *job,
			 const struct report_failure *why)
{
	if (j->failed || build_interrupted()) {
		end_step(j, job, STEP_ENDED, NULL);
		return;
	}
	j->failed = true;
	j->why = *why;
	j->failed_step = job->step;
	end_step(j, job, STEP_FAILED, why->e.text);
}

static void take_text(struct jobs *j, struct job *job, const char *text,
		      size_t n)
{
	if (job->step != NO_STEP)
		build_progress_output(j->b->progress, job->step, text, n);
	else
		fwrite(text, 1, n, stderr);
}

static void take(struct jobs *j, struct job *job, struct report *r)
{
	auto_free char *title = NULL;

	switch (r->kind) {
	case REPORT_BEGIN:
		title = xstrndup(r->text, r->n);
		job->step = build_progress_begin(j->b->progress, title);
		break;
	case REPORT_OUTPUT:
		take_text(j, job, r->text, r->n);
		break;
	case REPORT_END:
		if (*r->step.key)
			keep(j->b, &r->step);
		end_step(j, job, r->step.cached ? STEP_CACHED : STEP_DONE,
			 NULL);
		break;
	case REPORT_FAILED:
		take_failure(j, job, &r->failure);
		break;
	case REPORT_DONE:
		job->done = true;
	}
}

static void take_noise(struct jobs *j, struct job *job)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(job->noise, buf, sizeof(buf))) > 0)
		take_text(j, job, buf, n);
	if (n == 0) {
		close(job->noise);
		job->noise = -1;
	}
}

/* ---- their ends ---- */

static void died(struct jobs *j, struct job *job, int status)
{
	struct report_failure why = { 0 };
	int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	err_set(&why.e, ECHILD, signo ? "the process of a stage was killed "
		"by signal %d" : "the process of a stage ended with %d",
		signo ? signo : WEXITSTATUS(status));
	take_failure(j, job, &why);
}

/* All has been read. */
static int end(struct jobs *j, struct job *job, struct err *e)
{
	int status = 0;

	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	job->pid = 0;
	close(job->report);
	if (job->noise >= 0)
		take_noise(j, job);
	if (job->noise >= 0)
		close(job->noise);
	j->running--;
	if (!job->done && !j->failed && !build_interrupted())
		died(j, job, status);
	end_step(j, job, STEP_ENDED, NULL);
	return job->done && !j->failed ? build_stage(j->b, job->st, e) : 0;
}

static int look(struct jobs *j, struct job *job, const struct pollfd *p,
		struct err *e)
{
	struct report r;
	int got;

	if (p[1].revents && job->noise >= 0)
		take_noise(j, job);
	if (!p[0].revents)
		return 0;
	got = stage_report_read(job->report, &r);
	if (got > 0)
		take(j, job, &r);
	return got > 0 || got == -EINTR ? 0 : end(j, job, e);
}

static int wait_for_any(struct jobs *j, int patience, struct err *e)
{
	size_t n = j->target + 1;
	auto_free struct pollfd *p = xcalloc(2 * n, sizeof(*p));
	int r;

	for (size_t i = 0; i < n; i++) {
		bool lives = j->v[i].pid > 0;

		p[2 * i].fd = lives ? j->v[i].report : -1;
		p[2 * i + 1].fd = lives ? j->v[i].noise : -1;
		p[2 * i].events = p[2 * i + 1].events = POLLIN;
	}
	r = poll(p, 2 * n, patience);
	if (r < 0 && errno != EINTR)
		return err_sys(e, "wait for stages");
	for (size_t i = 0; r > 0 && i < n; i++)
		if (j->v[i].pid > 0)
			TRY(look(j, &j->v[i], &p[2 * i], e));
	build_progress_tick(j->b->progress);
	return 0;
}

static void signal_all(const struct jobs *j, int signo)
{
	for (size_t i = 0; i <= j->target; i++)
		if (j->v[i].pid > 0)
			kill(-j->v[i].pid, signo);
}

/* They end what they started, and sweep it up. */
static void end_all(struct jobs *j)
{
	int64_t until = time_steady() + PATIENCE_S * NS_PER_S;
	struct err ignored;

	signal_all(j, SIGTERM);
	while (j->running && time_steady() < until)
		wait_for_any(j, 100, &ignored);
	signal_all(j, SIGKILL);
	while (j->running)
		wait_for_any(j, 100, &ignored);
}

/* ---- all of it ---- */

static int carry_on(struct jobs *j, struct err *e)
{
	while (!j->failed && !build_interrupted()) {
		TRY(begin_ready(j, e));
		if (!j->running)
			return 0;
		TRY(wait_for_any(j, build_progress_patience(j->b->progress),
				 e));
	}
	return 0;
}

/* The lines of the file, and the end of what the step has said. */
static int show_failure(struct jobs *j, struct err *e)
{
	auto_str struct str lines = { 0 };
	struct build *b = j->b;

	build_progress_close(b->progress);
	if (j->failed_step != NO_STEP)
		build_progress_again(b->progress, j->failed_step);
	if (j->why.first) {
		dockerfile_lines(&b->d, j->why.first, j->why.last, &lines);
		fprintf(stderr, "%s:%zu\n--------------------\n%s"
			"--------------------\n", b->d.file, j->why.first,
			str_text(&lines));
	}
	*e = j->why.e;
	return -e->code;
}

int build_jobs(struct build *b, struct stage **ret, struct err *e)
{
	const struct df_plan_options o = { b->o->target, &b->context_names };
	struct jobs j = { .b = b };
	int r;

	TRY(dockerfile_plan(&b->d, &b->args, &o, &b->plan, e));
	j.target = b->plan.n - 1;
	build_add_stages(b);
	j.v = xcalloc(b->plan.n, sizeof(*j.v));
	j.begun = xcalloc(b->plan.n, sizeof(*j.begun));
	r = carry_on(&j, e);
	end_all(&j);
	free(j.v);
	free(j.begun);
	if (build_interrupted())
		return err_set(e, EINTR, "interrupted");
	if (r == 0 && j.failed)
		r = show_failure(&j, e);
	*ret = b->stages[j.target];
	return r;
}
