/* health.c - health checks: asked in time, in a child, and told. */
#include "cmd/container/health.h"

#include "cmd/container/exec.h"
#include "cmd/container/start.h"
#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/base/time.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/close_range.h>

#define MS 1000000LL
/* A check that does not even end itself is killed so much later. */
#define GRACE NS_PER_S
/* poll(2) takes an int of ms: an hour is as good. */
#define TICK_MAX_MS 3600000

struct health_monitor {
	struct assembly *a;
	struct strv argv;
	struct health health;
	bool    began;
	pid_t   check;  /* that runs, or 0 */
	int     answer; /* its pipe */
	int64_t asked, asked_wall;
};

/* What a check sends: the answer, and the output in place of the pointer. */
struct report {
	int64_t end;
	int     exit_code;
	char    output[HEALTH_OUTPUT_MAX + 128];
};

/* ---- the check: a process of its own ---- */

struct check {
	int64_t deadline, timeout;
	pid_t   program;
	bool    late, truncated;
	int     out; /* the program's output */
	size_t  n;
	char    output[HEALTH_OUTPUT_MAX + 1];
};

static void on_started(void *arg, pid_t pid)
{
	struct check *k = arg;

	k->program = pid;
}

static int on_tick(void *arg)
{
	struct check *k = arg;
	int64_t left = k->deadline - time_steady();

	if (k->late)
		return -1;
	if (left > 0)
		return left / MS < TICK_MAX_MS ? left / MS + 1 : TICK_MAX_MS;
	k->late = true;
	kill(k->program, SIGKILL);
	return -1;
}

/* The first bytes are kept, the rest is only taken. */
static bool on_output(void *arg)
{
	struct check *k = arg;
	char buf[HEALTH_OUTPUT_MAX];
	ssize_t n = read(k->out, buf, sizeof(buf));
	size_t room = HEALTH_OUTPUT_MAX - k->n;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if ((size_t)n > room)
		k->truncated = true;
	else
		room = n;
	memcpy(k->output + k->n, buf, room);
	k->n += room;
	return true;
}

/*
 * None of the supervisor's fds stays: it may close one to tell somebody
 * something.  `answer` becomes 3.
 */
static int settle_fds(struct check *k, int answer, struct err *e)
{
	auto_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int p[2];

	if (null < 0 || pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "prepare the check's output");
	/* high enough to be nobody's: 0 to 5 are made anew */
	k->out = fcntl(p[0], F_DUPFD_CLOEXEC, 6);
	p[1] = fcntl(p[1], F_DUPFD_CLOEXEC, 6);
	answer = fcntl(answer, F_DUPFD_CLOEXEC, 6);
	/* the program's end waits, ours does not */
	if (k->out < 0 || answer < 0 || p[1] < 0 ||
	    fcntl(p[1], F_SETFL, 0) < 0 || dup2(null, 0) < 0 ||
	    dup2(p[1], 1) < 0 || dup2(p[1], 2) < 0 ||
	    dup3(answer, 3, O_CLOEXEC) < 0 || dup3(k->out, 4, O_CLOEXEC) < 0)
		return err_sys(e, "prepare the check's output");
	k->out = 4;
	steal_fd(null);
	return syscall(SYS_close_range, 5, ~0u, 0) < 0 ?
		       err_sys(e, "close fds") : 0;
}

static int run_check(struct health_monitor *m, struct check *k, int *ret_code,
		     struct err *e)
{
	struct supervisor_hooks hooks = {
		.started = on_started, .started_arg = k, .tick = on_tick,
		.tick_arg = k, .network_fd = k->out,
		.network_event = on_output, .event_arg = k, .detached = true,
	};
	struct supervisor_result res;
	struct spec *s = &m->a->spec;
	struct cgroup group;
	int join = -1, r;

	exec_command(m->a, strv_list(&m->argv));
	s->terminal = false;
	s->interactive = true; /* ours: /dev/null */
	TRY(exec_join(m->a, &join, e));
	exec_cgroup(m->a, &group);
	hooks.cgroup = group.path ? &group : NULL;
	r = supervisor_run(s, &hooks, &res, e);
	cgroup_release(&group);
	TRY(r);
	while (on_output(k))
		;
	*ret_code = res.exit_code;
	return 0;
}

/* moby's words: daemon/health.go. */
static void compose(const struct check *k, const struct err *e,
		    struct report *r)
{
	const char *more = k->truncated ? "..." : "";

	if (k->late) {
		r->exit_code = -1;
		snprintf(r->output, sizeof(r->output), "Health check exceeded "
			 "timeout (%gs)%s%s%s", k->timeout / 1e9,
			 k->n ? ": " : "", k->output, more);
	} else if (e->code) {
		r->exit_code = -1;
		snprintf(r->output, sizeof(r->output), "%s", e->text);
	} else {
		snprintf(r->output, sizeof(r->output), "%s%s", k->output,
			 more);
	}
}

static NORETURN void check_main(struct health_monitor *m, int answer)
{
	int64_t limit = health_timeout(m->health.config);
	struct check *k = xcalloc(1, sizeof(*k));
	struct report *r = xcalloc(1, sizeof(*r));
	struct err e = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	proc_title("rl-health");
	k->timeout = limit;
	k->deadline = time_steady() + limit;
	if (settle_fds(k, answer, &e) == 0)
		run_check(m, k, &r->exit_code, &e);
	r->end = time_now();
	compose(k, &e, r);
	_exit(fd_write_all(3, r, sizeof(*r)) < 0);
}

/* ---- the supervisor ---- */

struct health_monitor *health_monitor_new(struct assembly *a)
{
	struct health_monitor *m = xcalloc(1, sizeof(*m));

	m->a = a;
	m->answer = -1;
	m->health.config = &a->health;
	if (health_command(&a->health, &m->argv))
		return m;
	free(m);
	return NULL;
}

static void write_state(struct health_monitor *m)
{
	struct assembly *a = m->a;
	struct err ignored;

	json_decref(a->state.health);
	a->state.health = health_json(&m->health);
	if (a->container.fd >= 0)
		container_state_write(&a->container, &a->state, &ignored);
}

/* The state is written by who calls this. */
void health_monitor_begin(struct health_monitor *m)
{
	struct container_state *st = &m->a->state;

	health_begin(&m->health, &m->a->health, st->health, time_steady());
	json_decref(st->health);
	st->health = health_json(&m->health);
	m->began = true;
}

static void start_check(struct health_monitor *m)
{
	int p[2];

	if (container_marked(&m->a->container, CONTAINER_MARK_PAUSED) ||
	    pipe2(p, O_CLOEXEC) < 0) {
		health_put_off(&m->health, time_steady());
		return;
	}
	m->asked = time_steady();
	m->asked_wall = time_now();
	fflush(NULL);
	m->check = fork();
	if (m->check == 0)
		check_main(m, p[1]);
	close(p[1]);
	m->answer = p[0];
	if (m->check > 0)
		return;
	m->check = 0;
	close(steal_fd(m->answer));
	health_put_off(&m->health, time_steady());
}

static void take_answer(struct health_monitor *m)
{
	struct report *r = xcalloc(1, sizeof(*r));
	struct health_answer answer = {
		.asked = m->asked, .start = m->asked_wall,
	};

	if (read(m->answer, r, sizeof(*r)) != sizeof(*r)) {
		*r = (struct report){
			.end = time_now(), .exit_code = -1,
			.output = "the health check was killed",
		};
	}
	answer.end = r->end;
	answer.exit_code = r->exit_code;
	answer.output = r->output;
	if (health_answered(&m->health, &answer, time_steady())) {
		auto_free char *action = xasprintf("health_status: %s",
			health_status_name(m->health.status));

		life_event(m->a, action, NULL);
	}
	free(r);
	write_state(m);
}

/* True: the check has ended. */
static bool ended(struct health_monitor *m, int flags)
{
	if (waitpid(m->check, NULL, flags) == 0)
		return false;
	m->check = 0;
	return true;
}

static int ms_until(int64_t moment)
{
	int64_t ms = (moment - time_steady()) / MS + 1;

	return ms < 0 ? 0 : ms < TICK_MAX_MS ? ms : TICK_MAX_MS;
}

/* The end of a check wakes the supervisor up: SIGCHLD. */
int health_monitor_tick(void *arg)
{
	struct health_monitor *m = arg;

	if (m->check && ended(m, WNOHANG)) {
		take_answer(m);
		close(steal_fd(m->answer));
	}
	if (!m->check && time_steady() >= m->health.due)
		start_check(m);
	if (m->check) {
		int64_t end = m->asked + health_timeout(&m->a->health) + GRACE;

		if (time_steady() >= end)
			kill(m->check, SIGKILL);
		return ms_until(end) ? ms_until(end) : -1;
	}
	return ms_until(m->health.due);
}

void health_monitor_free(struct health_monitor *m)
{
	if (!m)
		return;
	if (m->check) {
		kill(m->check, SIGKILL);
		ended(m, 0);
		close(m->answer);
	}
	if (m->began) {
		/* as docker has it: nobody is there to be well */
		m->health.status = HEALTH_UNHEALTHY;
		json_decref(m->a->state.health);
		m->a->state.health = health_json(&m->health);
	}
	health_release(&m->health);
	strv_release(&m->argv);
	free(m);
}
