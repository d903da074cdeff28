/* wait.c - rl wait: until containers end; their exit codes. */
#include "cmd/cmd.h"
#include "cmd/container/end.h"
#include "cmd/ui/report.h"
#include "fs/event.h"

#include <poll.h>
#include <stdio.h>

/* Read its state; *ret_code is its exit code once it does not run. */
static bool has_ended(const struct store *s, struct container *c,
		      const struct container_state *old, int *ret_code)
{
	auto_container_state struct container_state st = { 0 };
	struct err ignored;

	if (container_state_read(c, &st, &ignored) < 0 ||
	    (st.status == CONTAINER_CREATED && old->pid))
		return event_exit_code(s, c->id, ret_code);
	*ret_code = st.exit_code;
	return !container_status_runs(st.status) || st.pid != old->pid ||
	       st.pid_start != old->pid_start;
}

static int wait_one(const struct store *s, const char *name, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;
	auto_container_state struct container_state st = { 0 };
	auto_close int pidfd = -1;
	struct err gone;
	int code;

	TRY(container_find(s, name, &c, e));
	TRY(container_state_read(&c, &st, e));
	pidfd = container_pidfd(&c, &st, &gone);
	if (pidfd >= 0)
		poll(&(struct pollfd){ pidfd, POLLIN, 0 }, 1, -1);
	/* its supervisor writes how it ended at once */
	while (!has_ended(s, &c, &st, &code)) {
		if (container_wait_unlocked(&c, 2, &gone) == 0 &&
		    !has_ended(s, &c, &st, &code))
			return err_set(e, ENOENT, "container %s is gone, and "
				       "nobody knows its exit code", name);
	}
	printf("%d\n", code);
	fflush(stdout);
	return 0;
}

static int wait_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	int code = 0;

	TRY(store_open(&s, e));
	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };

		if (wait_one(&s, argv[i], &why) < 0)
			code = report_error(&why, 1);
	}
	return code;
}

const struct cmd cmd_wait = {
	.name = "wait",
	.aliases = "container wait",
	.args = "CONTAINER [CONTAINER...]",
	.help = "wait until containers end and print their exit codes",
	.example = "rl wait job",
	.min_args = 1,
	.max_args = -1,
	.run = wait_run,
};
