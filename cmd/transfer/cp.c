/* cp.c - rl cp: files into a container and out of it. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/event.h"
#include "fs/transfer/copy_end.h"
#include "fs/transfer/copy_rules.h"

#include <poll.h>
#include <stdio.h>

#define SPOOL (1 << 20)

extern const struct cmd cmd_cp;

struct cp_options {
	bool archive, follow, quiet;
};

static const struct opt options[] = {
	OPT_ROW(OPT_BOOL, struct cp_options, archive, "archive", 'a', NULL,
		"keep owners, as the ids that they have inside"),
	OPT_ROW(OPT_BOOL, struct cp_options, follow, "follow-link", 'L', NULL,
		"copy what SRC_PATH links to instead of the link"),
	OPT_ROW(OPT_BOOL, struct cp_options, quiet, "quiet", 'q', NULL,
		"do not say how much was copied"),
	OPT_END,
};

/* An operand, and what it turned out to be. */
struct side {
	char *container; /* NULL: here */
	char *typed, *path;
	bool stream;     /* "-" */
};

struct cp {
	const struct cp_options *o;
	struct side from, to;
	struct store store;
	struct container container;
	struct container_root root;
	const char *folder;
	int input;       /* the tar of "-" */
};

static void side_release(struct side *s)
{
	free(s->container);
	free(s->typed);
	free(s->path);
}

/* ---- the operands ---- */

static int read_side(const char *text, struct side *ret, struct err *e)
{
	auto_free char *cwd = NULL;

	copy_split(text, &ret->container, &ret->typed);
	ret->stream = streq(text, "-");
	if (ret->container) {
		ret->path = copy_absolute("/", ret->typed);
		return 0;
	}
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return err_sys(e, "find the current folder");
	ret->path = copy_absolute(cwd, ret->typed);
	return 0;
}

static int read_sides(struct cp *c, char **argv, struct err *e)
{
	if (!*argv[0])
		return err_set(e, EINVAL, "source can not be empty");
	if (!*argv[1])
		return err_set(e, EINVAL, "destination can not be empty");
	TRY(read_side(argv[0], &c->from, e));
	TRY(read_side(argv[1], &c->to, e));
	if (c->from.container && c->to.container)
		return err_set(e, EINVAL, "copying between containers is not "
			       "supported");
	if (!c->from.container && !c->to.container)
		return err_set(e, EINVAL, "must specify at least one container "
			       "source");
	return 0;
}

/* This user, and nobody else. */
static void own_map(struct idmap *ret)
{
	*ret = (struct idmap){ .kind = IDMAP_SINGLE };
	ret->uid.n = ret->gid.n = 1;
	ret->uid.e[0] = (struct id_extent){ 0, geteuid(), 1 };
	ret->gid.e[0] = (struct id_extent){ 0, getegid(), 1 };
}

static struct copy_end end_of(struct cp *c, const struct side *s, bool own)
{
	struct copy_end end = {
		.root = s->container ? &c->root : NULL, .name = s->container,
		.typed = s->typed, .path = s->path, .owners = c->o->archive,
		.idmap = c->root.idmap,
	};

	if (own)
		own_map(&end.idmap);
	return end;
}

/* ---- what they name ---- */

static int find_source(struct cp *c, const struct copy_end *from,
		       struct copy_found *ret, struct err *e)
{
	TRY(copy_source(from, c->o->follow, ret, e));
	if (ret->exists)
		return 0;
	if (ret->code == ENOENT && from->root)
		return err_set(e, ENOENT, "Could not find the file %s in "
			       "container %s", from->typed, from->name);
	errno = ret->code;
	return ret->code == ENOENT ?
		       err_set(e, ENOENT, "lstat %s: no such file or "
			       "directory", from->path) :
		       err_sys(e, "%s", from->path);
}

static int check_kind(const struct copy_end *to, const struct copy_found *f,
		      struct err *e)
{
	if (!f->exists || S_ISDIR(f->mode) || S_ISREG(f->mode))
		return 0;
	if (to->root)
		return err_set(e, EINVAL, "destination \"%s:%s\" must be a "
			       "directory or a regular file", to->name,
			       to->typed);
	return err_set(e, EINVAL, "invalid output path: \"%s\" must be a "
		       "directory or a regular file", to->typed);
}

/* A target here has a folder to be in. */
static int check_folder(const struct copy_end *to, const struct copy_found *f,
			struct err *e)
{
	auto_free char *folder = copy_folder(f->path);
	struct copy_end above = *to;
	struct copy_found found;

	if (f->exists || to->root)
		return 0;
	above.path = folder;
	TRY(copy_target(&above, &found, e));
	if (!found.exists)
		return err_set(e, ENOENT, "invalid output path: directory "
			       "\"%s\" does not exist", folder);
	return S_ISDIR(found.mode) ? 0 :
	       err_set(e, ENOTDIR, "\"%s\" is not a directory", folder);
}

static int find_target(const struct copy_end *to, struct copy_found *ret,
		       struct err *e)
{
	TRY(copy_target(to, ret, e));
	if (!ret->exists && ret->code != ENOENT) {
		errno = ret->code;
		return err_sys(e, "%s", to->path);
	}
	TRY(check_kind(to, ret, e));
	return check_folder(to, ret, e);
}

/* ---- copying ---- */

static int tell(const struct cp *c, const struct copy_job *j)
{
	auto_free char *size = format_size(j->progress->bytes);
	uint64_t n = j->progress->left_out;

	event_add_container(&c->store, &c->container, c->to.container ?
			    "extract-to-dir" : "archive-path", NULL);
	if (n)
		fprintf(stderr, "rl: %llu device node%s left out\n",
			(unsigned long long)n, n == 1 ? " was" : "s were");
	if (c->o->quiet || !isatty(1) || c->to.stream)
		return 0;
	fprintf(stderr, "Successfully copied %s to %s%s%s\n", size,
		c->to.container ? c->to.container : "",
		c->to.container ? ":" : "",
		c->to.container ? c->folder : c->to.path);
	return 0;
}

/* What a tar on stdin holds has names of its own. */
static int copy_stdin(struct cp *c, const struct copy_end *to, struct err *e)
{
	struct copy_job j = { .to = to, .in = c->input, .out = -1 };
	struct copy_found found;

	TRY(find_target(to, &found, e));
	if (!found.exists || !S_ISDIR(found.mode))
		return err_set(e, ENOTDIR, "destination \"%s:%s\" must be a "
			       "directory", to->name, to->typed);
	j.folder = c->folder = found.path;
	TRY(copy_run(&j, e));
	return tell(c, &j);
}

static int copy_files(struct cp *c, const struct copy_end *from,
		      const struct copy_end *to, struct err *e)
{
	auto_free char *name = copy_name(from->path);
	auto_free char *folder = NULL, *as = NULL;
	struct copy_job j = { .from = from, .to = to, .in = -1, .out = 1,
			      .follow = c->o->follow, .as = name };
	struct copy_found source, target;

	TRY(find_source(c, from, &source, e));
	if (to) {
		struct copy_target t = { target.path, false, false };

		TRY(find_target(to, &target, e));
		t.exists = target.exists;
		t.is_dir = S_ISDIR(target.mode);
		TRY(copy_decide(name, S_ISDIR(source.mode), &t, &folder, &as,
				e));
		j.folder = c->folder = folder;
		j.as = as;
	}
	TRY(copy_run(&j, e));
	return tell(c, &j);
}

/* All of stdin, in a file without a name. */
static int spool(const struct store *s, struct err *e)
{
	auto_close int fd = openat(s->fd, "incoming", O_TMPFILE | O_RDWR |
				   O_CLOEXEC, 0600);
	auto_free char *buf = xmalloc(SPOOL);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "make a temporary file in %s", s->path);
	while ((n = read(0, buf, SPOOL)) > 0)
		if (fd_write_all(fd, buf, n) < 0)
			return err_sys(e, "write a temporary file");
	if (n < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "read stdin");
	return steal_fd(fd);
}

/*
 * "rl cp off:/a - | rl cp - off:/b": who waits for the other's tar must not
 * hold the container, nor leave the tar in the pipe while the other does.
 */
static int await_stdin(struct cp *c, struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	struct pollfd p = { 0, POLLIN, 0 };
	struct err busy;

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	TRY(container_state_read(&c->container, &st, e));
	if (container_status_runs(st.status) ||
	    container_lock(&c->container, &busy) != -EBUSY)
		return 0;
	c->input = spool(&c->store, e);
	return c->input < 0 ? c->input : 0;
}

static int copy(struct cp *c, struct err *e)
{
	struct side *inside = c->from.container ? &c->from : &c->to;
	struct copy_end from, to;

	TRY(store_open(&c->store, e));
	TRY(container_find(&c->store, inside->container, &c->container, e));
	if (c->from.stream)
		TRY(await_stdin(c, e));
	TRY(container_root_open(&c->store, &c->container, true, &c->root, e));
	from = end_of(c, &c->from, false);
	to = end_of(c, &c->to, !c->o->archive);
	if (c->from.stream)
		return copy_stdin(c, &to, e);
	if (c->to.stream && isatty(1))
		return err_set(e, EINVAL, "cowardly refusing to write an "
			       "archive to a terminal: redirect it");
	return copy_files(c, &from, c->to.stream ? NULL : &to, e);
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	struct cp c = { .o = opts, .store = STORE_INIT,
			.container = CONTAINER_INIT,
			.root = CONTAINER_ROOT_INIT };
	int r = read_sides(&c, argv, e);

	if (r == 0)
		r = copy(&c, e);
	container_root_release(&c.root);
	container_release(&c.container);
	store_release(&c.store);
	side_release(&c.from);
	side_release(&c.to);
	return r;
}

const struct cmd cmd_cp = {
	.name = "cp",
	.aliases = "container cp",
	.args = "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|- | "
		"SRC_PATH|- CONTAINER:DEST_PATH",
	.help = "copy files and folders between a container and here",
	.example = "rl cp web:/etc/nginx .",
	.opts = options,
	.opts_size = sizeof(struct cp_options),
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
