/* output_tree.c - -o type=local and type=tar. */
#include "cmd/build/output_tree.h"

#include "cmd/build/copy_job.h"
#include "cmd/transfer/target.h"
#include "core/base/file.h"
#include "fs/transfer/tar_out.h"

#include <sys/mount.h>

/* It finds its way to the step in the instruction, which comes first. */
struct tree_job {
	struct df_instruction in;
	struct step *s;
	struct strv layers;
	int out; /* a folder, or a file */
};

/* ---- in the child, root of the id map's namespace ---- */

static int mount_tree(struct tree_job *j, struct err *e)
{
	auto_close int at = dir_open(AT_FDCWD, j->s->c.path, e);

	TRY(at);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	return step_mount_layers(j->s, &j->s->layers.paths, at, e);
}

static int write_folder(void *arg, struct err *e)
{
	struct tree_job *j = arg;
	auto_close int root = mount_tree(j, e);
	struct df_copy copy = { 0 };
	struct build_copy c = { .copy = &copy, .dest = "/", .into = true,
				.note_owner = true };
	int r;

	TRY(root);
	strv_add(&copy.sources, "/");
	r = build_copy_run(&c, root, j->out, e);
	strv_release(&copy.sources);
	return r;
}

static int write_tar(void *arg, struct err *e)
{
	struct tree_job *j = arg;
	auto_close int root = mount_tree(j, e);
	const struct tar_out_options o = {
		.own_ids = true, .sparse = TAR_OUT_SPARSE,
		.clamp = j->s->b->clamp, .newest = j->s->b->epoch,
	};
	struct tar_out *t;
	int r;

	TRY(root);
	TRY(tar_out_new(j->out, &o, &t, e));
	r = tar_out_tree(t, root, ".", "", e);
	if (r >= 0)
		r = tar_out_end(t, NULL, e);
	tar_out_free(t);
	return r < 0 ? r : 0;
}

/* ---- the parent ---- */

static struct tree_job *job_of(struct step *s)
{
	struct tree_job *j = (struct tree_job *)(void *)s->in;

	j->s = s;
	return j;
}

static int folder_step(struct step *s, struct err *e)
{
	return step_run_inside(s, write_folder, job_of(s), e);
}

static int tar_step(struct step *s, struct err *e)
{
	return step_run_inside(s, write_tar, job_of(s), e);
}

int output_folder(struct build *b, struct stage *st, const char *dest,
		  struct err *e)
{
	struct tree_job j = { 0 };
	auto_close int out = -1;

	TRY(mkdir_parents(AT_FDCWD, dest, 0755, e));
	out = dir_open(AT_FDCWD, dest, e);
	TRY(out);
	j.out = out;
	return build_in_folder(b, st, &j.in, folder_step, e);
}

struct tar_target {
	struct build *b;
	struct stage *st;
};

static int write_to(void *arg, int fd, struct err *e)
{
	const struct tar_target *t = arg;
	struct tree_job j = { .out = fd };

	return build_in_folder(t->b, t->st, &j.in, tar_step, e);
}

int output_tar(struct build *b, struct stage *st, const char *dest,
	       struct err *e)
{
	struct tar_target t = { b, st };

	return target_file(dest, "build", write_to, &t, e);
}
