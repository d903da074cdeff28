/* images.c - `rl images`: what is in the store. */
#include "cmd/cmd.h"

#include <fnmatch.h>
#include <time.h>

#include "cmd/image_facts.h"
#include "cmd/ui/filter.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/table.h"

struct images_opts {
	bool all, digests, no_trunc, quiet;
	struct strv filters;
	const char *format;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct images_opts, m, n, l, a, h)
static const struct opt images_opts[] = {
	{ .name = "all", .letter = 'a', .kind = OPT_BOOL,
	  .offset = offsetof(struct images_opts, all),
	  .help = "show all images (there are no hidden ones: no effect)" },
	O(OPT_BOOL, digests, "digests", 0, NULL, "show the manifests' digests"),
	O(OPT_LIST, filters, "filter", 'f', "FILTER",
	  "show only what fits: dangling=BOOL, label=KEY[=VALUE], "
	  "reference=PATTERN, before=IMAGE, since=IMAGE"),
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct images_opts, format),
	  .help = HELP_FORMAT_LIST, .parse = format_option },
	O(OPT_BOOL, no_trunc, "no-trunc", 0, NULL, "do not shorten the IDs"),
	O(OPT_BOOL, quiet, "quiet", 'q', NULL, "show only the IDs"),
	OPT_END
};
#undef O

static const struct table_column columns[] = {
	{ "Containers", "CONTAINERS" }, { "CreatedAt", "CREATED AT" },
	{ "CreatedSince", "CREATED" },	{ "Digest", "DIGEST" },
	{ "ID", "IMAGE ID" },		{ "Repository", "REPOSITORY" },
	{ "SharedSize", "SHARED SIZE" }, { "Size", "SIZE" },
	{ "Tag", "TAG" },		{ "UniqueSize", "UNIQUE SIZE" },
	{ "VirtualSize", "SIZE" },	{ NULL, NULL },
};

#define LAYOUT(digest)                                                \
	"{{.Repository}}\t{{.Tag}}\t" digest "{{.ID}}\t{{.CreatedSince}}" \
	"\t{{.Size}}"

/* What the filters ask, resolved once. */
struct query {
	const struct images_opts *opts;
	const char *pattern; /* the operand, or NULL */
	const struct strv *filters;
	int64_t before, since; /* 0: not asked */
	int64_t now;
};

static int resolve_date(const struct store *s, const char *name, int64_t *ret,
			struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_find(s, name, NULL, &img, e));
	*ret = image_created(&img);
	return 0;
}

static int resolve(const struct store *s, struct query *q, struct err *e)
{
	static const char *const keys[] = { "dangling", "label", "reference",
					    "before", "since", NULL };

	TRY(filter_check(q->filters, keys, e));
	for (size_t i = 0; i < q->filters->n; i++) {
		const char *f = q->filters->v[i], *v;
		bool ignored;

		if ((v = filter_value(f, "before")))
			TRY(resolve_date(s, v, &q->before, e));
		if ((v = filter_value(f, "since")))
			TRY(resolve_date(s, v, &q->since, e));
		if ((v = filter_value(f, "dangling")))
			TRY(filter_bool(v, &ignored, e));
	}
	return 0;
}

static bool image_fits(const struct query *q, const struct image *img)
{
	int64_t created = image_created(img);
	struct err ignored;

	if ((q->before && created >= q->before) ||
	    (q->since && created <= q->since))
		return false;
	for (size_t i = 0; i < q->filters->n; i++) {
		const char *f = q->filters->v[i], *v;
		bool dangling = false;

		if ((v = filter_value(f, "label")) &&
		    !filter_label(img->config.labels, v))
			return false;
		v = filter_value(f, "dangling");
		if (v && filter_bool(v, &dangling, &ignored) == 0 &&
		    dangling != (img->names.n == 0))
			return false;
	}
	return true;
}

/* A pattern fits "repository", or "repository:tag"; '*' stops at a slash. */
static bool pattern_fits(const char *pattern, const struct image_name *n)
{
	auto_free char *full = xasprintf("%s:%s", n->repository, n->tag);

	return fnmatch(pattern, n->repository, FNM_PATHNAME) == 0 ||
	       fnmatch(pattern, full, FNM_PATHNAME) == 0;
}

static const char *without_hub(const char *pattern)
{
	const char *s = skip_prefix(pattern, "docker://");

	pattern = s ? s : pattern;
	s = skip_prefix(pattern, "docker.io/");
	pattern = s ? s : pattern;
	s = skip_prefix(pattern, "library/");
	return s ? s : pattern;
}

/* One of several reference= filters is enough. */
static bool name_fits(const struct query *q, const struct image_name *n)
{
	bool asked = false, fits = false;

	if (q->pattern && !pattern_fits(without_hub(q->pattern), n))
		return false;
	for (size_t i = 0; i < q->filters->n; i++) {
		const char *v = filter_value(q->filters->v[i], "reference");

		asked |= v != NULL;
		fits |= v && pattern_fits(without_hub(v), n);
	}
	return !asked || fits;
}

static void set_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_string(text ? text : ""));
	free(text);
}

static json_t *make_row(const struct query *q, const struct image *img,
			const struct image_name *n, size_t containers)
{
	int64_t created = image_created(img);
	bool full = q->opts->no_trunc;
	json_t *row = json_object();

	set_text(row, "Containers", xasprintf("%zu", containers));
	set_text(row, "CreatedAt",
		 created > 0 ? date_text(created) : xstrdup("N/A"));
	set_text(row, "CreatedSince", date_ago(created, q->now));
	set_text(row, "Digest", xstrdup(n->digest));
	set_text(row, "ID", full ? xstrdup(img->id)
				 : xstrndup(SHORT_ID(img->id), SHORT_ID_LEN));
	set_text(row, "Repository", xstrdup(n->repository));
	set_text(row, "SharedSize", xstrdup("N/A"));
	set_text(row, "Size", format_size(image_size(img)));
	set_text(row, "Tag", xstrdup(n->tag));
	set_text(row, "UniqueSize", xstrdup("N/A"));
	set_text(row, "VirtualSize", format_size(image_size(img)));
	return row;
}

/* The rows of one image: one a name, or one without any. */
static void add_rows(const struct query *q, const struct image *img,
		     size_t containers, json_t *rows)
{
	for (size_t i = 0; i < img->names.n; i++) {
		auto_image_name struct image_name n = { 0 };

		image_name_split(img->names.v[i], &n);
		free(n.digest);
		n.digest = xstrdup(img->origins.v[i]);
		if (name_fits(q, &n))
			json_array_append_new(rows, make_row(q, img, &n,
							     containers));
	}
	if (img->names.n == 0) {
		struct image_name n = { (char *)"<none>", (char *)"<none>",
					(char *)"<none>" };

		if (name_fits(q, &n))
			json_array_append_new(rows, make_row(q, img, &n,
							     containers));
	}
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = image_created(a), y = image_created(b);

	return x == y ? strcmp(((const struct image *)a)->id,
			       ((const struct image *)b)->id)
		      : (x < y) - (x > y);
}

/* With -q each image once, however many names it has. */
static void keep_ids_once(json_t *rows)
{
	for (size_t i = json_array_size(rows); i-- > 1;) {
		const json_t *id = json_object_get(json_array_get(rows, i),
						   "ID");

		for (size_t k = 0; k < i; k++) {
			const json_t *other = json_object_get(
				json_array_get(rows, k), "ID");

			if (json_equal(id, other)) {
				json_array_remove(rows, i);
				break;
			}
		}
	}
}

static int collect_rows(const struct store *s, struct query *q, json_t *rows,
			struct err *e)
{
	auto_image_users struct image_users users = { 0 };
	struct image *list;
	size_t n;

	TRY(resolve(s, q, e));
	TRY(image_users_read(s, &users, e));
	TRY(image_list(s, &list, &n, e));
	qsort(list, n, sizeof(*list), newest_first);
	for (size_t i = 0; i < n; i++)
		if (image_fits(q, &list[i]))
			add_rows(q, &list[i],
				 image_users_count(&users, &list[i]), rows);
	image_list_free(list, n);
	return 0;
}

static int images_run(void *opts, int argc, char **argv, struct err *e)
{
	struct images_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_json json_t *rows = json_array();
	struct query q = { .opts = o, .pattern = argc ? argv[0] : NULL,
			   .filters = &o->filters, .now = time(NULL) };
	struct table_view view = { .columns = columns };
	const char *format = o->format;

	view.layout = o->digests ? LAYOUT("{{.Digest}}\t") : LAYOUT("");
	if (o->quiet && (!format || streq(format, "table")))
		format = "{{.ID}}";
	TRY(store_open(&s, e));
	TRY(collect_rows(&s, &q, rows, e));
	if (o->quiet)
		keep_ids_once(rows);
	return table_print(&view, rows, format, e);
}

const struct cmd cmd_images = {
	.name = "images",
	.aliases = "image ls,image list",
	.args = "[OPTIONS] [REPOSITORY[:TAG]]",
	.help = "list images (SIZE: the layers as they were downloaded)",
	.example = "rl images\n"
		   "rl images debian\n"
		   "rl images --filter dangling=true -q\n"
		   "rl images --format '{{.Repository}}:{{.Tag}} {{.Size}}'",
	.opts = images_opts,
	.opts_size = sizeof(struct images_opts),
	.max_args = 1,
	.run = images_run,
};
