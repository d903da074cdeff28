/* supervise.c - the supervisor that outlives its command. */
#include "cmd/container/supervise.h"

#include "cmd/container/start.h"
#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/base/time.h"
#include "core/log_file.h"
#include "core/restart.h"
#include "core/terminal.h"
#include "fs/runroot.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

struct supervise {
	struct assembly *a;
	struct life life;
	struct log_file *log;
	struct restart_policy policy;
	struct restart_backoff backoff;
	int64_t began; /* this life, time_steady() */
	bool asked;    /* somebody wants the next life, not the policy */
};

/* ---- the process ---- */

static void silence(int fd)
{
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0)
		dup2(null, fd);
}

/*
 * Nobody's terminal, nobody's pipes.  Warnings of the start may still be
 * read on stderr.
 */
static void leave(void)
{
	setsid();
	silence(0);
	silence(1);
	proc_title("rl-supervisor");
}

static void on_started(void *arg UNUSED)
{
	silence(2);
	/* no folder of the user's is held busy */
	if (chdir("/") < 0)
		return;
}

/* ---- the hub ---- */

static int open_log(struct supervise *s, struct err *e)
{
	struct log_options opt;

	TRY(log_options_parse(s->a->o->log_driver, &s->a->o->log_opt, &opt, e));
	TRY(assembly_make_container(s->a, e));
	return log_open(s->a->container.fd, &opt, &s->log, e);
}

static int listen_for_clients(struct supervise *s, struct err *e)
{
	auto_runroot struct runroot run = RUNROOT_INIT;
	auto_free char *name = runroot_socket_name(s->a->spec.id);

	TRY(runroot_open(&run, e));
	return runroot_listen(&run, name, &s->life.socket, e);
}

static int open_hub(struct supervise *s, int client, bool foreground,
		    struct err *e)
{
	struct hub_options o = {
		.client = client, .foreground = foreground,
		.stdin_once = !s->a->o->detach,
	};

	TRY(open_log(s, e));
	o.listen = listen_for_clients(s, e);
	if (o.listen < 0)
		return o.listen;
	o.log = s->log;
	s->life.hub = hub_new(&o);
	return 0;
}

/* ---- its lives ---- */

static void tell(struct supervise *s, const struct supervisor_result *res,
		 int code, const struct err *e)
{
	struct hub_end end = { .exit_code = res->exit_code };

	if (code < 0)
		end.err = *e;
	hub_tell(s->life.hub, code < 0 ? HUB_FAILED : HUB_EXIT, &end);
}

static void updated_policy(const struct container *c,
			   struct restart_policy *policy)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(c->fd, CONTAINER_RESTART, 64, &text, NULL,
		      &ignored) == 0)
		restart_policy_parse(text, policy, &ignored);
}

/* Is there another life, by the policy or because somebody asked? */
static bool goes_on(void *arg, int code)
{
	struct supervise *s = arg;
	struct container *c = &s->a->container;

	s->asked = container_marked(c, CONTAINER_MARK_AGAIN);
	if (s->asked)
		return true;
	if (container_marked(c, CONTAINER_MARK_STOPPING) ||
	    hub_abandoned(s->life.hub))
		return false;
	/* `rl update` may have changed it */
	updated_policy(c, &s->policy);
	return restart_wanted(&s->policy, code, s->backoff.count);
}

/* Until it is time, or somebody asks for the end.  False: do not start. */
static bool nap(struct supervise *s, int64_t ms)
{
	struct container *c = &s->a->container;
	struct err ignored;

	s->a->state.restarts = s->backoff.count;
	container_state_write(c, &s->a->state, &ignored);
	for (; ms > 0; ms -= 50) {
		if (container_marked(c, CONTAINER_MARK_STOPPING) ||
		    container_marked(c, CONTAINER_MARK_AGAIN))
			break;
		poll(NULL, 0, ms < 50 ? ms : 50);
	}
	if (!container_marked(c, CONTAINER_MARK_STOPPING))
		return true;
	s->a->state.status = CONTAINER_EXITED;
	container_state_write(c, &s->a->state, &ignored);
	return false;
}

/* The next life's turn, once it has come.  False: there is none. */
static bool again(struct supervise *s)
{
	struct container *c = &s->a->container;

	if (s->a->state.status != CONTAINER_RESTARTING)
		return false;
	if (!s->asked)
		return nap(s, restart_delay(&s->backoff,
					    time_steady() - s->began));
	container_unmark(c, CONTAINER_MARK_AGAIN);
	container_unmark(c, CONTAINER_MARK_STOPPING);
	return true;
}

static void live(struct supervise *s)
{
	struct supervisor_result res;
	int userns = -1;
	bool more = true;

	/* of a former start; one that is set from now on ends all lives */
	container_unmark(&s->a->container, CONTAINER_MARK_STOPPING);
	while (more) {
		struct err e;
		int code;

		s->began = time_steady();
		code = life_run(&s->life, &res, &e);
		if (userns >= 0)
			close(userns);
		userns = res.userns_fd;
		net_halt(&s->a->net);
		more = code >= 0 && again(s);
		if (!more)
			life_end(s->a, userns);
		tell(s, &res, code, &e);
	}
}

static int prepare(struct supervise *s, int client, bool foreground,
		   struct err *e)
{
	TRY(restart_policy_parse(s->a->o->restart, &s->policy, e));
	updated_policy(&s->a->container, &s->policy);
	return open_hub(s, client, foreground, e);
}

static void supervisor_main(struct assembly *a, int client, bool foreground)
{
	struct supervise s = { .a = a, .life = { .a = a } };
	struct err e;

	terminal_size(&a->spec.size);
	leave();
	s.life.started = on_started;
	s.life.goes_on = goes_on;
	s.life.goes_on_arg = &s;
	if (prepare(&s, client, foreground, &e) < 0) {
		struct hub_end end = { .exit_code = 125, .err = e };

		hub_send(client, HUB_FAILED, &end, sizeof(end), -1, true, NULL);
		life_end(a, -1);
	} else {
		live(&s);
	}
	log_close(s.log);
	if (s.life.socket)
		unlink(s.life.socket);
	assembly_release(a);
}

int supervise(struct assembly *a, bool foreground, int *ret_sock,
	      struct err *e)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		supervisor_main(a, pair[1], foreground);
		_exit(0);
	}
	close(pair[1]);
	/* the locks are the supervisor's alone: they go when that dies */
	if (a->container.fd >= 0)
		close(steal_fd(a->container.fd));
	volume_release_use(&a->volumes);
	*ret_sock = pair[0];
	return pid < 0 ? err_sys(e, "fork the supervisor") : 0;
}

int supervise_again(struct assembly *a, struct container *c, int *ret_sock,
		    struct err *e)
{
	TRY(container_lock(c, e));
	TRY(assembly_restore(a, c, e));
	TRY(assembly_open(a, e));
	if (a->o->rm)
		TRY(container_doom(&a->store, &a->container, e));
	return supervise(a, false, ret_sock, e);
}
