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

static int read_dockerfile(struct build *b, int dir, struct err *e)
{
	auto_free char *path = NULL;
	int r = dockerfile_read(dir, b->o->file, &path, &b->d, e);

	if (r == -ENOENT && b->o->file && dir != b->context &&
	    faccessat(b->context, b->o->file, F_OK, 0) == 0)
		return err_wrap(e, "-f is a path from here, though the context "
				"has a %s", b->o->file);
	TRY(r);
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
	const char *name; /* of the archive */
	const char *path; /* the folder */
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
		err_set(e, EINVAL, "%s is neither a folder, a tar archive nor "
			"a Dockerfile on stdin", u->name);
}

/* In a container's folder: a build that is killed leaves it to be swept. */
static int unpack_tar(struct build *b, int in, const char *name, struct err *e)
{
	auto_free char *path = NULL;
	struct unpacking u = { .in = in, .name = name };

	TRY(build_folder_make(b, &b->tar_folder, e));
	u.path = path = xasprintf("%s/upper", b->tar_folder.path);
	if (idmap_run_inside(&b->map, unpack_inside, &u, e) < 0)
		return err_wrap(e, "unpack the context");
	b->context = dir_open(b->tar_folder.fd, "upper", e);
	return b->context < 0 ? b->context : 0;
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
		r = unpack_tar(b, fd, "stdin", e);
	close(fd);
	if (r == 0 && b->context >= 0)
		r = read_dockerfile(b, b->context, e);
	return r;
}

/* ---- a folder, or the file of a tar ---- */

static int open_path(struct build *b, const char *path, struct err *e)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open the context %s", path);
	if (S_ISREG(st.st_mode))
		return unpack_tar(b, fd, path, e);
	b->context = dir_open(AT_FDCWD, path, e);
	return b->context < 0 ? b->context : 0;
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
	TRY(open_path(b, context, e));
	if (file_on_stdin) {
		TRY(ignore_read(-1, NULL, b->context, &b->ignore, e));
		return parse_fd(b, 0, e);
	}
	/* -f is looked for where we are, as docker does; in a tar, inside */
	return read_dockerfile(b, b->o->file && b->tar_folder.fd < 0 ?
			       AT_FDCWD : b->context, e);
}

void build_context_close(struct build *b)
{
	struct err ignored;

	if (b->context >= 0)
		close(b->context);
	b->context = -1;
	ignore_release(&b->ignore);
	if (b->tar_folder.fd >= 0)
		container_remove(&b->store, &b->tar_folder, -1, &ignored);
	container_release(&b->tar_folder);
}
