/* save.c - rl save: images as an archive or an OCI folder. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/transfer/export.h"

#include <signal.h>

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

/*
 * Where a whole result appears: a hidden name beside it, renamed at the end.
 * So what is there already stays until the new one is complete.
 */
struct target {
	char *folder; /* of the result, */
	char *name;   /* its name there, */
	char *temp;   /* and the one until then */
	int dir;
};

static void target_release(struct target *t)
{
	free(t->folder);
	free(t->name);
	free(t->temp);
	if (t->dir >= 0)
		close(t->dir);
}
#define auto_target __attribute__((cleanup(target_release)))

static int target_open(const char *path, struct target *t, struct err *e)
{
	auto_free char *copy = xstrdup(path), *hidden = NULL;
	char *slash;

	for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	slash = strrchr(copy, '/');
	t->name = xstrdup(slash ? slash + 1 : copy);
	if (slash)
		slash[slash == copy] = '\0';
	t->folder = xstrdup(slash ? copy : ".");
	t->dir = dir_open(AT_FDCWD, t->folder, e);
	if (t->dir < 0)
		return err_wrap(e, "the folder of '%s'", path);
	hidden = xasprintf(".%.200s", t->name);
	t->temp = temp_name(hidden);
	return 0;
}

typedef int fill_fn(const struct target *t, const struct job *j,
		    struct err *e);

static int fill_file(const struct target *t, const struct job *j,
		     struct err *e)
{
	auto_close int fd = openat(t->dir, t->temp, O_WRONLY | O_CREAT |
				   O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, "create %s/%s", t->folder, t->temp);
	TRY(export_to(j, fd, -1, e));
	return fsync(fd) < 0 ? err_sys(e, "write %s/%s", t->folder, t->name) :
			       0;
}

static int fill_folder(const struct target *t, const struct job *j,
		       struct err *e)
{
	auto_close int dir = -1;

	if (mkdirat(t->dir, t->temp, 0755) < 0)
		return err_sys(e, "create %s/%s", t->folder, t->temp);
	dir = dir_open(t->dir, t->temp, e);
	if (dir < 0)
		return dir;
	TRY(export_to(j, -1, dir, e));
	return syncfs(dir) < 0 ? err_sys(e, "write %s/%s", t->folder,
					 t->name) : 0;
}

/*
 * Signals that end us are held back until the half is removed or the whole
 * renamed; export_blob() stops for them.
 */
static int target_fill(const struct target *t, const struct job *j,
		       fill_fn *fill, struct err *e)
{
	struct err ignored;
	sigset_t ends, old;
	int r;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &old);
	r = fill(t, j, e);
	if (r == 0 && renameat(t->dir, t->temp, t->dir, t->name) < 0)
		r = err_sys(e, "write %s/%s", t->folder, t->name);
	if (r < 0)
		tree_remove(t->dir, t->temp, &ignored);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

static int save_whole(const struct job *j, const char *path, fill_fn *fill,
		      struct err *e)
{
	auto_target struct target t = { .dir = -1 };

	TRY(target_open(path, &t, e));
	return target_fill(&t, j, fill, e);
}

/* A device, a pipe: nothing to rename. */
static int save_into(const struct job *j, const char *path, struct err *e)
{
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(e, "open %s", path);
	return export_to(j, fd, -1, e);
}

static int save_stdout(const struct job *j, struct err *e)
{
	if (j->format == EXPORT_OCI_DIR)
		return err_set(e, EINVAL, "oci-dir is a folder: name it with "
			       "-o FOLDER");
	if (isatty(1))
		return err_set(e, EINVAL, "cowardly refusing to save to a "
			       "terminal. Use the -o flag or redirect");
	return export_to(j, 1, -1, e);
}

static int save(const struct job *j, const char *output, struct err *e)
{
	struct stat st;

	if (!output || streq(output, "-"))
		return save_stdout(j, e);
	if (j->format == EXPORT_OCI_DIR)
		return save_whole(j, output, fill_folder, e);
	if (stat(output, &st) < 0 || S_ISREG(st.st_mode))
		return save_whole(j, output, fill_file, e);
	if (S_ISDIR(st.st_mode))
		return err_set(e, EISDIR, "'%s' is a folder (an archive is a "
			       "file; --format oci-dir writes a folder)",
			       output);
	return save_into(j, output, e);
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
