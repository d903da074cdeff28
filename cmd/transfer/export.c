/* export.c - rl export: a container's files as a tar. */
#include "cmd/cmd.h"

#include "cmd/transfer/target.h"
#include "fs/container_root.h"
#include "fs/event.h"
#include "fs/transfer/tar_out.h"

#include <signal.h>

extern const struct cmd cmd_export;

struct export_options {
	const char *output;
};

static const struct opt options[] = {
	OPT_ROW(OPT_STR, struct export_options, output, "output", 'o', "FILE",
		"file to write instead of stdout"),
	OPT_END,
};

struct job {
	struct container_root root;
	int fd;
};

static int write_tree(void *arg, int root, struct err *e)
{
	const struct tar_out_options o = { .own_ids = true,
					   .sparse = TAR_OUT_SPARSE };
	const struct job *j = arg;
	struct tar_out *t = NULL;
	int r = tar_out_new(j->fd, &o, &t, e);

	if (r == 0)
		r = tar_out_tree(t, root, ".", "", e);
	if (r >= 0)
		r = tar_out_end(t, NULL, e);
	tar_out_free(t);
	return r;
}

static int write_to(void *arg, int fd, struct err *e)
{
	struct job *j = arg;

	j->fd = fd;
	return container_root_run(&j->root, write_tree, j, e);
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	struct export_options *o = opts;
	struct job j = { .root = CONTAINER_ROOT_INIT };
	int r;

	signal(SIGPIPE, SIG_IGN);
	tar_out_prepare();
	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	r = container_root_open(&s, &c, false, &j.root, e);
	if (r == 0)
		r = target_file(o->output, "export", write_to, &j, e);
	if (r == 0)
		event_add_container(&s, &c, "export", NULL);
	container_root_release(&j.root);
	return r;
}

const struct cmd cmd_export = {
	.name = "export",
	.aliases = "container export",
	.args = "[OPTIONS] CONTAINER",
	.help = "write a container's files as a tar, without its volumes",
	.example = "rl export -o web.tar web",
	.opts = options,
	.opts_size = sizeof(struct export_options),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
