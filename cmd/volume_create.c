/* volume_create.c - `rl volume create`: make a volume. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "core/labels.h"
#include "fs/volume.h"

struct create_opts {
	const char *driver, *name;
	struct strv labels, options;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct create_opts, m, n, l, a, h)
static const struct opt create_opts[] = {
	O(OPT_STR, driver, "driver", 'd', "NAME",
	  "the volume's driver (there is only local)"),
	O(OPT_LIST, labels, "label", 0, "KEY[=VALUE]", "label the volume"),
	{ .name = "name", .kind = OPT_STR, .arg = "NAME", .hidden = true,
	  .offset = offsetof(struct create_opts, name),
	  .help = "as the operand" },
	O(OPT_LIST, options, "opt", 'o', "KEY=VALUE",
	  "type=none, o=bind and device=PATH: stand for a folder of the host"),
	OPT_END
};
#undef O

static int parse_all(const struct strv *texts, struct strv *ret,
		     struct err *e)
{
	for (size_t i = 0; i < texts->n; i++)
		TRY(label_add(texts->v[i], ret, e));
	return 0;
}

static int create_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct create_opts *o = opts;
	auto_strv struct strv labels = { 0 }, options = { 0 };
	auto_store struct store s = STORE_INIT;
	auto_free char *name = NULL;
	struct volume_wish w = {
		.name = argc ? argv[0] : o->name, .driver = o->driver,
		.labels = &labels, .options = &options,
	};

	if (argc && o->name)
		return err_set(e, EINVAL, "conflicting options: cannot specify "
			       "a volume-name through both --name and as a "
			       "positional arg");
	TRY(parse_all(&o->labels, &labels, e));
	TRY(parse_all(&o->options, &options, e));
	TRY(store_open(&s, e));
	TRY(volume_create(&s, &w, &name, e));
	printf("%s\n", name);
	return 0;
}

const struct cmd cmd_volume_create = {
	.name = "volume create",
	.args = "[OPTIONS] [VOLUME]",
	.help = "create a volume",
	.example = "rl volume create data\n"
		   "rl volume create --label purpose=build cache\n"
		   "rl volume create -o type=none -o o=bind -o device=/srv/d d",
	.opts = create_opts,
	.opts_size = sizeof(struct create_opts),
	.max_args = 1,
	.run = create_run,
};
