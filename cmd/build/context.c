/* context.c - a folder, a tar or a Dockerfile alone. */
#include "cmd/build/context.h"

#include "core/base/file.h"
#include "fs/build/copy_parts.h"
#include "fs/dockerfile/find.h"

#include <sys/mount.h>

/* ---- the Dockerfile ---- */

static int parse(struct build *b, const char *name, const char *text, size_t n,
		 struct err *e)
{
	return dockerfile_parse(name, text, n, &b->d, e);
}

static int parse_fd(struct build *b, int fd, struct err *e)
{
	auto_free char *text = NULL;
	size_t n = 0;

	TRY(fd_read_all(fd, "the Dockerfile", DOCKERFILE_MAX, &text, &n, e));
	return parse(b, "Dockerfile", text, n, e);
}

/* -f is looked for where we are, as docker does; in a tar, inside of it. */
static int read_dockerfile(struct build *b, int dir, struct err *e)
{
	auto_free char *path = NULL;

	TRY(dockerfile_read(dir, b->o->file, &path, &b->d, e));
	return ignore_read(dir, path, b->context, &b->ignore, e);
}

/* ---- a tar on stdin ---- */

/* Into a file, since the kind of archive is found out by reading it twice. */
static int spool(struct build *b, const void *head, size_t n, struct err *e)
{
	auto_close int fd = openat(b->store.fd, "incoming", O_TMPFILE |
				   O_RDWR | O_CLOEXEC, 0600);
	auto_free char *buf = xmalloc(1 << 20);
	ssize_t got;

	if (fd < 0)
		return err_sys(e, "make a temporary file in %s",
			       b->store.path);
	if (fd_write_all(fd, head, n) < 0)
		return err_sys(e, "write the context");
	while ((got = read(0, buf, 1 << 20)) > 0)
		if (fd_write_all(fd, buf, got) < 0)
			return err_sys(e, "write the context");
	return got < 0 ? err_sys(e, "read the context") : steal_fd(fd);
}

struct unpacking {
	int in;
	const char *path;
};

static int unpack_inside(void *arg, struct err *e)
{
	const struct unpacking *u = arg;
	static const struct df_copy none;
	/* a context's owners are nobody's */
	const struct build_copy c = { .copy = &none, .note_owner = true,
				      .root_path = u->path };
	auto_close int dir = dir_open(AT_FDCWD, u->path, e);
	int r;

	TRY(dir);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	r = copy_unpack(&c, u->in, dir, "/", e);
	return r < 0 ? r : r ? 0 :
		err_set(e, EINVAL, "stdin is neither a Dockerfile nor a tar "
			"archive");
}

/* In a container's folder: a build that is killed leaves it to be swept. */
static int unpack_tar(struct build *b, int in, struct err *e)
{
	auto_free char *path = NULL;
	struct unpacking u = { .in = in };

	TRY(build_folder_make(b, &b->stdin_folder, e));
	u.path = path = xasprintf("%s/upper", b->stdin_folder.path);
	if (idmap_run_inside(&b->map, unpack_inside, &u, e) < 0)
		return err_wrap(e, "unpack the context");
	b->context = dir_open(b->stdin_folder.fd, "upper", e);
	TRY(b->context);
	return read_dockerfile(b, b->context, e);
}

static bool is_text(const char *p, size_t n)
{
	return !memchr(p, '\0', n) &&
	       (n < 3 || (memcmp(p, "\x1f\x8b", 2) != 0 &&
			  memcmp(p, "BZh", 3) != 0));
}

static int read_stdin(struct build *b, struct err *e)
{
	auto_str struct str head = { 0 };
	char buf[4096];
	ssize_t n = 1;
	int fd, r;

	while (head.len < 512 && (n = read(0, buf, sizeof(buf))) > 0)
		str_add(&head, buf, n);
	if (n < 0)
		return err_sys(e, "read stdin");
	fd = spool(b, str_text(&head), head.len, e);
	TRY(fd);
	if (lseek(fd, 0, SEEK_SET) < 0)
		r = err_sys(e, "read stdin again");
	else if (is_text(str_text(&head), head.len))
		r = parse_fd(b, fd, e);
	else
		r = unpack_tar(b, fd, e);
	close(fd);
	return r;
}

/* ---- all of it ---- */

int build_context_open(struct build *b, const char *context, struct err *e)
{
	bool file_on_stdin = b->o->file && streq(b->o->file, "-");

	if (strstr(context, "://") || skip_prefix(context, "git@"))
		return err_set(e, EOPNOTSUPP, "'%s': a context is a folder or "
			       "\"-\", URLs are not supported (fetch it "
			       "first)", context);
	if (streq(context, "-") && file_on_stdin)
		return err_set(e, EINVAL, "invalid argument: can't use stdin "
			       "for both build context and dockerfile");
	if (streq(context, "-"))
		return read_stdin(b, e);
	b->context = dir_open(AT_FDCWD, context, e);
	TRY(b->context);
	if (file_on_stdin) {
		TRY(ignore_read(-1, NULL, b->context, &b->ignore, e));
		return parse_fd(b, 0, e);
	}
	return read_dockerfile(b, b->o->file ? AT_FDCWD : b->context, e);
}

void build_context_close(struct build *b)
{
	struct err ignored;

	if (b->context >= 0)
		close(b->context);
	b->context = -1;
	ignore_release(&b->ignore);
	if (b->stdin_folder.fd >= 0)
		container_remove(&b->store, &b->stdin_folder, -1, &ignored);
	container_release(&b->stdin_folder);
}
