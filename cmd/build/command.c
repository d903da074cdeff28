/* command.c - rl build: an image from a Dockerfile and a folder. */
#include "cmd/build/cache_from.h"
#include "cmd/build/cache_to.h"
#include "cmd/build/check.h"
#include "cmd/build/context.h"
#include "cmd/build/output.h"
#include "cmd/build/run_life.h"

#include "cmd/cmd.h"
#include "core/base/file.h"
#include "core/base/time.h"
#include "core/labels.h"
#include "fs/transfer/confine.h"
#include "fs/transfer/tar_out.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_build;

#define JOBS_MAX 1000

#define O(k, m, n, l, a, h) OPT_ROW(k, struct build_options, m, n, l, a, h)

static const struct opt options[] = {
	O(OPT_LIST, add_host, "add-host", 0, "HOST:IP",
	  "an entry of /etc/hosts while RUN runs"),
	O(OPT_LIST, build_args, "build-arg", 0, "KEY=VALUE",
	  "the value of an ARG"),
	O(OPT_LIST, contexts, "build-context", 0, "NAME=VALUE",
	  "a folder or docker-image://IMAGE that --from and FROM may name"),
	O(OPT_LIST, cache_from, "cache-from", 0, "NAME|type=TYPE,...",
	  "take steps from an image, or type=registry,ref= or local,src="),
	O(OPT_LIST, cache_to, "cache-to", 0, "type=TYPE,...",
	  "give steps to type=inline, registry,ref= or local,dest="),
	O(OPT_BOOL, check, "check", 0, NULL,
	  "build nothing: say what of the Dockerfile could be better"),
	O(OPT_STR, file, "file", 'f', "FILE",
	  "the Dockerfile (default CONTEXT/Dockerfile; -: stdin)"),
	O(OPT_STR, iidfile, "iidfile", 0, "FILE",
	  "write the image's ID to this file"),
	O(OPT_STR, jobs, "jobs", 0, "N",
	  "stages at a time (default: one a processor; 0: all)"),
	O(OPT_LIST, labels, "label", 0, "KEY=VALUE", "a label of the image"),
	O(OPT_STR, network, "network", 0, "MODE",
	  "the network of RUN: default, none, host"),
	O(OPT_BOOL, no_cache, "no-cache", 0, NULL,
	  "carry out every step, whatever is in the cache"),
	O(OPT_LIST, output, "output", 'o', "type=TYPE,dest=FILE",
	  "write it there: type=local (a folder), tar, docker or oci"),
	O(OPT_STR, platform, "platform", 0, "OS/ARCH[/VARIANT]",
	  "which variant of the base images to take"),
	O(OPT_STR, progress, "progress", 0, "MODE",
	  "auto, plain, tty, rawjson, quiet (auto: tty on a terminal)"),
	O(OPT_BOOL, pull, "pull", 0, NULL,
	  "ask the registries for newer base images"),
	O(OPT_BOOL, quiet, "quiet", 'q', NULL,
	  "show no progress, print the image's ID"),
	O(OPT_LIST, secrets, "secret", 0, "id=ID[,src=FILE|env=NAME]",
	  "a secret for RUN --mount=type=secret"),
	O(OPT_BOOL, squash, "squash", 0, NULL,
	  "put all new layers into one"),
	O(OPT_LIST, ssh, "ssh", 0, "default|ID[=SOCKET]",
	  "an agent's socket for RUN --mount=type=ssh"),
	O(OPT_LIST, tags, "tag", 't', "NAME[:TAG]", "a name for the image"),
	O(OPT_STR, target, "target", 0, "STAGE", "the stage to build"),
	OPT_END,
};

/* ---- ^C ---- */

static volatile sig_atomic_t interrupted;

static void on_signal(int signo UNUSED)
{
	interrupted = 1;
}

bool build_interrupted(void)
{
	return interrupted;
}

/* Without SA_RESTART: it ends our reading. */
void build_catch_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
}

/* ---- what is asked for ---- */

static int read_epoch(struct build *b, struct err *e)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	if (text && *text) {
		if (!parse_u64(text, INT32_MAX * 8LL, &seconds))
			return err_set(e, EINVAL, "SOURCE_DATE_EPOCH '%s' is "
				       "no number of seconds", text);
		b->clamp = true;
		b->epoch = (int64_t)seconds;
	}
	b->created = time_rfc3339(b->clamp ? b->epoch * NS_PER_S : time_now());
	return 0;
}

static int begin(struct build *b, const char *context, struct err *e)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	auto_free char *own = NULL;
	struct platform host;

	TRY(read_epoch(b, e));
	TRY(store_open(&b->store, e));
	TRY(idmap_choose(&req, &b->map, e));
	TRY(build_context_open(b, context, e));
	TRY(store_lease_new(&b->store, &b->lease, e));
	platform_host(&host);
	own = xasprintf("%s/%s%s%s", host.os, host.arch,
			*host.variant ? "/" : "", host.variant);
	TRY(df_args_init(&b->args, &b->o->build_args, own, b->o->platform ?
			 b->o->platform : own, b->o->target ? b->o->target :
			 "", e));
	TRY(df_args_head(&b->args, &b->d, e));
	for (size_t i = 0; i < b->o->contexts.n; i++)
		strv_take(&b->context_names, xstrndup(
			b->o->contexts.v[i],
			strcspn(b->o->contexts.v[i], "=")));
	return 0;
}

static void warn_unused(const struct build *b)
{
	auto_strv struct strv names = { 0 };
	auto_str struct str s = { 0 };

	df_args_unused(&b->args, &names);
	for (size_t i = 0; i < names.n; i++)
		str_printf(&s, "%s%s", i ? ", " : "", names.v[i]);
	if (names.n)
		fprintf(stderr, "rl: WARNING: [Warning] One or more build-args "
			"[%s] were not consumed\n", str_text(&s));
}

/* What would only fail once a step runs. */
static int check_lists(const struct build_options *o, struct err *e)
{
	auto_strv struct strv labels = { 0 };

	for (size_t i = 0; i < o->labels.n; i++)
		TRY(label_add(o->labels.v[i], &labels, e));
	for (size_t i = 0; i < o->add_host.n; i++) {
		const char *text = o->add_host.v[i];
		size_t n = strcspn(text, "=:");

		if (n == 0 || !text[n] || !text[n + 1])
			return err_set(e, EINVAL, "--add-host '%s': it is "
				       "NAME:ADDRESS", text);
	}
	return 0;
}

static int check(struct build_options *o, struct err *e)
{
	TRY(output_check(o, e));
	for (size_t i = 0; i < o->tags.n; i++) {
		auto_ref struct ref ref = { 0 };

		TRY(ref_parse(o->tags.v[i], &ref, e));
	}
	for (size_t i = 0; i < o->secrets.n; i++)
		TRY(secret_check(o->secrets.v[i], e));
	for (size_t i = 0; i < o->ssh.n; i++)
		TRY(ssh_check(o->ssh.v[i], e));
	for (size_t i = 0; i < o->contexts.n; i++)
		TRY(build_context_check(o->contexts.v[i], e));
	TRY(check_lists(o, e));
	TRY(cache_from_check(o, e));
	TRY(cache_to_check(o, e));
	if (o->network && !streq(o->network, "default") &&
	    !streq(o->network, "none") && !streq(o->network, "host"))
		return err_set(e, EINVAL, "--network '%s': it is default, "
			       "none or host", o->network);
	return 0;
}

static int read_jobs(struct build *b, struct err *e)
{
	long here = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t n = here > 0 ? here : 1;

	if (b->o->jobs && !parse_u64(b->o->jobs, JOBS_MAX, &n))
		return err_set(e, EINVAL, "--jobs '%.40s': it is a number "
			       "from 0 to %d", b->o->jobs, JOBS_MAX);
	b->jobs = n ? n : JOBS_MAX;
	return 0;
}

static int build(struct build *b, const char *context, struct err *e)
{
	struct stage *target;

	TRY(read_jobs(b, e));
	TRY(build_progress_new(b->o->progress, &b->progress, e));
	TRY(begin(b, context, e));
	TRY(check_dockerfile(b, e));
	if (b->o->check)
		return check_show(b);
	TRY(cache_from_open(b, e));
	TRY(build_jobs(b, &target, e));
	warn_unused(b);
	TRY(output_make(b, target, e));
	TRY(cache_to_write(b, target, e));
	check_summary(b);
	return 0;
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	struct build_options *o = opts;
	struct build b = { .o = o, .store = STORE_INIT,
			   .lease = LEASE_INIT, .context = -1, .report = -1,
			   .tar_folder = CONTAINER_INIT };
	struct err ignored;
	int r;

	signal(SIGPIPE, SIG_IGN);
	build_catch_signals();
	confine_prepare();
	tar_out_prepare();
	o->platform = platform_wanted(o->platform);
	o->quiet |= o->progress && streq(o->progress, "quiet");
	if (o->quiet)
		o->progress = "quiet";
	r = check(o, e);
	if (r == 0)
		r = build(&b, argv[0], e);
	if (r < 0 && interrupted)
		r = err_set(e, EINTR, "interrupted");
	build_progress_free(b.progress);
	cache_from_close(&b);
	for (size_t i = 0; i < b.n; i++) {
		build_stage_release(b.stages[i]);
		free(b.stages[i]);
	}
	free(b.stages);
	free(b.told);
	df_plan_release(&b.plan);
	strv_release(&b.context_names);
	free(b.created);
	build_context_close(&b);
	if (b.lease.fd >= 0)
		store_lease_release(&b.store, &b.lease);
	if (b.store.fd >= 0)
		container_sweep(&b.store, NULL, &ignored);
	df_args_release(&b.args);
	df_warnings_release(&b.warnings);
	dockerfile_release(&b.d);
	store_release(&b.store);
	return r;
}

const struct cmd cmd_build = {
	.name = "build",
	.aliases = "image build,builder build",
	.args = "[OPTIONS] CONTEXT|-",
	.help = "make an image from a Dockerfile",
	.example = "rl build -t tool:1 .\n"
		   "rl build -f Dockerfile.test --target test -q .",
	.opts = options,
	.opts_size = sizeof(struct build_options),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
