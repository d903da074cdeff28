/* volume_inspect.c - `rl volume inspect`: all that is known of volumes. */
#include "cmd/cmd.h"

#include "cmd/volume_json.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"

struct inspect_opts {
	const char *format;
};

static const struct opt inspect_opts[] = {
	{ .name = "format", .letter = 'f', .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct inspect_opts, format),
	  .help = HELP_FORMAT_OBJECT, .parse = format_option },
	OPT_END
};

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
