/* save.c - rl save: images as an archive or an OCI folder. */
#include "cmd/cmd.h"

#include "cmd/transfer/target.h"
#include "fs/transfer/export.h"

#include <sys/stat.h>

extern const struct cmd cmd_save;

struct save_options {
	const char *output, *format, *platform;
};

static const struct opt options[] = {
	OPT_ROW(OPT_STR, struct save_options, output, "output", 'o', "FILE",
		"file or folder to write instead of stdout"),
	OPT_ROW(OPT_STR, struct save_options, format, "format", 0, "FORMAT",
		"docker-archive (default), oci-archive or oci-dir"),
	OPT_ROW(OPT_STR, struct save_options, platform, "platform", 0,
		"OS/ARCH", "the platform to choose"),
	OPT_END,
};

struct job {
	struct store s;
	char *const *names;
	const struct platform *want;
	enum export_format format;
};

static int export_to(const struct job *j, int fd, int dir, struct err *e)
{
	struct export_out o = { fd, dir };

	return export_images(&j->s, j->names, j->want, j->format, &o, e);
}

static int write_archive(void *arg, int fd, struct err *e)
{
	return export_to(arg, fd, -1, e);
}

static int write_folder(void *arg, int dir, struct err *e)
{
	return export_to(arg, -1, dir, e);
}

static int save(struct job *j, const char *output, struct err *e)
{
	bool to_stdout = !output || streq(output, "-");
	struct stat st;

	if (j->format == EXPORT_OCI_DIR && to_stdout)
		return err_set(e, EINVAL, "oci-dir is a folder: name it with "
			       "-o FOLDER");
	if (j->format == EXPORT_OCI_DIR)
		return target_folder(output, write_folder, j, e);
	if (!to_stdout && stat(output, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, EISDIR, "'%s' is a folder (an archive is a "
			       "file; --format oci-dir writes a folder)",
			       output);
	return target_file(output, "save", write_archive, j, e);
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	struct save_options *o = opts;
	struct job j = { .s = STORE_INIT, .names = argv };
	struct platform want;
	int r;

	if (o->format)
		TRY(export_format_parse(o->format, &j.format, e));
	if (o->platform) {
		TRY(platform_parse(o->platform, &want, e));
		j.want = &want;
	}
	TRY(store_open(&j.s, e));
	r = save(&j, o->output, e);
	store_release(&j.s);
	return r < 0 ? err_wrap(e, "save") : 0;
}

const struct cmd cmd_save = {
	.name = "save",
	.aliases = "image save",
	.args = "[OPTIONS] IMAGE [IMAGE...]",
	.help = "write images to an archive, a folder or stdout",
	.example = "rl save -o busybox.tar busybox:latest",
	.opts = options,
	.opts_size = sizeof(struct save_options),
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
