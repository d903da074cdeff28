/* image_prune.c - `rl image prune`: remove the images that nothing needs. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <time.h>

#include "cmd/image_facts.h"
#include "cmd/image_prune.h"
#include "cmd/ui/confirm.h"
#include "cmd/ui/filter.h"

struct prune_opts {
	bool all, force;
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
	OPT_END
};
#undef O

int image_prune_check(const struct strv *filters, struct err *e)
{
	static const char *const keys[] = { "until", "label", "label!",
					    "dangling", NULL };

	TRY(filter_check(filters, keys, e));
	for (size_t i = 0; i < filters->n; i++) {
		const char *v = filter_value(filters->v[i], "until");
		int64_t ignored;

		if (v)
			TRY(date_until(v, time(NULL), &ignored, e));
	}
	return 0;
}

static bool one_fits(const char *f, const struct image *img)
{
	const char *v;
	struct err ignored;
	int64_t until;

	if ((v = filter_value(f, "until")))
		return date_until(v, time(NULL), &until, &ignored) == 0 &&
		       image_created(img) < until;
	if ((v = filter_value(f, "label!")))
		return !filter_label(img->config.labels, v);
	if ((v = filter_value(f, "label")))
		return filter_label(img->config.labels, v);
	return true;
}

static bool fits(const struct strv *filters, const struct image *img)
{
	for (size_t i = 0; i < filters->n; i++)
		if (!one_fits(filters->v[i], img))
			return false;
	return true;
}

/* dangling=false asks for the same as --all. */
static int wants_all(const struct prune_opts *o, bool *ret, struct err *e)
{
	*ret = o->all;
	for (size_t i = 0; i < o->filters.n; i++) {
		const char *v = filter_value(o->filters.v[i], "dangling");
		bool dangling;

		if (!v)
			continue;
		TRY(filter_bool(v, &dangling, e));
		*ret = !dangling;
	}
	return 0;
}

static int delete_all(const struct store *s, const struct strv *filters,
		      bool all, struct image_removal *done, struct err *e)
{
	auto_image_users struct image_users users = { 0 };
	struct image *list;
	size_t n;
	int r = 0;

	TRY(image_users_read(s, &users, e));
	TRY(image_list(s, &list, &n, e));
	for (size_t i = 0; r == 0 && i < n; i++) {
		if ((list[i].names.n > 0 && !all) ||
		    image_users_find(&users, &list[i]) ||
		    !fits(filters, &list[i]))
			continue;
		r = image_delete(s, &list[i], done, e);
	}
	image_list_free(list, n);
	return r;
}

int image_prune(const struct store *s, const struct strv *filters, bool all,
		struct image_removal *done, uint64_t *freed, struct err *e)
{
	uint64_t bytes = 0;

	TRY(delete_all(s, filters, all, done, e));
	TRY(store_collect(s, &bytes, e));
	*freed += bytes;
	return 0;
}

void image_prune_print(const struct image_removal *done)
{
	if (done->deleted.n)
		printf("Deleted Images:\n");
	for (size_t i = 0; i < done->untagged.n; i++)
		printf("untagged: %s\n", done->untagged.v[i]);
	for (size_t i = 0; i < done->deleted.n; i++)
		printf("deleted: %s\n", done->deleted.v[i]);
	if (done->deleted.n)
		printf("\n");
}

static int prune_run(void *opts, int argc UNUSED, char **argv UNUSED,
		     struct err *e)
{
	const struct prune_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	struct image_removal done = { 0 };
	auto_free char *size = NULL;
	uint64_t freed = 0;
	bool all;
	int r;

	TRY(image_prune_check(&o->filters, e));
	TRY(wants_all(o, &all, e));
	if (!o->force)
		TRY(confirm_removal(all ? "all images without at least one "
					"container associated to them" :
					"all dangling images",
				    "image prune", e));
	TRY(store_open(&s, e));
	r = image_prune(&s, &o->filters, all, &done, &freed, e);
	image_prune_print(&done);
	size = format_size(freed);
	printf("Total reclaimed space: %s\n", size);
	image_removal_release(&done);
	return r;
}

const struct cmd cmd_image_prune = {
	.name = "image prune",
	.args = "[OPTIONS]",
	.help = "remove images without a name, or all that are not used",
	.example = "rl image prune\n"
		   "rl image prune -af --filter until=240h",
	.opts = prune_opts,
	.opts_size = sizeof(struct prune_opts),
	.run = prune_run,
};
