/* container_prune.c - rl container prune: remove those that do not run. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <time.h>

#include "cmd/container/prune.h"
#include "cmd/ui/confirm.h"

struct prune_opts {
	bool force;
	struct strv filters;
};

static const struct opt prune_opts[] = {
	OPT_ROW(OPT_LIST, struct prune_opts, filters, "filter", 0, "FILTER",
		"remove only what fits: until=TIME (created before), "
		"label=KEY[=VALUE], label!=KEY[=VALUE]"),
	OPT_ROW(OPT_BOOL, struct prune_opts, force, "force", 'f', NULL,
		"do not ask"),
	OPT_END
};

static int prune_run(void *opts, int argc UNUSED, char **argv UNUSED,
		     struct err *e)
{
	const struct prune_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_strv struct strv gone = { 0 };
	auto_free char *size = NULL;
	uint64_t freed = 0;

	TRY(container_prune_check(&o->filters, e));
	if (!o->force)
		TRY(confirm_removal("all stopped containers",
				    "container prune", e));
	TRY(store_open(&s, e));
	TRY(container_prune(&s, &o->filters, &gone, &freed, e));
	size = format_size(freed);
	if (gone.n)
		printf("Deleted Containers:\n");
	for (size_t i = 0; i < gone.n; i++)
		printf("%s\n", gone.v[i]);
	printf("%sTotal reclaimed space: %s\n", gone.n ? "\n" : "", size);
	return 0;
}

const struct cmd cmd_container_prune = {
	.name = "container prune",
	.args = "[OPTIONS]",
	.help = "remove all containers that do not run",
	.example = "rl container prune --filter until=24h",
	.opts = prune_opts,
	.opts_size = sizeof(struct prune_opts),
	.max_args = 0,
	.run = prune_run,
};
