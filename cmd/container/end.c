/* end.c - containers signalled, paused, stopped. */
#include "cmd/container/end.h"

#include "core/base/time.h"
#include "core/cgroup.h"
#include "core/freeze.h"
#include "core/signal_name.h"
#include "fs/event.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

#define STOP_SECONDS 10
/* How long a supervisor may take to clean up after a container's end. */
#define CLEANUP_MS   30000
/* How often it is looked whether that goes on. */
#define LOOK_MS      500

void container_event(const struct store *s, const struct container *c,
		     const char *action, json_t *attributes)
{
	event_add_container(s, c, action, attributes);
}

static void signal_event(const struct store *s, const struct container *c,
			 int sig)
{
	json_t *attributes = json_object();

	json_object_set_new(attributes, "signal", json_sprintf("%d", sig));
	container_event(s, c, "kill", attributes);
}

/* ---- how ---- */

#define O(m, n, l, a, h) OPT_ROW(OPT_STR, struct stop_opts, m, n, l, a, h)
const struct opt stop_option_table[] = {
	O(signal, "signal", 's', "SIGNAL",
	  "send this instead of the container's stop signal"),
	O(seconds, "timeout", 't', "SECONDS",
	  "then wait so long before it is killed (-1: for ever)"),
	{ .name = "time", .kind = OPT_STR, .arg = "SECONDS",
	  .help = "as --timeout", .hidden = true,
	  .offset = offsetof(struct stop_opts, seconds) },
	OPT_END
};
#undef O

int stop_how_parse(const struct stop_opts *o, struct stop_how *ret,
		   struct err *e)
{
	*ret = (struct stop_how){ 0 };
	if (o->signal)
		TRY(ret->signal = signal_parse(o->signal, e));
	if (!o->seconds)
		return 0;
	ret->limited = true;
	if (!parse_i64(o->seconds, &ret->seconds))
		return err_set(e, EINVAL, "--timeout '%s': it is a number of "
			       "seconds, or -1 to wait for ever", o->seconds);
	return 0;
}

/* Its --stop-signal and --stop-timeout, where nothing else was asked for. */
static int fill_in(const struct container *c, struct stop_how *how,
		   struct err *e)
{
	auto_json json_t *record = NULL;
	const json_t *options = NULL;
	const char *sig = NULL, *seconds = NULL;

	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "Options", &options, e));
	if (options)
		TRY(json_str(options, "stop-signal", &sig, e));
	if (options)
		TRY(json_str(options, "stop-timeout", &seconds, e));
	if (!how->signal)
		how->signal = sig ? atoi(sig) : SIGTERM;
	if (!how->limited)
		how->seconds = seconds ? atoll(seconds) : STOP_SECONDS;
	return 0;
}

/* ---- signals ---- */

/* One that is gone already needs none. */
static int send_signal(int pidfd, int sig, struct err *e)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) == 0 ||
	    errno == ESRCH)
		return 0;
	return err_sys(e, "send signal %d", sig);
}

/* Did it end within so many ms (negative: any time)? */
static bool ends_within(int pidfd, int64_t ms)
{
	int64_t until = time_steady() + ms * (NS_PER_S / 1000);
	struct pollfd p = { pidfd, POLLIN, 0 };

	for (;;) {
		int64_t left = (until - time_steady()) / (NS_PER_S / 1000);
		int r = poll(&p, 1, ms < 0 ? -1 : left < 0 ? 0 :
				    left > INT_MAX ? INT_MAX : left);

		if (r > 0)
			return true;
		if (r == 0 && left <= 0)
			return false;
	}
}

/* To all of its processes. */
static int signal_all(const struct container *c,
		      const struct container_state *st, int first, int sig,
		      struct err *e)
{
	auto_json json_t *record = NULL;
	const json_t *host = NULL;
	auto_close int join = -1;
	bool init = false;
	pid_t pid;

	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "HostConfig", &host, e));
	TRY(json_bool(host, "Init", &init, e));
	TRY(join = container_join_pidfd(c, st, init, &pid, e));
	if (freeze_signal_all(first, join, sig, e) == 0)
		return 0;
	return err_wrap(e, "container %s", c->name);
}

/* Hold all of its processes, or let them go on. */
static int hold(const struct container *c, const struct container_state *st,
		int pidfd, bool held, struct err *e)
{
	auto_close int group = -1;

	if (!st->cgroup)
		return signal_all(c, st, pidfd, held ? SIGSTOP : SIGCONT, e);
	TRY(group = cgroup_open(st->cgroup, e));
	return cgroup_freeze(group, held, e);
}

/* One that is held takes no signal but KILL: let it go on for this one. */
static void wake(const struct container *c, const struct container_state *st,
		 int pidfd)
{
	struct err ignored;

	if (!container_marked(c, CONTAINER_MARK_PAUSED))
		return;
	hold(c, st, pidfd, false, &ignored);
	container_unmark(c, CONTAINER_MARK_PAUSED);
}

/* All of them at once, those without the pid namespace too. */
static int kill_all(const struct container_state *st, int pidfd, struct err *e)
{
	auto_close int group = -1;
	struct err ignored;

	if (st->cgroup)
		group = cgroup_open(st->cgroup, &ignored);
	if (group >= 0 && cgroup_kill(group, &ignored) == 0)
		return 0;
	return send_signal(pidfd, SIGKILL, e);
}

static int end_it(const struct store *s, const struct container *c,
		  const struct container_state *st, int pidfd,
		  const struct stop_how *how, struct err *e)
{
	signal_event(s, c, how->signal);
	TRY(send_signal(pidfd, how->signal, e));
	wake(c, st, pidfd);
	if (ends_within(pidfd, how->seconds < 0 ? -1 : how->seconds * 1000))
		return 0;
	signal_event(s, c, SIGKILL);
	TRY(kill_all(st, pidfd, e));
	ends_within(pidfd, -1);
	return 0;
}

int container_kill(const struct store *s, struct container *c, int signal,
		   struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	auto_close int pidfd = -1;
	struct stop_how own = { 0 };

	TRY(container_state_read(c, &st, e));
	pidfd = container_pidfd(c, &st, e);
	if (pidfd < 0)
		return err_wrap(e, "cannot kill container");
	TRY(fill_in(c, &own, e));
	if (signal == SIGKILL || signal == own.signal)
		TRY(container_mark(c, CONTAINER_MARK_STOPPING, e));
	signal_event(s, c, signal);
	if (signal != SIGKILL)
		return send_signal(pidfd, signal, e);
	TRY(kill_all(&st, pidfd, e));
	ends_within(pidfd, -1);
	return container_wait_unlocked(c, CLEANUP_MS, e);
}

/* ---- stop ---- */

/*
 * End the life that it has now.  One that was between two lives may have begun
 * the next before it saw that it is to stop.
 */
static int end_life(const struct store *s, struct container *c,
		    const struct stop_how *how, struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	auto_close int pidfd = -1;
	struct err gone;

	if (container_state_read(c, &st, &gone) == 0)
		pidfd = container_pidfd(c, &st, &gone);
	return pidfd < 0 ? 0 : end_it(s, c, &st, pidfd, how, e);
}

/* One that is just being started says still what it was before. */
static bool is_over(const struct container *c,
		    const struct container_state *st)
{
	struct err ignored;

	return (st->status == CONTAINER_CREATED ||
		st->status == CONTAINER_EXITED) &&
	       container_wait_unlocked(c, 0, &ignored) == 0;
}

int container_stop(const struct store *s, struct container *c,
		   const struct stop_how *how, struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	struct stop_how full = *how;
	int r = -ETIMEDOUT;

	TRY(container_state_read(c, &st, e));
	if (is_over(c, &st))
		return 0;
	TRY(fill_in(c, &full, e));
	TRY(container_mark(c, CONTAINER_MARK_STOPPING, e));
	for (int i = 0; i < CLEANUP_MS / LOOK_MS && r == -ETIMEDOUT; i++) {
		TRY(end_life(s, c, &full, e));
		r = container_wait_unlocked(c, LOOK_MS, e);
	}
	TRY(r);
	container_event(s, c, "stop", NULL);
	return 0;
}

/* ---- restart ---- */

/* It was marked: its supervisor is to bring it up once more. */
static int await_next(struct container *c, const struct container_state *old,
		      struct err *e)
{
	for (int64_t ms = 0; ms < CLEANUP_MS; ms += 2) {
		auto_container_state struct container_state st = { 0 };

		TRY(container_state_read(c, &st, e));
		if (container_status_runs(st.status) &&
		    (st.pid != old->pid || st.pid_start != old->pid_start))
			return 0;
		if (!container_status_runs(st.status) &&
		    st.status != CONTAINER_RESTARTING && st.error)
			return err_set(e, EIO, "restart container %s: %s",
				       c->name, st.error);
		poll(NULL, 0, 2);
	}
	return err_set(e, ETIMEDOUT, "container %s does not start again",
		       c->name);
}

int container_restart(const struct store *s, struct container *c,
		      const struct stop_how *how, struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	struct stop_how full = *how;
	auto_close int pidfd = -1;

	TRY(container_state_read(c, &st, e));
	if (!st.socket)
		return err_set(e, EOPNOTSUPP, "container %s runs in the "
			       "foreground of the command that started it, "
			       "with --rm: it goes with its process, and "
			       "cannot be restarted", c->name);
	TRY(fill_in(c, &full, e));
	if (st.status != CONTAINER_RESTARTING)
		TRY(pidfd = container_pidfd(c, &st, e));
	TRY(container_mark(c, CONTAINER_MARK_AGAIN, e));
	if (pidfd >= 0)
		TRY(end_it(s, c, &st, pidfd, &full, e));
	TRY(await_next(c, &st, e));
	container_event(s, c, "restart", NULL);
	return 0;
}

/* ---- pause ---- */

int container_pause(const struct store *s, struct container *c, struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	auto_close int pidfd = -1;

	TRY(container_state_read(c, &st, e));
	if (st.status == CONTAINER_PAUSED)
		return err_set(e, EALREADY, "container %s is already paused",
			       c->name);
	pidfd = container_pidfd(c, &st, e);
	TRY(pidfd);
	TRY(container_mark(c, CONTAINER_MARK_PAUSED, e));
	if (hold(c, &st, pidfd, true, e) < 0) {
		struct err ignored;

		hold(c, &st, pidfd, false, &ignored);
		container_unmark(c, CONTAINER_MARK_PAUSED);
		return -e->code;
	}
	container_event(s, c, "pause", NULL);
	return 0;
}

int container_unpause(const struct store *s, struct container *c,
		      struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	auto_close int pidfd = -1;

	TRY(container_state_read(c, &st, e));
	pidfd = container_pidfd(c, &st, e);
	TRY(pidfd);
	if (st.status != CONTAINER_PAUSED)
		return err_set(e, EINVAL, "container %s is not paused",
			       c->name);
	TRY(hold(c, &st, pidfd, false, e));
	container_unmark(c, CONTAINER_MARK_PAUSED);
	container_event(s, c, "unpause", NULL);
	return 0;
}
