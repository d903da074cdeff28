/* create.c - rl-oci create and run. */
#include "cmd/oci/oci.h"

#define O(k, m, n, l, a, h) OPT_ROW(k, struct oci_create, m, n, l, a, h)
#define HIDDEN(m, n)                                             \
	{ .name = n, .kind = OPT_BOOL, .hidden = true,           \
	  .help = "taken and not used",                          \
	  .offset = offsetof(struct oci_create, m) }
#define COMMON                                                          \
	O(OPT_STR, bundle, "bundle", 'b', "DIR",                        \
	  "folder with config.json and the root filesystem (.)"),       \
	O(OPT_STR, console, "console-socket", 0, "PATH",                \
	  "socket that the terminal's master is sent to"),              \
	O(OPT_STR, pid_file, "pid-file", 0, "FILE",                     \
	  "write the pid of the first process here"),                   \
	O(OPT_INT, preserve, "preserve-fds", 0, "N",                    \
	  "pass on so many fds, from 3"),                               \
	O(OPT_BOOL, no_keyring, "no-new-keyring", 0, NULL,              \
	  "keep the caller's session keyring"),                         \
	HIDDEN(no_pivot, "no-pivot")

static const struct opt create_opts[] = { COMMON, OPT_END };

static const struct opt run_opts[] = {
	COMMON,
	O(OPT_BOOL, detach, "detach", 'd', NULL,
	  "come back once it has started"),
	O(OPT_BOOL, keep, "keep", 0, NULL,
	  "keep its state when it has ended"),
	HIDDEN(no_subreaper, "no-subreaper"),
	OPT_END
};

static int create_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	return oci_create(opts, argv[0], e);
}

static int run_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	return oci_run(opts, argv[0], e);
}

const struct cmd oci_cmd_create = {
	.name = "create",
	.program = "rl-oci",
	.args = "[OPTIONS] ID",
	.help = "make a container of a bundle, to be started",
	.example = "rl-oci create --bundle . web",
	.opts = create_opts,
	.opts_size = sizeof(struct oci_create),
	.min_args = 1,
	.max_args = 1,
	.run = create_run,
};

const struct cmd oci_cmd_run = {
	.name = "run",
	.program = "rl-oci",
	.args = "[OPTIONS] ID",
	.help = "make and start a container, and wait for its end",
	.example = "rl-oci run --bundle . web",
	.opts = run_opts,
	.opts_size = sizeof(struct oci_create),
	.min_args = 1,
	.max_args = 1,
	.run = run_run,
};
