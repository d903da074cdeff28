/* system_prune.c - rl system prune: remove all that nothing uses. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "cmd/container/prune.h"
#include "cmd/image_prune.h"
#include "cmd/ui/confirm.h"
#include "cmd/ui/filter.h"
#include "cmd/volume_prune.h"

extern const struct cmd cmd_system_prune;

struct prune_opts {
	bool all, force, volumes;
	struct strv filters;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct prune_opts, m, n, l, a, h)
static const struct opt prune_opts[] = {
	O(OPT_BOOL, all, "all", 'a', NULL,
	  "remove every image that no container uses, not only those without "
	  "a name"),
	O(OPT_LIST, filters, "filter", 0, "FILTER",
	  "remove only what fits: until=TIME (made before), "
	  "label=KEY[=VALUE], label!=KEY[=VALUE]"),
	O(OPT_BOOL, force, "force", 'f', NULL, "do not ask"),
	O(OPT_BOOL, volumes, "volumes", 0, NULL,
	  "remove anonymous volumes that no container uses, too"),
	OPT_END
};
#undef O

static int check(const struct prune_opts *o, struct err *e)
{
	TRY(container_prune_check(&o->filters, e));
	for (size_t i = 0; o->volumes && i < o->filters.n; i++)
		if (filter_value(o->filters.v[i], "until"))
			return err_set(e, EINVAL, "the \"until\" filter is not "
				       "supported with \"--volumes\"");
	return 0;
}

static int confirm(const struct prune_opts *o, struct err *e)
{
	auto_strv struct strv what = { 0 };

	if (o->force)
		return 0;
	strv_add(&what, "all stopped containers");
	if (o->volumes)
		strv_add(&what, "all anonymous volumes not used by at least "
				"one container");
	strv_add(&what, o->all ? "all images without at least one container "
				 "associated to them" :
				 "all dangling images");
	return confirm_removals(&what, &o->filters, "system prune", e);
}

static void print_list(const char *title, const struct strv *l)
{
	if (!l->n)
		return;
	printf("%s\n", title);
	for (size_t i = 0; i < l->n; i++)
		printf("%s\n", l->v[i]);
	printf("\n");
}

static int prune_containers(const struct store *s, const struct prune_opts *o,
			    uint64_t *freed, struct err *e)
{
	auto_strv struct strv gone = { 0 };

	TRY(container_prune(s, &o->filters, &gone, freed, e));
	print_list("Deleted Containers:", &gone);
	return 0;
}

static int prune_volumes(const struct store *s, const struct prune_opts *o,
			 uint64_t *freed, struct err *e)
{
	auto_strv struct strv gone = { 0 };

	if (!o->volumes)
		return 0;
	TRY(volume_prune(s, &o->filters, false, &gone, freed, e));
	print_list("Deleted Volumes:", &gone);
	return 0;
}

static int prune_images(const struct store *s, const struct prune_opts *o,
			uint64_t *freed, struct err *e)
{
	struct image_removal done = { 0 };
	int r = image_prune(s, &o->filters, o->all, &done, freed, e);

	image_prune_print(&done);
	image_removal_release(&done);
	return r;
}

/* What stands on something goes before it. */
static int prune_run(void *opts, int argc UNUSED, char **argv UNUSED,
		     struct err *e)
{
	const struct prune_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_free char *size = NULL;
	uint64_t freed = 0;

	TRY(check(o, e));
	TRY(confirm(o, e));
	TRY(store_open(&s, e));
	TRY(prune_containers(&s, o, &freed, e));
	TRY(prune_volumes(&s, o, &freed, e));
	TRY(prune_images(&s, o, &freed, e));
	size = format_size(freed);
	printf("Total reclaimed space: %s\n", size);
	return 0;
}

const struct cmd cmd_system_prune = {
	.name = "system prune",
	.args = "[OPTIONS]",
	.help = "remove stopped containers and images that nothing uses",
	.example = "rl system prune\n"
		   "rl system prune -af --volumes",
	.opts = prune_opts,
	.opts_size = sizeof(struct prune_opts),
	.run = prune_run,
};
