/* main.c - rl-oci: its table, its options, its errors. */
#include "cmd/oci/oci.h"

#include "cmd/ui/dispatch.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "core/base/file.h"
#include "core/base/nearest.h"
#include "core/base/time.h"

#include <ctype.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>

extern const struct cmd oci_cmd_create, oci_cmd_start, oci_cmd_state;
extern const struct cmd oci_cmd_kill, oci_cmd_delete, oci_cmd_run;
extern const struct cmd oci_cmd_exec, oci_cmd_list, oci_cmd_ps;
extern const struct cmd oci_cmd_pause, oci_cmd_resume, oci_cmd_update;
extern const struct cmd oci_cmd_events, oci_cmd_spec, oci_cmd_features;

const struct cmd *const oci_table[] = {
	&oci_cmd_create, &oci_cmd_start, &oci_cmd_run, &oci_cmd_exec,
	&oci_cmd_state, &oci_cmd_kill, &oci_cmd_delete, &oci_cmd_list,
	&oci_cmd_ps, &oci_cmd_pause, &oci_cmd_resume, &oci_cmd_update,
	&oci_cmd_events, &oci_cmd_spec, &oci_cmd_features, NULL,
};

#define G(k, m, n, l, a, h) OPT_ROW(k, struct oci_globals, m, n, l, a, h)
const struct opt oci_global_opts[] = {
	G(OPT_STR, root, "root", 0, "DIR",
	  "folder of the containers' state ($XDG_RUNTIME_DIR/rl/oci)"),
	G(OPT_STR, log, "log", 0, "FILE", "write errors to this file, too"),
	G(OPT_STR, log_format, "log-format", 0, "FORMAT",
	  "of that file: text or json"),
	G(OPT_STR, log_level, "log-level", 0, "LEVEL", "taken and not used"),
	G(OPT_BOOL, debug, "debug", 0, NULL, "a line on stderr for each step"),
	G(OPT_BOOL, systemd, "systemd-cgroup", 0, NULL,
	  "cgroupsPath is SLICE:PREFIX:NAME, made by systemd"),
	G(OPT_STR, manager, "cgroup-manager", 0, "MANAGER",
	  "cgroupfs, systemd or disabled"),
	G(OPT_STR, rootless, "rootless", 0, "BOOL",
	  "taken and not used: what can be done is found out"),
	G(OPT_STR, criu, "criu", 0, "PATH", "taken and not used"),
	G(OPT_BOOL, version, "version", 'v', NULL,
	  "print the version and quit"),
	OPT_END
};
#undef G

bool oci_is_called(int *argc, char ***argv)
{
	const char *name = strrchr((*argv)[0], '/');

	if (streq(name ? name + 1 : (*argv)[0], "rl-oci"))
		return true;
	if (*argc < 2 || !streq((*argv)[1], "oci"))
		return false;
	++*argv;
	--*argc;
	return true;
}

/* ---- errors ---- */

/* logrus' lines, which callers parse. */
static void log_line(const struct oci_globals *g, const char *text, int fd)
{
	auto_free char *now = time_rfc3339(time_now() / NS_PER_S * NS_PER_S);
	auto_free char *quoted = NULL, *when = NULL, *line = NULL;
	auto_json json_t *v = json_from_bytes(text);

	/* without the zeroes behind the point */
	when = xasprintf("%.*sZ", (int)strcspn(now, ".Z"), now);
	quoted = json_text(v);
	if (streq(g->log_format, "json"))
		line = xasprintf("{\"level\":\"error\",\"msg\":%s,\"time\":"
				 "\"%s\"}\n", quoted, when);
	else
		line = xasprintf("time=\"%s\" level=error msg=%s\n", when,
				 quoted);
	(void)!write(fd, line, strlen(line));
}

/* The kernel's words as Go has them: docker looks for "permission denied". */
static void write_as_go(struct err *e)
{
	const char *words = strerror(e->code);
	size_t n = strlen(e->text), len = strlen(words);
	char *at = e->text + n - len;

	if (n >= len && streq(at, words) && islower((unsigned char)words[1]))
		*at = (char)tolower((unsigned char)*at);
}

static int fail(const struct oci_globals *g, struct err *e, int code)
{
	write_as_go(e);
	if (g->log && *g->log) {
		auto_close int fd = open(g->log, O_WRONLY | O_CREAT | O_APPEND |
					 O_CLOEXEC, 0644);

		if (fd >= 0)
			log_line(g, e->text, fd);
	}
	fflush(stdout);
	fprintf(stderr, "rl-oci: %s\n", e->text);
	return code;
}

/* ---- help ---- */

static void overview(void)
{
	auto_str struct str out = { 0 };

	str_puts(&out, "Usage:  rl-oci [OPTIONS] COMMAND\n\n"
		       "The OCI runtime's command line over rl, for podman, "
		       "containerd and others\n\nCommands:\n");
	for (size_t i = 0; oci_table[i]; i++)
		str_printf(&out, "  %-10s %s\n", oci_table[i]->name,
			   oci_table[i]->help);
	str_puts(&out, "\nOptions:\n");
	help_options(oci_global_opts, &out);
	str_puts(&out, "\nRun 'rl-oci COMMAND --help' for more information\n");
	report_text(str_text(&out));
}

static void print_version(void)
{
	const struct scmp_version *v = seccomp_version();

	printf("rl-oci version %s\nspec: " OCI_VERSION "\nlibseccomp: "
	       "%u.%u.%u\n", dispatch_version, v->major, v->minor, v->micro);
}

/* ---- dispatch ---- */

static const struct cmd *find(const char *name, struct err *e)
{
	const char *names[ARRAY_LEN(oci_table)] = { NULL }, *near;

	for (size_t i = 0; oci_table[i]; i++) {
		if (streq(oci_table[i]->name, name))
			return oci_table[i];
		names[i] = oci_table[i]->name;
	}
	near = nearest_word(name, names);
	err_set(e, EINVAL, "unknown command '%.60s'%s%s%s", name,
		near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return NULL;
}

static int check_operands(const struct cmd *c, int n, struct err *e)
{
	if (n >= c->min_args && (c->max_args < 0 || n <= c->max_args))
		return 0;
	return err_set(e, EINVAL, "'%s' takes %s (see rl-oci %s --help)",
		       c->name, c->args, c->name);
}

static int run_command(const struct oci_globals *g, const struct cmd *c,
		       int argc, char **argv)
{
	auto_free void *opts = xcalloc(1, c->opts_size);
	struct err e = { 0 };
	bool help;
	int n, r;

	memcpy(opts, g, sizeof(*g));
	r = opt_parse(c->opts, opts, c->verbatim, argc, argv, &n, &help, &e);
	if (r == 0 && help) {
		help_command(c);
		r = 0;
	} else if (r == 0) {
		r = check_operands(c, n, &e);
		if (r == 0)
			r = c->run(opts, n, argv, &e);
	}
	opt_release(c->opts, opts);
	if (r >= 0 && report_flush(&e) < 0)
		r = -1;
	return r < 0 ? fail(g, &e, c->fail_code ? c->fail_code : 1) : r;
}

static void ignore_pipe(int signo UNUSED)
{
}

int oci_main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = ignore_pipe,
				 .sa_flags = SA_RESTART };
	struct oci_globals g = { 0 };
	const struct cmd *c;
	struct err e = { 0 };
	bool help;
	int n;

	sigaction(SIGPIPE, &act, NULL);
	if (opt_parse(oci_global_opts, &g, true, argc, argv, &n, &help, &e) < 0)
		return fail(&g, &e, 1);
	if (g.version) {
		print_version();
		return report_flush(&e) < 0 ? fail(&g, &e, 1) : 0;
	}
	if (help || n == 0 || streq(argv[0], "help")) {
		overview();
		return report_flush(&e) < 0 ? fail(&g, &e, 1) : 0;
	}
	c = find(argv[0], &e);
	return c ? run_command(&g, c, n, argv) : fail(&g, &e, 1);
}

/* For help and the manual: what begins so is taken before (oci_is_called). */
static int never_run(void *opts UNUSED, int argc UNUSED, char **argv UNUSED,
		     struct err *e)
{
	return err_set(e, EINVAL, "options of rl itself do not go before oci");
}

const struct cmd cmd_oci = {
	.name = "oci",
	.args = "[OPTIONS] COMMAND",
	.help = "the OCI runtime's command line, also called rl-oci",
	.example = "rl oci run --bundle . web",
	.opts = oci_global_opts,
	.subs = oci_table,
	.opts_size = sizeof(struct oci_globals),
	.max_args = -1,
	.verbatim = true,
	.run = never_run,
};
