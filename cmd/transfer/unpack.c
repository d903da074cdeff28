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

/* The map as fs/layer.c writes it: kind, uid lines, "--", gid lines. */
static int read_map(struct idmap *ret, struct err *e)
{
	auto_free char *text = NULL;
	char *cut;

	TRY(fd_read_all(0, "id map", 1 << 16, &text, NULL, e));
	cut = strstr(text, "--\n");
	if (!cut || text[0] < '0' || text[0] > '2' || text[1] != '\n')
		return err_set(e, EINVAL, "stdin holds no id map");
	*cut = '\0';
	ret->kind = text[0] - '0';
	TRY(idmap_parse(text + 2, &ret->uid, e));
	return idmap_parse(cut + 3, &ret->gid, e);
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
