/* volume_prune.c - `rl volume prune`: remove volumes that nothing uses. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "cmd/disk_usage.h"
#include "cmd/ui/confirm.h"
#include "cmd/ui/filter.h"
#include "cmd/ui/report.h"
#include "cmd/volume_prune.h"
#include "fs/volume.h"
#include "fs/volume_use.h"

struct prune_opts {
	bool all, force;
	struct strv filters;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct prune_opts, m, n, l, a, h)
static const struct opt prune_opts[] = {
	O(OPT_BOOL, all, "all", 'a', NULL,
	  "remove every unused volume, not only anonymous ones"),
	O(OPT_LIST, filters, "filter", 0, "FILTER",
	  "remove only what fits: label=KEY[=VALUE], label!=KEY[=VALUE]"),
	O(OPT_BOOL, force, "force", 'f', NULL, "do not ask"),
	OPT_END
};
#undef O

/* The filter all=1 asks for the same as --all. */
static int wants_all(const struct prune_opts *o, bool *ret, struct err *e)
{
	static const char *const keys[] = { "all", "label", "label!", NULL };

	*ret = o->all;
	TRY(filter_check(&o->filters, keys, e));
	for (size_t i = 0; i < o->filters.n; i++) {
		const char *v = filter_value(o->filters.v[i], "all");

		if (v && o->all)
			return err_set(e, EINVAL, "conflicting options: cannot "
				       "specify both --all and --filter all=1");
		if (v)
			TRY(filter_bool(v, ret, e));
	}
	return 0;
}

static bool fits(const struct strv *filters, const struct volume *v)
{
	const json_t *labels = json_object_get(v->about, "Labels");

	for (size_t i = 0; i < filters->n; i++) {
		const char *value = filter_value(filters->v[i], "label!");

		if (value && filter_label(labels, value))
			return false;
		value = filter_value(filters->v[i], "label");
		if (value && !filter_label(labels, value))
			return false;
	}
	return true;
}

static int remove_one(const struct store *s, const struct volume *v, int fd,
		      uint64_t *freed, struct err *e)
{
	const struct idmap_request any = { .mode = USERNS_AUTO };
	struct err ignored;
	struct idmap map;
	bool known = idmap_choose(&any, &map, &ignored) == 0;
	uint64_t bytes = 0;

	disk_usage(v->path, known ? &map : NULL, &bytes, &ignored);
	TRY(volume_remove_locked(s, v->name, fd, e));
	*freed += bytes;
	return 0;
}

/*
 * All candidates are locked before the records are read, so nobody puts one
 * in use between the look and the removal.
 */
int volume_prune(const struct store *s, const struct strv *filters, bool all,
		 struct strv *gone, uint64_t *freed, struct err *e)
{
	auto_volume_users struct volume_users users = { 0 };
	auto_free int *locks = NULL;
	struct volume *list;
	struct err why;
	size_t n;
	int r;

	volume_sweep(s);
	TRY(volume_list(s, &list, &n, e));
	locks = xcalloc(n, sizeof(int));
	for (size_t i = 0; i < n; i++) {
		locks[i] = -1;
		if ((all || volume_is_anonymous(&list[i])) &&
		    fits(filters, &list[i]))
			volume_lock(s, list[i].name, &locks[i], &why);
	}
	r = volume_users_read(s, &users, e);
	for (size_t i = 0; i < n; i++) {
		if (locks[i] < 0)
			continue;
		if (r == 0 && !volume_users_find(&users, list[i].name)) {
			if (remove_one(s, &list[i], locks[i], freed, &why) < 0)
				report_error(&why, 1);
			else
				strv_add(gone, list[i].name);
		}
		close(locks[i]);
	}
	volume_list_free(list, n);
	return r;
}

static int prune_run(void *opts, int argc UNUSED, char **argv UNUSED,
		     struct err *e)
{
	const struct prune_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_strv struct strv gone = { 0 };
	auto_free char *size = NULL;
	uint64_t freed = 0;
	bool all;

	TRY(wants_all(o, &all, e));
	if (!o->force)
		TRY(confirm_removal(all ? "all local volumes not used by at "
					"least one container" :
					"anonymous local volumes not used by "
					"at least one container",
				    "volume prune", e));
	TRY(store_open(&s, e));
	TRY(volume_prune(&s, &o->filters, all, &gone, &freed, e));
	if (gone.n)
		printf("Deleted Volumes:\n");
	for (size_t i = 0; i < gone.n; i++)
		printf("%s\n", gone.v[i]);
	size = format_size(freed);
	printf("%sTotal reclaimed space: %s\n", gone.n ? "\n" : "", size);
	return 0;
}

const struct cmd cmd_volume_prune = {
	.name = "volume prune",
	.args = "[OPTIONS]",
	.help = "remove anonymous volumes, or all, that no container uses",
	.example = "rl volume prune\n"
		   "rl volume prune -af --filter label!=keep",
	.opts = prune_opts,
	.opts_size = sizeof(struct prune_opts),
	.run = prune_run,
};
