/* copy_tree.c - files and folders copied, with the owner and mode asked for. */
#include "fs/build/copy_parts.h"

#include "core/base/file.h"
#include "core/copy.h"

#include <stdio.h>
#include <sys/xattr.h>

/* ---- owner, mode, times ---- */

/* A stage's owner may be noted in it, where there is one id. */
static int note_owner(const struct build_copy *c, int in, int fd, mode_t mode,
		      struct err *e)
{
	uid_t uid = c->uid;
	gid_t gid = c->gid;
	char text[64];
	ssize_t n;

	if (!c->owned) {
		n = in < 0 || !c->keep_owner ? -1 :
			fgetxattr(in, COPY_OVERRIDE, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
		if (n <= 0 || sscanf(text, "%u:%u", &uid, &gid) != 2)
			return 0;
	} else if (!uid && !gid) {
		return 0;
	}
	snprintf(text, sizeof(text), "%u:%u:%o", uid, gid, mode);
	return fsetxattr(fd, COPY_OVERRIDE, text, strlen(text), 0) < 0 ?
		       err_sys(e, "note the owner %u:%u", uid, gid) : 0;
}

static int own(const struct build_copy *c, int in, int fd,
	       const struct stat *st, mode_t mode, struct err *e)
{
	uid_t uid = c->owned ? c->uid : c->keep_owner ? st->st_uid : 0;
	gid_t gid = c->owned ? c->gid : c->keep_owner ? st->st_gid : 0;
	bool held;

	if (c->note_owner)
		return note_owner(c, in, fd, mode, e);
	/* what is there already may have another */
	held = fchown(fd, uid, gid) == 0;
	if (!held && (errno != EINVAL || !c->owned))
		return err_sys(e, "give it to %u:%u", uid, gid);
	/* the id map may have no such id: then the owner is noted, too */
	return held && c->owned ? 0 : note_owner(c, in, fd, mode, e);
}

static mode_t mode_of(const struct build_copy *c, mode_t mode)
{
	return c->moded ? chmod_apply(&c->mode, mode) : mode & 07777;
}

/* Owner first: chown(2) takes setuid bits away. */
int copy_finish(const struct build_copy *c, int in, int fd,
		const struct stat *st, struct err *e)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	mode_t mode = mode_of(c, st->st_mode);

	TRY(own(c, in, fd, st, (st->st_mode & S_IFMT) | mode, e));
	if (fchmod(fd, mode) < 0 || futimens(fd, times) < 0)
		return err_sys(e, "set mode and time");
	return 0;
}

static void copy_xattr(int in, int out, const char *name)
{
	char value[4096];
	ssize_t n = fgetxattr(in, name, value, sizeof(value));

	if (n > 0)
		(void)!fsetxattr(out, name, value, n, 0);
}

bool copy_takes_xattr(const char *name)
{
	return (skip_prefix(name, "user.") && !streq(name, COPY_OVERRIDE) &&
		!skip_prefix(name, "user.overlay.")) ||
	       streq(name, "security.capability");
}

/* Capabilities of files, and what users put there. */
static void copy_xattrs(int in, int out)
{
	char names[4096];
	ssize_t n = flistxattr(in, names, sizeof(names));

	for (const char *p = names; n > 0 && p < names + n;
	     p += strlen(p) + 1)
		if (copy_takes_xattr(p))
			copy_xattr(in, out, p);
}

/* ---- files ---- */

int copy_file(const struct build_copy *c, int in, const struct stat *st,
	      int to, const char *as, struct err *e)
{
	auto_close int out = -1;

	if (unlinkat(to, as, 0) < 0 && errno == EISDIR)
		return err_set(e, EISDIR, "%s is a folder there", as);
	out = openat(to, as, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return err_sys(e, "create %s", as);
	TRY(copy_data(in, out, e));
	copy_xattrs(in, out);
	return copy_finish(c, in, out, st, e);
}

/* A link, a fifo, a socket. */
static int copy_other(const struct build_copy *c, int dir, const char *name,
		      const struct stat *from, int to, const char *as,
		      struct err *e)
{
	struct stat st = *from;

	if (!c->keep_owner || c->note_owner)
		st.st_uid = st.st_gid = 0;
	if (c->owned && !c->note_owner) {
		st.st_uid = c->uid;
		st.st_gid = c->gid;
	}
	if (unlinkat(to, as, 0) < 0 && errno == EISDIR)
		return err_set(e, EISDIR, "%s is a folder there", as);
	return copy_special(dir, name, to, as, &st, e);
}

/* ---- folders ---- */

/* Where what is in a folder goes. */
struct into {
	const struct build_copy *c;
	int out;
};

static int copy_name(void *arg, int dir, const char *name,
		     const struct copy_place *p, struct err *e)
{
	struct into *i = arg;

	return copy_entry(i->c, dir, name, p, i->out, name, e);
}

int copy_tree(const struct build_copy *c, int in, const struct copy_place *p,
	      int out, struct err *e)
{
	struct into i = { c, out };

	return copy_each(in, p, copy_name, &i, e);
}

static int copy_folder(const struct build_copy *c, int in,
		       const struct copy_place *p, const struct stat *st,
		       int to, const char *as, bool itself, struct err *e)
{
	auto_close int out = -1;
	bool made = mkdirat(to, as, 0700) == 0;

	if (!made && errno != EEXIST)
		return err_sys(e, "create the folder %s", as);
	out = openat(to, as, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0 && (errno == ENOTDIR || errno == ELOOP))
		return err_set(e, ENOTDIR, "/%s is a folder, %s is there "
			       "already and none: a RUN rm takes it away",
			       p->path, as);
	if (out < 0)
		return err_sys(e, "open the folder %s", as);
	TRY(copy_tree(c, in, p, out, e));
	/* nothing was brought back into it: then it is not there, either */
	if (!itself && made && unlinkat(to, as, AT_REMOVEDIR) == 0)
		return 0;
	if (!itself && !made)
		return 0;
	copy_xattrs(in, out);
	return copy_finish(c, in, out, st, e);
}

int copy_entry(const struct build_copy *c, int dir, const char *name,
	       const struct copy_place *p, int to, const char *as,
	       struct err *e)
{
	enum copy_wanted wanted = copy_wanted(c, p);
	auto_close int in = -1;
	struct stat st;

	if (wanted == COPY_NO)
		return 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "look at %s", p->path);
	if (wanted == COPY_BELOW && !S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return copy_other(c, dir, name, &st, to, as, e);
	in = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (in < 0)
		return err_sys(e, "read %s", p->path);
	return S_ISDIR(st.st_mode) ?
		       copy_folder(c, in, p, &st, to, as,
				   wanted == COPY_YES, e) :
		       copy_file(c, in, &st, to, as, e);
}
