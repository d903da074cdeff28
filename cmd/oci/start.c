/* start.c - rl-oci start, state, kill and delete. */
#include "cmd/oci/oci.h"

#include "cmd/ui/report.h"
#include "core/base/file.h"
#include "core/processes.h"
#include "core/signal_name.h"

#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

/* ---- start ---- */

static int start_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;

	TRY(oci_find(opts, argv[0], &s, e));
	return oci_start(&s, e);
}

const struct cmd oci_cmd_start = {
	.name = "start",
	.program = "rl-oci",
	.args = "ID",
	.help = "let a container that was created run",
	.opts_size = sizeof(struct oci_globals),
	.min_args = 1,
	.max_args = 1,
	.run = start_run,
};

/* ---- state ---- */

static int state_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	auto_json json_t *v = NULL;
	auto_free char *text = NULL;

	TRY(oci_find(opts, argv[0], &s, e));
	v = oci_state_json(&s, oci_state_status(&s));
	text = json_dumps(v, JSON_INDENT(2));
	printf("%s\n", text);
	return 0;
}

const struct cmd oci_cmd_state = {
	.name = "state",
	.program = "rl-oci",
	.args = "ID",
	.help = "show a container's state, as JSON",
	.opts_size = sizeof(struct oci_globals),
	.min_args = 1,
	.max_args = 1,
	.run = state_run,
};

/* ---- kill ---- */

struct kill_opts {
	struct oci_globals g;
	bool all;
};

static const struct opt kill_table[] = {
	OPT_ROW(OPT_BOOL, struct kill_opts, all, "all", 'a', NULL,
		"signal all processes of the container"),
	OPT_END
};

/* Where there is no cgroup, those that /proc shows. */
static int signal_all(const struct oci_state *s, int sig, struct err *e)
{
	auto_process_list struct process_list l = { 0 };
	auto_close int fd = -1;

	if (sig == SIGKILL && s->cgroup) {
		TRY(fd = cgroup_open(s->cgroup, e));
		return cgroup_kill(fd, e);
	}
	TRY(processes_of(s->pid, &l, e));
	for (size_t i = 0; i < l.n; i++)
		if (kill(l.p[i].pid, sig) < 0 && errno != ESRCH)
			return err_sys(e, "signal process %d",
				       (int)l.p[i].pid);
	return 0;
}

/* What outlived the first process, without a pid namespace of its own. */
static int cgroup_leftovers(const struct oci_state *s, int sig, struct err *e)
{
	auto_close int fd = cgroup_open(s->cgroup, e);

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	return sig == SIGKILL ? cgroup_kill(fd, e) : 0;
}

static int kill_run(void *opts, int argc, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	struct kill_opts *o = opts;
	auto_close int fd = -1;
	int sig = SIGTERM;

	TRY(oci_find(&o->g, argv[0], &s, e));
	if (argc > 1)
		TRY(sig = signal_parse(argv[1], e));
	fd = oci_state_pidfd(&s, e);
	if (fd < 0 && o->all && s.cgroup)
		return cgroup_leftovers(&s, sig, e);
	if (fd < 0)
		return fd;
	if (o->all)
		return signal_all(&s, sig, e);
	if (syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) < 0)
		return err_sys(e, "signal the container");
	return 0;
}

const struct cmd oci_cmd_kill = {
	.name = "kill",
	.program = "rl-oci",
	.args = "[OPTIONS] ID [SIGNAL]",
	.help = "send a signal (TERM) to a container's first process",
	.example = "rl-oci kill web KILL",
	.opts = kill_table,
	.opts_size = sizeof(struct kill_opts),
	.min_args = 1,
	.max_args = 2,
	.run = kill_run,
};

/* ---- delete ---- */

struct delete_opts {
	struct oci_globals g;
	bool force;
};

static const struct opt delete_table[] = {
	OPT_ROW(OPT_BOOL, struct delete_opts, force, "force", 'f', NULL,
		"kill it first; one that is not there is no error"),
	OPT_END
};

/* What a create that was killed has left. */
static int delete_rest(struct oci_state *s, const char *id, struct err *e)
{
	if (s->dir < 0)
		return 0;
	return tree_remove(s->root, id, e);
}

static int delete_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	struct delete_opts *o = opts;
	enum oci_status status;
	int r = oci_find(&o->g, argv[0], &s, e);

	if (r == -ENOENT && o->force)
		return delete_rest(&s, argv[0], e);
	TRY(r);
	status = oci_state_status(&s);
	if (status != OCI_STOPPED && status != OCI_CREATED && !o->force)
		return err_set(e, EBUSY, "cannot delete container %s that is "
			       "not stopped: %s", argv[0],
			       oci_status_word(status));
	if (status != OCI_STOPPED)
		TRY(oci_kill_wait(&s, e));
	return oci_destroy(&s, e);
}

const struct cmd oci_cmd_delete = {
	.name = "delete",
	.program = "rl-oci",
	.args = "[OPTIONS] ID",
	.help = "forget a container that has ended, or never began",
	.example = "rl-oci delete --force web",
	.opts = delete_table,
	.opts_size = sizeof(struct delete_opts),
	.min_args = 1,
	.max_args = 1,
	.run = delete_run,
};
