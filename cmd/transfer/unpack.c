/* unpack.c - rl-transfer unpack: missing layers, for rl run. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/transfer/import.h"

extern const struct cmd cmd_unpack;

struct unpack_options {
	const char *store;
};

static const struct opt options[] = {
	OPT_ROW(OPT_STR, struct unpack_options, store, "store", 0, "PATH",
		"the image store"),
	OPT_END,
};

static int read_map(struct idmap *ret, struct err *e)
{
	auto_free char *text = NULL;

	TRY(fd_read_all(0, "id map", 1 << 16, &text, NULL, e));
	return idmap_load(text, ret, e);
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	struct unpack_options *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_unpacker struct unpacker *u = NULL;
	struct unpack_notes notes = { 0 };
	struct idmap map;

	TRY(read_map(&map, e));
	TRY(o->store ? store_open_at(o->store, &s, e) : store_open(&s, e));
	TRY(unpacker_start(&s, &map, &u, e));
	return import_unpack(&s, u, argv[0], &notes, e);
}

const struct cmd cmd_unpack = {
	.name = "unpack",
	.args = "--store PATH DIGEST",
	.help = "unpack an image's missing layers",
	.opts = options,
	.opts_size = sizeof(struct unpack_options),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
