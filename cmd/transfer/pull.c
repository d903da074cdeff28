/* pull.c - rl pull: an image from a registry. */
#include "cmd/cmd.h"

#include "fs/transfer/pull.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_pull;

struct pull_command {
	bool quiet, insecure, for_run;
	const char *platform, *authfile;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct pull_command, m, n, l, a, h)

static const struct opt options[] = {
	O(OPT_STR, authfile, "authfile", 0, "FILE",
	  "read credentials from this file"),
	{ .name = "for-run", .kind = OPT_BOOL, .hidden = true,
	  .offset = offsetof(struct pull_command, for_run),
	  .help = "print nothing on stdout" },
	O(OPT_STR, platform, "platform", 0, "OS/ARCH[/VARIANT]",
	  "which variant of the image to take"),
	O(OPT_BOOL, quiet, "quiet", 'q', NULL,
	  "show no progress, print only the image's name"),
	O(OPT_OFF, insecure, "tls-verify", 0, NULL,
	  "want HTTPS and a trusted certificate (default true)"),
	OPT_END,
};

/* What docker says at the end: digest and status, then the name. */
static void tell(const struct pull_command *o, const struct ref *ref,
		 const struct pull_result *res)
{
	auto_free char *full = ref_full(ref), *familiar = ref_familiar(ref);

	if (!o->quiet)
		fprintf(stderr, "Digest: %s\nStatus: %s for %s\n", res->digest,
			res->up_to_date ? "Image is up to date" :
					  "Downloaded newer image", familiar);
	if (!o->for_run)
		printf("%s\n", full);
}

/*
 * What killed pulls left.  Not before the pull, and not when it failed: the
 * layers that are whole have no name yet, and the next try wants them.
 */
static void sweep(const struct store *s)
{
	struct err ignored;

	store_collect(s, NULL, &ignored);
}

static int pull(const struct pull_command *o, const struct ref *ref,
		struct err *e)
{
	auto_store struct store s = STORE_INIT;
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct pull_options p = { .authfile = o->authfile,
				  .insecure = o->insecure };
	auto_free char *familiar = ref_familiar(ref);
	struct pull_result res = { .up_to_date = false };
	struct platform platform;
	struct idmap map;
	int r;

	if (platform_wanted(o->platform)) {
		TRY(platform_parse(platform_wanted(o->platform), &platform, e));
		p.platform = &platform;
	}
	TRY(store_open(&s, e));
	TRY(idmap_choose(&req, &map, e));
	p.progress = progress_new(o->quiet);
	r = pull_image(&s, &map, ref, &p, &res, e);
	progress_free(p.progress);
	if (r < 0)
		return err_wrap(e, "pull %s", familiar);
	tell(o, ref, &res);
	if (!res.up_to_date)
		sweep(&s);
	return 0;
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_ref struct ref ref = { 0 };

	/* a broken pipe is an error of its write */
	signal(SIGPIPE, SIG_IGN);
	TRY(ref_parse(argv[0], &ref, e));
	return pull(opts, &ref, e);
}

const struct cmd cmd_pull = {
	.name = "pull",
	.aliases = "image pull",
	.args = "[OPTIONS] NAME[:TAG|@DIGEST]",
	.help = "fetch an image from a registry",
	.example = "rl pull debian:12",
	.opts = options,
	.opts_size = sizeof(struct pull_command),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
