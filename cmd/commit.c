/* commit.c - rl commit: hold a container still while its image is made. */
#include "cmd/cmd.h"

#include "cmd/container/end.h"
#include "cmd/ui/commit_options.h"

#include <signal.h>

extern const struct cmd cmd_commit;

static int make_image(const struct commit_options *o, int argc, char **argv,
		      struct err *e)
{
	auto_strv struct strv v = { 0 };

	strv_add(&v, "rl-transfer");
	strv_add(&v, "commit");
	if (o->author)
		strv_printf(&v, "--author=%s", o->author);
	if (o->message)
		strv_printf(&v, "--message=%s", o->message);
	for (size_t i = 0; i < o->changes.n; i++)
		strv_printf(&v, "--change=%s", o->changes.v[i]);
	strv_add(&v, "--");
	for (int i = 0; i < argc; i++)
		strv_add(&v, argv[i]);
	return cmd_run_transfer(strv_list(&v), e);
}

/* Stopped here: 1.  One that does not run, or is paused already, is still. */
static int hold(const struct store *s, struct container *c, struct err *e)
{
	auto_container_state struct container_state st = { 0 };

	TRY(container_state_read(c, &st, e));
	if (st.status != CONTAINER_RUNNING)
		return 0;
	TRY(container_pause(s, c, e));
	return 1;
}

/* Signals that end us wait until the container goes on. */
static void block_signals(sigset_t *old)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, old);
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	struct commit_options *o = opts;
	struct err other;
	sigset_t old;
	int held = 0, r;

	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	block_signals(&old);
	if (!o->no_pause)
		held = hold(&s, &c, e);
	r = held < 0 ? held : make_image(o, argc, argv, e);
	if (held > 0 && container_unpause(&s, &c, &other) < 0 && r == 0) {
		*e = other;
		r = -other.code;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

const struct cmd cmd_commit = {
	.name = "commit",
	.aliases = "container commit",
	.args = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
	.help = "make an image of a container's files",
	.example = "rl commit -m 'with vim' web web:edited",
	.opts = commit_option_table,
	.opts_size = sizeof(struct commit_options),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
