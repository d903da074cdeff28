/* rmi.c - `rl rmi`: take names off images; with the last one the image goes. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "cmd/image_facts.h"
#include "cmd/image_remove.h"
#include "cmd/ui/report.h"

struct rmi_opts {
	bool force, no_prune;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct rmi_opts, m, n, l, a, h)
static const struct opt rmi_opts[] = {
	O(OPT_BOOL, force, "force", 'f', NULL,
	  "remove the image though it has several names or a container uses "
	  "it; a missing image is no failure"),
	{ .name = "no-prune", .kind = OPT_BOOL, .hidden = true,
	  .offset = offsetof(struct rmi_opts, no_prune), .help = "" },
	OPT_END
};
#undef O

/* The full name that `typed` stands for if it is one of the image's. */
static char *typed_name(const struct image *img, const char *typed)
{
	auto_ref struct ref ref = { 0 };
	auto_free char *full = NULL;
	struct err ignored;

	if (ref_parse(typed, &ref, &ignored) < 0)
		return NULL;
	full = ref_full(&ref);
	return strv_has(&img->names, full) ? steal_ptr(full) : NULL;
}

static int used_by_name(const char *name, const struct image *img,
			const char *container, struct err *e)
{
	auto_free char *shown = image_familiar(name);

	return err_set(e, EBUSY, "conflict: unable to remove repository "
		       "reference \"%.120s\" (must force) - container %.12s "
		       "is using its referenced image %.12s (rl rmi -f takes "
		       "the name off all the same)", shown, container,
		       SHORT_ID(img->id));
}

/* May the image go with all its names? */
static int check_delete(const struct image *img, size_t names,
			const char *user, bool force, struct err *e)
{
	if (force)
		return 0;
	if (names > 1)
		return err_set(e, EBUSY, "conflict: unable to delete %.12s "
			       "(must be forced) - image is referenced in "
			       "multiple repositories (rl rmi -f removes it "
			       "with all its %zu names)", SHORT_ID(img->id),
			       names);
	if (user)
		return err_set(e, EBUSY, "conflict: unable to delete %.12s "
			       "(must be forced) - image is being used by "
			       "container %.12s", SHORT_ID(img->id), user);
	return 0;
}

/* One image's manifests: a registry's and an archive's differ. */
struct manifests {
	struct image *list; /* of all images */
	size_t n, same, names;
};

static int read_manifests(const struct store *s, const struct image *img,
			  struct manifests *ret, struct err *e)
{
	TRY(image_list(s, &ret->list, &ret->n, e));
	for (size_t i = 0; i < ret->n; i++) {
		if (!streq(ret->list[i].id, img->id))
			continue;
		ret->same++;
		ret->names += ret->list[i].names.n;
	}
	return 0;
}

static void manifests_release(struct manifests *m)
{
	image_list_free(m->list, m->n);
}

/* By its ID: whatever manifests and names it has. */
static int delete_all(const struct store *s, const struct manifests *m,
		      const char *id, struct image_removal *done,
		      struct err *e)
{
	for (size_t i = 0; i < m->n; i++)
		if (streq(m->list[i].id, id))
			TRY(image_forget(s, &m->list[i], done, e));
	strv_add(&done->deleted, id);
	return 0;
}

static int remove_name(const struct store *s, const struct image *img,
		       const struct manifests *m, const char *name,
		       struct image_removal *done, struct err *e)
{
	if (img->names.n > 1)
		return image_untag(s, name, done, e);
	return m->same > 1 ? image_forget(s, img, done, e) :
			     image_delete(s, img, done, e);
}

static int remove_found(const struct store *s, const struct image *img,
			const char *typed, const char *user, bool force,
			struct image_removal *done, struct err *e)
{
	__attribute__((cleanup(manifests_release)))
	struct manifests m = { 0 };
	auto_free char *name = typed_name(img, typed);

	TRY(read_manifests(s, img, &m, e));
	if (!name) {
		TRY(check_delete(img, m.names, user, force, e));
		return delete_all(s, &m, img->id, done, e);
	}
	if (m.names == 1 && user && !force)
		return used_by_name(name, img, user, e);
	return remove_name(s, img, &m, name, done, e);
}

static int remove_one(const struct store *s, const struct image_users *users,
		      const char *typed, bool force,
		      struct image_removal *done, struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_find(s, typed, NULL, &img, e));
	return remove_found(s, &img, typed, image_users_find(users, &img),
			    force, done, e);
}

static void print_removal(const struct image_removal *done)
{
	for (size_t i = 0; i < done->untagged.n; i++)
		printf("Untagged: %s\n", done->untagged.v[i]);
	for (size_t i = 0; i < done->deleted.n; i++)
		printf("Deleted: %s\n", done->deleted.v[i]);
}

static int rmi_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct rmi_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_image_users struct image_users users = { 0 };
	bool deleted = false;
	int code = 0;

	TRY(store_open(&s, e));
	TRY(image_users_read(&s, &users, e));
	for (int i = 0; i < argc; i++) {
		struct image_removal done = { 0 };
		struct err why = { 0 };
		int r = remove_one(&s, &users, argv[i], o->force, &done, &why);

		print_removal(&done);
		deleted |= done.deleted.n > 0;
		image_removal_release(&done);
		if (r < 0)
			report_error(&why, 1);
		if (r < 0 && !(o->force && r == -ENOENT))
			code = 1;
	}
	if (deleted)
		TRY(store_collect(&s, NULL, e));
	return code;
}

const struct cmd cmd_rmi = {
	.name = "rmi",
	.aliases = "image rm,image remove",
	.args = "[OPTIONS] IMAGE [IMAGE...]",
	.help = "remove images: a name, and with the last name the image",
	.example = "rl rmi busybox\n"
		   "rl rmi -f 2d61ae04c2b8",
	.opts = rmi_opts,
	.opts_size = sizeof(struct rmi_opts),
	.min_args = 1,
	.max_args = -1,
	.run = rmi_run,
};
