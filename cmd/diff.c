/* diff.c - rl diff: the files that a container added, changed and deleted. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/changes.h"
#include "fs/container_root.h"

#include <stdio.h>

extern const struct cmd cmd_diff;

/* Control characters in a name would steer the terminal. */
static void print_name(const char *s)
{
	for (; *s; s++)
		putchar((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s);
	putchar('\n');
}

static int find(const struct container_root *r, struct change_list *ret,
		struct err *e)
{
	auto_close int upper = dir_open(r->c->fd, "upper", e);
	struct rootfs layers = { .layers = r->layers.paths };
	struct changes_source src = {
		.upper = upper, .n_layers = layers.layers.n,
		.whole = container_root_copied(r->c),
	};
	int *fds, code;

	if (upper < 0)
		return upper;
	TRY(driver_open_layers(&layers, &fds, e));
	src.layers = fds;
	code = changes_find(&src, ret, e);
	for (size_t i = 0; i < src.n_layers; i++)
		close(fds[i]);
	free(fds);
	return code;
}

/* As root of the container's ids, who may read all of its files. */
static int print_changes(void *arg, struct err *e)
{
	static const char letters[] = {
		[CHANGE_MODIFY] = 'C', [CHANGE_ADD] = 'A',
		[CHANGE_DELETE] = 'D',
	};
	auto_changes struct change_list l = { 0 };

	TRY(find(arg, &l, e));
	for (size_t i = 0; i < l.n; i++) {
		printf("%c ", letters[l.v[i].kind]);
		print_name(l.v[i].path);
	}
	return fflush(stdout) ? err_sys(e, "write") : 0;
}

static int run(void *opts UNUSED, int argc UNUSED, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	auto_container_root struct container_root r = CONTAINER_ROOT_INIT;

	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	TRY(container_root_layers(&s, &c, &r, e));
	fflush(stdout);
	return idmap_run_inside(&r.idmap, print_changes, &r, e);
}

const struct cmd cmd_diff = {
	.name = "diff",
	.aliases = "container diff",
	.args = "CONTAINER",
	.help = "list the files that a container added, changed and deleted",
	.example = "rl diff web",
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
