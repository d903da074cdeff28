/* inspect.c - `rl inspect`: containers, images, volumes by any name. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "cmd/container/inspect_json.h"
#include "cmd/image_json.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "cmd/volume_json.h"

struct inspect_opts {
	const char *format, *type;
	bool size;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct inspect_opts, m, n, l, a, h)
#define FORMAT_ROW                                                          \
	{ .name = "format", .letter = 'f', .kind = OPT_CALL,                \
	  .arg = "FORMAT", .offset = offsetof(struct inspect_opts, format), \
	  .help = HELP_FORMAT_OBJECT, .parse = format_option }
#define SIZE_ROW \
	O(OPT_BOOL, size, "size", 's', NULL, \
	  "show what a container takes on the disk")
static const struct opt inspect_opts[] = {
	FORMAT_ROW, SIZE_ROW,
	O(OPT_STR, type, "type", 0, "TYPE",
	  "only what is a container, an image or a volume"),
	OPT_END
};
static const struct opt container_opts[] = { FORMAT_ROW, SIZE_ROW, OPT_END };
#undef O

/* ---- one of each kind: -ENOENT when there is none of that name ---- */

static int container(const struct store *s, const char *name, bool size,
		     json_t **ret, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;
	struct entry n;
	int r;

	TRY(container_find(s, name, &c, e));
	TRY(entry_read(&c, &n, e));
	r = inspect_json(s, &n, size, ret, e);
	entry_release(&n);
	return r;
}

static int image(const struct store *s, const char *name, bool size,
		 json_t **ret, struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_find(s, name, NULL, &img, e));
	if (size)
		fprintf(stderr, "rl: WARNING: --size ignored for images\n");
	*ret = image_json(&img);
	return 0;
}

static int volume(const struct store *s, const char *name, bool size,
		  json_t **ret, struct err *e)
{
	auto_volume struct volume v = { 0 };

	TRY(volume_find(s, name, &v, e));
	if (size)
		fprintf(stderr, "rl: WARNING: --size ignored for volumes\n");
	*ret = volume_json(&v);
	return 0;
}

/* In docker's order. */
static const struct {
	const char *type;
	int (*read)(const struct store *s, const char *name, bool size,
		    json_t **ret, struct err *e);
} kinds[] = {
	{ "container", container }, { "image", image }, { "volume", volume },
};

static int find(const struct store *s, const char *name,
		const struct inspect_opts *o, json_t **ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int r;

		if (o->type && !streq(o->type, kinds[i].type))
			continue;
		r = kinds[i].read(s, name, o->size, ret, e);
		/* what is no name of an image may be a volume's */
		if (r == 0 || o->type || (r != -ENOENT && r != -EINVAL))
			return r;
	}
	return err_set(e, ENOENT, "No such object: %.200s", name);
}

static int inspect_all(const struct inspect_opts *o, int argc, char **argv,
		       struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_json json_t *all = json_array();
	auto_str struct str out = { 0 };
	int code = 0;

	TRY(store_open(&s, e));
	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };
		json_t *one;

		if (find(&s, argv[i], o, &one, &why) < 0)
			code = report_error(&why, 1);
		else
			json_array_append_new(all, one);
	}
	TRY(format_objects(all, o->format, &out, e));
	report_text(str_text(&out));
	return code;
}

static int inspect_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct inspect_opts *o = opts;
	bool known = !o->type;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && !known; i++)
		known = streq(kinds[i].type, o->type);
	if (!known)
		return err_set(e, EINVAL, "\"%.40s\" is not a valid value for "
			       "--type: it is container, image or volume",
			       o->type);
	return inspect_all(o, argc, argv, e);
}

static int container_run(void *opts, int argc, char **argv, struct err *e)
{
	struct inspect_opts *o = opts;

	o->type = "container";
	return inspect_all(o, argc, argv, e);
}

const struct cmd cmd_inspect = {
	.name = "inspect",
	.args = "[OPTIONS] NAME|ID [NAME|ID...]",
	.help = "show all that is known of containers, images or volumes",
	.example = "rl inspect web\n"
		   "rl inspect -f '{{.State.Pid}}' web\n"
		   "rl inspect --type volume data",
	.opts = inspect_opts,
	.opts_size = sizeof(struct inspect_opts),
	.min_args = 1,
	.max_args = -1,
	.run = inspect_run,
};

const struct cmd cmd_container_inspect = {
	.name = "container inspect",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "show all that is known of containers, as JSON",
	.example = "rl container inspect web\n"
		   "rl container inspect -f '{{json .Mounts}}' web",
	.opts = container_opts,
	.opts_size = sizeof(struct inspect_opts),
	.min_args = 1,
	.max_args = -1,
	.run = container_run,
};
