/* import.c - rl import: an image of a root filesystem's tar. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/event.h"
#include "fs/transfer/import_flat.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_import;

struct import_options {
	struct strv changes;
	const char *message, *platform;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct import_options, m, n, l, a, h)

static const struct opt options[] = {
	O(OPT_LIST, changes, "change", 'c', "INSTRUCTION",
	  "apply a Dockerfile's instruction (CMD, ENV, ...) to the image"),
	O(OPT_STR, message, "message", 'm', "TEXT",
	  "the comment in the image's history"),
	O(OPT_STR, platform, "platform", 0, "OS/ARCH[/VARIANT]",
	  "what the image is for (default: this machine)"),
	OPT_END,
};

static int open_source(const struct store *s, const char *source,
		       struct err *e)
{
	int fd;

	if (streq(source, "-")) {
		if (isatty(0))
			return err_set(e, EINVAL, "requested import from "
				       "stdin, but stdin is a terminal");
		fd = fcntl(0, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? err_sys(e, "read stdin") : fd;
	}
	if (skip_prefix(source, "http://") || skip_prefix(source, "https://"))
		return import_download(s, source, e);
	fd = open(source, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open %s", source) : fd;
}

static int read_ref(const char *text, char **ret, struct err *e)
{
	auto_ref struct ref ref = { 0 };

	TRY(ref_parse(text, &ref, e));
	if (ref.digest)
		return err_set(e, EINVAL, "cannot import digest reference");
	*ret = ref_full(&ref);
	return 0;
}

static int import(const struct store *s, const char *source,
		  const struct import_wish *w, struct err *e)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	auto_unpacker struct unpacker *u = NULL;
	auto_free char *text = NULL;
	struct unpack_notes notes = { 0 };
	auto_close int in = -1;
	char id[DIGEST_MAX];
	struct idmap map;

	TRY(idmap_choose(&req, &map, e));
	/* before anything is connected to: unpack.h */
	TRY(unpacker_start(s, &map, &u, e));
	in = open_source(s, source, e);
	if (in < 0)
		return in;
	TRY(import_flat(s, u, in, w, id, &notes, e));
	text = unpack_notes_text(&notes);
	if (text)
		fprintf(stderr, "rl: %s of the image\n", text);
	event_add(s, "image", "import", id,
		  json_pack("{s:s}", "name", w->ref ? w->ref : id));
	printf("%s\n", id);
	return 0;
}

/* What a failed import has stored goes at once. */
static void sweep(const struct store *s)
{
	struct err ignored;

	store_collect(s, NULL, &ignored);
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	struct import_options *o = opts;
	auto_free char *ref = NULL, *from = NULL;
	struct import_wish w = { .changes = &o->changes };
	struct platform platform;
	int r;

	signal(SIGPIPE, SIG_IGN);
	platform_host(&platform);
	if (o->platform)
		TRY(platform_parse(o->platform, &platform, e));
	if (argc > 1 && *argv[1])
		TRY(read_ref(argv[1], &ref, e));
	from = xasprintf("Imported from %s", argv[0]);
	w.platform = &platform;
	w.message = o->message ? o->message : from;
	w.ref = ref;
	TRY(store_open(&s, e));
	r = import(&s, argv[0], &w, e);
	if (r < 0)
		sweep(&s);
	return r < 0 ? err_wrap(e, "import") : 0;
}

const struct cmd cmd_import = {
	.name = "import",
	.aliases = "image import",
	.args = "[OPTIONS] FILE|URL|- [REPOSITORY[:TAG]]",
	.help = "make an image of a root filesystem's tar",
	.example = "rl import -c 'CMD sh' rootfs.tar.gz mine:1",
	.opts = options,
	.opts_size = sizeof(struct import_options),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
