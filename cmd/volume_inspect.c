/* volume_inspect.c - `rl volume inspect`: all that is known of volumes. */
#include "cmd/cmd.h"

#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "fs/volume.h"

struct inspect_opts {
	const char *format;
};

static const struct opt inspect_opts[] = {
	{ .name = "format", .letter = 'f', .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct inspect_opts, format),
	  .help = HELP_FORMAT_OBJECT, .parse = format_option },
	OPT_END
};

/* A member of volume.json, or null. */
static void copy_member(json_t *to, const struct volume *v, const char *key)
{
	json_t *value = json_object_get(v->about, key);

	json_object_set(to, key, value ? value : json_null());
}

static json_t *volume_json(const struct volume *v)
{
	json_t *ret = json_object();

	json_object_set_new(ret, "CreatedAt", json_string(volume_created(v)));
	json_object_set_new(ret, "Driver", json_string("local"));
	copy_member(ret, v, "Labels");
	json_object_set_new(ret, "Mountpoint", json_string(v->path));
	json_object_set_new(ret, "Name", json_string(v->name));
	copy_member(ret, v, "Options");
	json_object_set_new(ret, "Scope", json_string("local"));
	return ret;
}

static int inspect_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct inspect_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_json json_t *all = json_array();
	auto_str struct str out = { 0 };
	int code = 0;

	TRY(store_open(&s, e));
	for (int i = 0; i < argc; i++) {
		auto_volume struct volume v = { 0 };
		struct err why = { 0 };

		if (volume_find(&s, argv[i], &v, &why) < 0)
			code = report_error(&why, 1);
		else
			json_array_append_new(all, volume_json(&v));
	}
	TRY(format_objects(all, o->format, &out, e));
	report_text(str_text(&out));
	return code;
}

const struct cmd cmd_volume_inspect = {
	.name = "volume inspect",
	.args = "[OPTIONS] VOLUME [VOLUME...]",
	.help = "show all that is known of volumes, as JSON",
	.example = "rl volume inspect data\n"
		   "rl volume inspect -f '{{.Mountpoint}}' data",
	.opts = inspect_opts,
	.opts_size = sizeof(struct inspect_opts),
	.min_args = 1,
	.max_args = -1,
	.run = inspect_run,
};
