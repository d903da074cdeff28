/* volume_rm.c - `rl volume rm`: remove volumes and what is in them. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "cmd/ui/report.h"
#include "fs/volume.h"

struct rm_opts {
	bool force;
};

static const struct opt rm_opts[] = {
	OPT_ROW(OPT_BOOL, struct rm_opts, force, "force", 'f', NULL,
		"a volume that is not there is no error"),
	OPT_END
};

static int rm_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct rm_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	int code = 0;

	TRY(store_open(&s, e));
	volume_sweep(&s);
	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };
		int r = volume_remove(&s, argv[i], &why);

		if (r < 0 && !(o->force && r == -ENOENT))
			code = report_error(&why, 1);
		else
			printf("%s\n", argv[i]);
	}
	return code;
}

const struct cmd cmd_volume_rm = {
	.name = "volume rm",
	.aliases = "volume remove",
	.args = "[OPTIONS] VOLUME [VOLUME...]",
	.help = "remove volumes that no container uses, and what is in them",
	.example = "rl volume rm data cache",
	.opts = rm_opts,
	.opts_size = sizeof(struct rm_opts),
	.min_args = 1,
	.max_args = -1,
	.run = rm_run,
};
