/* attach.c - attached to a container, from run, start and attach. */
#include "cmd/container/attach.h"

#include "cmd/ui/report.h"
#include "core/launch.h"
#include "fs/runroot.h"

int attach_outcome(int code, const struct launch_end *end,
		   const struct err *e)
{
	if (code >= 0)
		return end->detached ? 0 : end->exit_code;
	if (end->exit_code == 125)
		return code;
	return report_error(e, end->exit_code);
}

int attach_stay(int sock, const struct attach_how *how, struct err *e)
{
	struct launch l = {
		.sock = sock, .terminal = how->tty, .init = how->init,
		.in = how->in, .out = how->out, .err = how->err,
		.sig_proxy = how->sig_proxy, .foreground = how->foreground,
	};
	struct launch_end end;

	if (how->tty && how->in)
		TRY(detach_keys_parse(how->keys, &l.keys, e));
	return attach_outcome(launch_attach(&l, &end, e), &end, e);
}

int attach_await(int sock, struct err *e)
{
	struct launch_end end;
	int code = launch_await_start(sock, &end, e);

	end.detached = true;
	return attach_outcome(code, &end, e);
}

static int refuse(const struct container *c, enum container_status status,
		  struct err *e)
{
	if (status == CONTAINER_PAUSED)
		return err_set(e, EBUSY, "cannot attach to a paused container, "
			       "unpause it first (rl unpause %s)", c->name);
	if (status == CONTAINER_RESTARTING)
		return err_set(e, EBUSY, "cannot attach to a restarting "
			       "container, wait until it is running");
	return err_set(e, ESRCH, "cannot attach to a stopped container, start "
		       "it first (rl start -a %s)", c->name);
}

int attach_connect(const struct container *c,
		   const struct container_state *st, struct attach_how *how,
		   struct err *e)
{
	auto_json json_t *record = NULL;
	const json_t *config = NULL, *host = NULL;
	bool open_stdin = false;

	if (st->status != CONTAINER_RUNNING)
		return refuse(c, st->status, e);
	if (!st->socket)
		return err_set(e, EOPNOTSUPP, "container %s has the stdio of "
			       "the command that started it (rl run --rm): "
			       "there is nothing to attach to", c->name);
	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "Config", &config, e));
	TRY(json_obj(record, "HostConfig", &host, e));
	TRY(json_bool(config, "Tty", &how->tty, e));
	TRY(json_bool(config, "OpenStdin", &open_stdin, e));
	TRY(json_bool(host, "Init", &how->init, e));
	how->in = how->in && open_stdin;
	return runroot_connect(st->socket, e);
}
