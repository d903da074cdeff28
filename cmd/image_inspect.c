/* image_inspect.c - `rl image inspect`: all that is known of images. */
#include "cmd/cmd.h"

#include "cmd/image_json.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"

struct inspect_opts {
	const char *format, *platform;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct inspect_opts, m, n, l, a, h)
static const struct opt inspect_opts[] = {
	{ .name = "format", .letter = 'f', .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct inspect_opts, format),
	  .help = HELP_FORMAT_OBJECT, .parse = format_option },
	O(OPT_STR, platform, "platform", 0, "OS/ARCH",
	  "of an image for several platforms, the one to show"),
	OPT_END
};
#undef O

static int inspect_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct inspect_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_json json_t *all = json_array();
	auto_str struct str out = { 0 };
	struct platform want;
	int code = 0;

	if (o->platform)
		TRY(platform_parse(o->platform, &want, e));
	TRY(store_open(&s, e));
	for (int i = 0; i < argc; i++) {
		auto_image struct image img = { 0 };
		struct err why = { 0 };

		if (image_find(&s, argv[i], o->platform ? &want : NULL, &img,
			       &why) < 0)
			code = report_error(&why, 1);
		else
			json_array_append_new(all, image_json(&img));
	}
	TRY(format_objects(all, o->format, &out, e));
	report_text(str_text(&out));
	return code;
}

const struct cmd cmd_image_inspect = {
	.name = "image inspect",
	.args = "[OPTIONS] IMAGE [IMAGE...]",
	.help = "show all that is known of images, as JSON",
	.example = "rl image inspect busybox\n"
		   "rl image inspect -f '{{json .Config.Env}}' busybox\n"
		   "rl image inspect -f '{{index .Config.Labels \"x\"}}' app",
	.opts = inspect_opts,
	.opts_size = sizeof(struct inspect_opts),
	.min_args = 1,
	.max_args = -1,
	.run = inspect_run,
};
