/* dispatch.c - find the command, parse its options, run it, say how it went. */
#include "cmd/ui/dispatch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "cmd/ui/tables.h"
#include "core/base/file.h"
#include "core/base/nearest.h"
#include "core/base/proc.h"

const char dispatch_version[] = RL_VERSION;

struct globals {
	const char *root, *runroot, *config;
	bool version;
};

#define G(k, m, n, l, a, h) OPT_ROW(k, struct globals, m, n, l, a, h)
const struct opt dispatch_global_opts[] = {
	G(OPT_STR, config, "config", 0, "DIR",
	  "folder of the client's config.json (sets DOCKER_CONFIG)"),
	G(OPT_STR, root, "root", 0, "DIR",
	  "folder of images, containers and volumes (sets RL_ROOT)"),
	G(OPT_STR, runroot, "runroot", 0, "DIR",
	  "folder of what ends with the boot (sets RL_RUNROOT)"),
	G(OPT_BOOL, version, "version", 'v', NULL,
	  "print the version and quit"),
	OPT_END
};
#undef G

void dispatch_names(const struct cmd *c, struct strv *ret)
{
	strv_add(ret, c->name);
	if (c->aliases)
		strv_split(ret, c->aliases, ',');
}

/* How many words of argv are `name`'s: all of its words, or 0. */
static int match_name(const char *name, size_t len, int argc, char **argv)
{
	const char *s = name, *end = name + len;

	for (int i = 0; i < argc; i++) {
		size_t n = strlen(argv[i]);

		if ((size_t)(end - s) < n || memcmp(s, argv[i], n) != 0)
			return 0;
		s += n;
		if (s == end)
			return i + 1;
		if (*s++ != ' ')
			return 0;
	}
	return 0;
}

static int match_command(const struct cmd *c, int argc, char **argv)
{
	int best = match_name(c->name, strlen(c->name), argc, argv);

	for (const char *s = c->aliases; s && *s;) {
		size_t len = strcspn(s, ",");
		int n = match_name(s, len, argc, argv);

		if (n > best)
			best = n;
		s += len + (s[len] == ',');
	}
	return best;
}

const struct cmd *dispatch_find(int argc, char **argv, int *ret_words)
{
	const struct cmd *ret = NULL;

	*ret_words = 0;
	for (size_t i = 0; argc > 0 && cmd_table[i]; i++) {
		int n = match_command(cmd_table[i], argc, argv);

		if (n > *ret_words) {
			*ret_words = n;
			ret = cmd_table[i];
		}
	}
	return ret;
}

bool dispatch_is_group(const char *group)
{
	size_t n = strlen(group);

	for (size_t i = 0; cmd_table[i]; i++) {
		auto_strv struct strv names = { 0 };

		dispatch_names(cmd_table[i], &names);
		for (size_t j = 0; j < names.n && cmd_table[i]->help; j++)
			if (strncmp(names.v[j], group, n) == 0 &&
			    names.v[j][n] == ' ')
				return true;
	}
	return false;
}

int dispatch_unknown(int argc, char **argv, struct err *e)
{
	bool group = argc > 1 && dispatch_is_group(argv[0]);
	auto_free char *typed = group ? xasprintf("%s %s", argv[0], argv[1])
				      : xstrdup(argv[0]);
	auto_strv struct strv words = { 0 };
	const char *near;

	for (size_t i = 0; cmd_table[i]; i++)
		if (cmd_table[i]->help)
			dispatch_names(cmd_table[i], &words);
	near = nearest_word(typed, (const char *const *)strv_list(&words));
	if (near)
		return err_set(e, EINVAL,
			       "unknown command '%.60s'; did you mean '%s'?",
			       typed, near);
	return err_set(e, EINVAL, "unknown command '%.60s'", typed);
}

static int check_operands(const struct cmd *c, int n, struct err *e)
{
	bool exact = c->min_args == c->max_args;
	const char *count = exact ? "exactly " : "at least ";
	int want = c->min_args;

	if (n >= c->min_args && (c->max_args < 0 || n <= c->max_args))
		return 0;
	if (c->max_args == 0)
		return err_set(e, EINVAL, "'rl %s' takes no arguments",
			       c->name);
	if (c->max_args > c->min_args && n > c->max_args) {
		count = "at most ";
		want = c->max_args;
	}
	return err_set(e, EINVAL, "'rl %s' takes %s%d argument%s, not %d",
		       c->name, count, want, want == 1 ? "" : "s", n);
}

/*
 * The one error of a command.  Where it is about the output, that is not told
 * again at the end, and of a reader that went away not at all.
 */
static int command_failed(const struct cmd *c, const struct err *e)
{
	int code = c->fail_code ? c->fail_code : 1;
	bool output = ferror(stdout);

	if (output)
		report_discard();
	return output && e->code == EPIPE ? code : report_error(e, code);
}

/* Run a command on the arguments after its name (argv[0] is the name). */
static int run_command(const struct cmd *c, int argc, char **argv)
{
	auto_free void *opts = xcalloc(1, c->opts_size);
	struct err e = { 0 };
	bool help;
	int n, r;

	r = opt_parse(c->opts, opts, c->verbatim, argc, argv, &n, &help, &e);
	if (r == 0 && help) {
		help_command(c);
	} else {
		if (r < 0 || (r = check_operands(c, n, &e)) < 0) {
			opt_release(c->opts, opts);
			return report_usage(c->name, &e);
		}
		r = c->run(opts, n, argv, &e);
	}
	opt_release(c->opts, opts);
	return r < 0 ? command_failed(c, &e) : r;
}

/* Hand a command to rl-transfer under its proper name. */
static int hand_over(const struct cmd *c, int n, char **rest)
{
	auto_strv struct strv argv = { 0 };
	struct err e = { 0 };

	strv_add(&argv, "rl-transfer");
	strv_split(&argv, c->name, ' ');
	for (int i = 0; i < n; i++)
		strv_add(&argv, rest[i]);
	cmd_exec_transfer(strv_list(&argv), &e);
	return report_error(&e, c->fail_code ? c->fail_code : 1);
}

/* The command that argv starts with, or why there is none. */
static int dispatch(int argc, char **argv)
{
	struct err e = { 0 };
	const struct cmd *c;
	int words;

	if (argc == 0 || streq(argv[0], "--help")) {
		help_overview();
		return 0;
	}
	if (streq(argv[0], "__tables"))
		return tables_print();
	c = dispatch_find(argc, argv, &words);
	if (c && c->transfer)
		return hand_over(c, argc - words, argv + words);
	if (c)
		return run_command(c, argc - words + 1, argv + words - 1);
	if (dispatch_is_group(argv[0]) &&
	    (argc == 1 || streq(argv[1], "--help"))) {
		help_group(argv[0]);
		return 0;
	}
	dispatch_unknown(argc, argv, &e);
	return report_usage(dispatch_is_group(argv[0]) ? argv[0] : NULL, &e);
}

/*
 * A closed 0, 1 or 2 would be taken by the next file we open, and our
 * messages would land in it: put /dev/null there.
 */
static void open_standard_fds(void)
{
	struct pollfd p[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	if (poll(p, 3, 0) <= 0)
		return;
	for (int i = 0; i < 3; i++)
		if (p[i].revents & POLLNVAL)
			/* Read-only: what is written there fails, and shows. */
			(void)!open("/dev/null", i < 2 ? O_RDONLY : O_WRONLY);
}

static void ignore_pipe(int signo UNUSED)
{
}

/* A handler, not SIG_IGN: exec resets it, so no program inherits it. */
static void catch_sigpipe(void)
{
	struct sigaction act = { .sa_handler = ignore_pipe,
				 .sa_flags = SA_RESTART };

	sigaction(SIGPIPE, &act, NULL);
}

static void set_env(const char *name, const char *value)
{
	if (value && setenv(name, value, 1) < 0)
		abort();
}

/* Take the options in front of the command; argv[1..] are what remains. */
static int take_globals(int *argc, char **argv, struct globals *g,
			struct err *e)
{
	bool help;
	int n;

	TRY(opt_parse(dispatch_global_opts, g, true, *argc, argv, &n, &help,
		      e));
	set_env("RL_ROOT", g->root);
	set_env("RL_RUNROOT", g->runroot);
	set_env("DOCKER_CONFIG", g->config);
	*argc = help ? 0 : n;
	return 0;
}

int cmd_main(int argc, char **argv)
{
	struct globals g = { 0 };
	struct err e = { 0 };
	int code;

	open_standard_fds();
	catch_sigpipe();
	if (take_globals(&argc, argv, &g, &e) < 0)
		return report_usage(NULL, &e);
	if (g.version) {
		printf("rl version %s\n", dispatch_version);
		code = 0;
	} else {
		code = dispatch(argc, argv);
	}
	if (report_flush(&e) < 0)
		return e.code == EPIPE ? (code ? code : 1)
				       : report_error(&e, code ? code : 1);
	return code;
}

static int helper_missing(const char *path, struct err *e)
{
	err_sys(e, "run the helper %s", path);
	return proc_helper_failed("rl-transfer", e);
}

int cmd_exec_transfer(char **argv, struct err *e)
{
	auto_free char *path = proc_helper_path("rl-transfer");

	fflush(stdout);
	if (!path) {
		errno = ENOENT;
		return helper_missing("rl-transfer", e);
	}
	execv(path, argv);
	return helper_missing(path, e);
}

int cmd_run_transfer(char *const *argv, struct err *e)
{
	auto_free char *path = proc_helper_path("rl-transfer");
	struct spawn s = SPAWN_INIT;
	pid_t pid;

	fflush(stdout);
	s.path = path;
	s.argv = argv;
	if (!path) {
		errno = ENOENT;
		return helper_missing("rl-transfer", e);
	}
	pid = proc_spawn(&s, NULL, e);
	if (pid < 0)
		return pid;
	return proc_wait(pid, e);
}
