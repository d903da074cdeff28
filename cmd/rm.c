/* rm.c - rl rm: remove containers. */
#include "cmd/cmd.h"
#include "cmd/container/end.h"
#include "cmd/ui/report.h"

#include <stdio.h>

struct rm_opts {
	bool force, volumes;
};

#define O(m, n, l, h) OPT_ROW(OPT_BOOL, struct rm_opts, m, n, l, NULL, h)
static const struct opt rm_opts[] = {
	O(force, "force", 'f', "also one that runs: it is killed"),
	O(volumes, "volumes", 'v', "and its anonymous volumes"),
	OPT_END
};
#undef O

static int rm_one(const struct store *s, const char *name,
		  const struct remove_how *how, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;

	TRY(container_find(s, name, &c, e));
	return container_destroy(s, &c, how, e);
}

static int rm_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct rm_opts *o = opts;
	struct remove_how how = { .force = o->force, .volumes = o->volumes };
	auto_store struct store s = STORE_INIT;
	int code = 0;

	TRY(store_open(&s, e));
	container_sweep(&s, NULL, e);
	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };
		int r = rm_one(&s, argv[i], &how, &why);

		if (r == 0)
			printf("%s\n", argv[i]);
		else
			report_error(&why, 1);
		/* as docker: what is not there needs no force */
		if (r < 0 && !(o->force && r == -ENOENT))
			code = 1;
	}
	return code;
}

const struct cmd cmd_rm = {
	.name = "rm",
	.aliases = "container rm,container remove",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "remove containers",
	.example = "rl rm -f web",
	.opts = rm_opts,
	.opts_size = sizeof(struct rm_opts),
	.min_args = 1,
	.max_args = -1,
	.run = rm_run,
};
