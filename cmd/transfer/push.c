/* push.c - rl push: an image to a registry. */
#include "cmd/cmd.h"

#include "fs/transfer/push.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_push;

struct push_command {
	bool quiet, insecure, all_tags;
	const char *platform, *authfile, *compression;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct push_command, m, n, l, a, h)

static const struct opt options[] = {
	O(OPT_BOOL, all_tags, "all-tags", 'a', NULL,
	  "push all tags of the repository"),
	O(OPT_STR, authfile, "authfile", 0, "FILE",
	  "read credentials from this file"),
	O(OPT_STR, compression, "compression-format", 0, "FORMAT",
	  "of layers that were made here: gzip (default), zstd, "
	  "uncompressed"),
	O(OPT_STR, platform, "platform", 0, "OS/ARCH[/VARIANT]",
	  "which variant of the image to push"),
	O(OPT_BOOL, quiet, "quiet", 'q', NULL,
	  "show no progress, print only the image's name"),
	O(OPT_OFF, insecure, "tls-verify", 0, NULL,
	  "want HTTPS and a trusted certificate (default true)"),
	OPT_END,
};

static int push_one(const struct push_command *o, const struct store *s,
		    const char *name, const struct ref *to, struct err *e)
{
	struct push_options p = { .authfile = o->authfile,
				  .insecure = o->insecure,
				  .packing = PACK_GZIP };
	auto_free char *full = ref_full(to), *familiar = ref_familiar(to);
	auto_image struct image img = { 0 };
	struct push_result res;
	struct platform want;
	int r;

	if (o->platform)
		TRY(platform_parse(o->platform, &want, e));
	if (o->compression)
		TRY(packing_parse(o->compression, &p.packing, e));
	TRY(image_find(s, name, o->platform ? &want : NULL, &img, e));
	p.progress = progress_new(o->quiet);
	r = push_image(s, &img, to, &p, &res, e);
	progress_free(p.progress);
	if (r < 0)
		return err_wrap(e, "push %s", familiar);
	if (o->quiet)
		printf("%s\n", full);
	else
		printf("%s: digest: %s size: %llu\n", to->tag, res.digest,
		       (unsigned long long)res.size);
	return 0;
}

/* Every tag that this repository has here. */
static int push_tags(const struct push_command *o, const struct store *s,
		     const struct ref *ref, struct err *e)
{
	auto_free char *prefix = xasprintf("%s/%s:", ref->domain, ref->path);
	auto_json json_t *index = NULL;
	size_t i, n = 0;
	json_t *m;

	TRY(store_index(s, &index, e));
	json_array_foreach(json_object_get(index, "manifests"), i, m) {
		const char *name = store_entry_name(m);
		auto_ref struct ref to = { 0 };

		if (!name || !skip_prefix(name, prefix))
			continue;
		TRY(ref_parse(name, &to, e));
		TRY(push_one(o, s, name, &to, e));
		n++;
	}
	return n ? 0 : err_set(e, ENOENT, "an image does not exist locally "
			       "with the tag: %.*s",
			       (int)strlen(prefix) - 1, prefix);
}

/* "name:tag", though a tag is to be none? */
static bool has_tag(const char *text)
{
	const char *slash = strrchr(text, '/');

	return strchr(slash ? slash : text, ':') != NULL;
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	const struct push_command *o = opts;
	const char *dest = argv[argc - 1];
	auto_store struct store s = STORE_INIT;
	auto_ref struct ref ref = { 0 };

	/* a broken pipe is an error of its write */
	signal(SIGPIPE, SIG_IGN);
	TRY(ref_parse(dest, &ref, e));
	if (!ref.tag)
		return err_set(e, EINVAL, "cannot push a digest reference: "
			       "give a name and a tag");
	if (o->all_tags && (has_tag(dest) || argc > 1))
		return err_set(e, EINVAL, "tag can't be used with "
			       "--all-tags/-a");
	TRY(store_open(&s, e));
	if (!o->quiet)
		fprintf(stderr, "The push refers to repository [%s/%s]\n",
			ref.domain, ref.path);
	return o->all_tags ? push_tags(o, &s, &ref, e) :
			     push_one(o, &s, argv[0], &ref, e);
}

const struct cmd cmd_push = {
	.name = "push",
	.aliases = "image push",
	.args = "[OPTIONS] IMAGE [NAME[:TAG]]",
	.help = "send an image to a registry",
	.example = "rl push localhost:5000/tool:1",
	.opts = options,
	.opts_size = sizeof(struct push_command),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
