/* load.c - rl load: images from an archive or an OCI folder. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/transfer/import.h"

#include <stdio.h>

extern const struct cmd cmd_load;

struct load_options {
	const char *input;
	bool quiet;
};

static const struct opt options[] = {
	OPT_ROW(OPT_STR, struct load_options, input, "input", 'i', "FILE",
		"archive or OCI folder to read instead of stdin"),
	OPT_ROW(OPT_BOOL, struct load_options, quiet, "quiet", 'q', NULL,
		"do not say what was loaded"),
	OPT_END,
};

static void loaded(void *arg, const char *name)
{
	const struct load_options *o = arg;
	auto_ref struct ref ref = { 0 };
	auto_free char *familiar = NULL;
	struct err ignored;

	if (o->quiet)
		return;
	if (skip_prefix(name, "sha256:")) {
		printf("Loaded image ID: %s\n", name);
		return;
	}
	if (ref_parse(name, &ref, &ignored) == 0)
		familiar = ref_familiar(&ref);
	printf("Loaded image: %s\n", familiar ? familiar : name);
}

/* Said once a load, however many there were. */
static void tell(const struct unpack_notes *notes)
{
	auto_free char *text = unpack_notes_text(notes);

	if (text)
		fprintf(stderr, "rl: %s of the layers\n", text);
}

/*
 * What a failed load has stored so far, and what dead ones left, goes at
 * once.  It does not change how this load went.
 */
static void sweep(const struct store *s)
{
	struct err ignored;

	store_collect(s, NULL, &ignored);
}

static int open_input(const char *path, const struct store *s,
		      struct unpacker *u, struct bundle *b, struct err *e)
{
	auto_close int fd = -1;
	struct stat st;

	if (!path || streq(path, "-")) {
		if (isatty(0))
			return err_set(e, EINVAL, "requested load from stdin, "
				       "but stdin is a terminal (use -i FILE)");
		return bundle_read(s, u, 0, b, e);
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return bundle_open_dir(path, b, e);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open %s", path);
	return bundle_read(s, u, fd, b, e);
}

static int run(void *opts, int argc UNUSED, char **argv UNUSED, struct err *e)
{
	struct load_options *o = opts;
	auto_store struct store s = STORE_INIT;
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct bundle b = BUNDLE_INIT;
	auto_unpacker struct unpacker *u = NULL;
	struct unpack_notes notes = { 0 };
	struct idmap map;
	int r;

	TRY(store_open(&s, e));
	TRY(idmap_choose(&req, &map, e));
	TRY(unpacker_start(&s, &map, &u, e));
	r = open_input(o->input, &s, u, &b, e);
	if (r == 0)
		r = import_bundle(&s, u, &b, loaded, o, &notes, e);
	tell(&notes);
	bundle_release(&s, &b);
	sweep(&s);
	return r < 0 ? err_wrap(e, "load") : 0;
}

const struct cmd cmd_load = {
	.name = "load",
	.aliases = "image load",
	.args = "[OPTIONS]",
	.help = "load images from an archive or an OCI folder",
	.example = "rl load -i busybox.tar",
	.opts = options,
	.opts_size = sizeof(struct load_options),
	.run = run,
};
