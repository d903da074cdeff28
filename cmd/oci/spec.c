/* spec.c - rl-oci spec and features. */
#include "cmd/oci/oci.h"

#include "cmd/ui/dispatch.h"
#include "core/base/file.h"
#include "core/oci/words.h"

#include <stdio.h>

struct spec_opts {
	struct oci_globals g;
	const char *bundle;
	bool rootless;
};

static const struct opt spec_table[] = {
	OPT_ROW(OPT_STR, struct spec_opts, bundle, "bundle", 'b', "DIR",
		"folder to write it to (.)"),
	OPT_ROW(OPT_BOOL, struct spec_opts, rootless, "rootless", 0, NULL,
		"for this user alone, without root"),
	OPT_END
};

static int spec_run(void *opts, int argc UNUSED, char **argv UNUSED,
		    struct err *e)
{
	const struct spec_opts *o = opts;
	auto_close int dir = dir_open(AT_FDCWD, o->bundle ? o->bundle : ".",
				      e);
	auto_json json_t *v = oci_default_config(o->rootless, geteuid(),
						 getegid());
	auto_free char *text = json_dumps(v, JSON_INDENT(4));
	auto_free char *lines = xasprintf("%s\n", text);

	if (dir < 0)
		return dir;
	if (faccessat(dir, "config.json", F_OK, 0) == 0)
		return err_set(e, EEXIST, "file config.json exists. Remove it "
			       "first");
	return file_create(dir, "config.json", lines, 0644, e);
}

const struct cmd oci_cmd_spec = {
	.name = "spec",
	.program = "rl-oci",
	.args = "[OPTIONS]",
	.help = "write a config.json to start from",
	.example = "rl-oci spec --rootless",
	.opts = spec_table,
	.opts_size = sizeof(struct spec_opts),
	.run = spec_run,
};

static int features_run(void *opts UNUSED, int argc UNUSED,
			char **argv UNUSED, struct err *e UNUSED)
{
	auto_json json_t *v = oci_features(dispatch_version);
	auto_free char *text = json_dumps(v, JSON_INDENT(2));

	printf("%s\n", text);
	return 0;
}

const struct cmd oci_cmd_features = {
	.name = "features",
	.program = "rl-oci",
	.args = "",
	.help = "show what this runtime can do, as JSON",
	.opts_size = sizeof(struct oci_globals),
	.run = features_run,
};
