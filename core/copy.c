/* copy.c - bytes, holes and attributes from one file to another. */
#include "core/copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

/* What overlayfs keeps in its layers is no business of a copy. */
#define OPAQUE_XATTR "user.overlay.opaque"
#define XATTR_MAX 65536

/* [from, to) of both files. */
static int copy_range(int in, int out, off_t from, off_t to, struct err *e)
{
	off_t at = from, put = from;
	ssize_t n = 1;

	while (at < to && n > 0)
		n = copy_file_range(in, &at, out, &put, to - at, 0);
	if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
		      errno == EOPNOTSUPP)) {
		if (lseek(out, at, SEEK_SET) < 0)
			return err_sys(e, "copy a file");
		for (n = 1; at < to && n > 0;)
			n = sendfile(out, in, &at, to - at);
	}
	return n < 0 ? err_sys(e, "copy a file") : 0;
}

/* Only what is data: a file that is mostly holes must not fill the disk. */
int copy_data(int in, int out, struct err *e)
{
	off_t at = 0, end = 0;
	struct stat st;

	if (ioctl(out, FICLONE, in) == 0)
		return 0;
	while ((at = lseek(in, end, SEEK_DATA)) >= 0) {
		end = lseek(in, at, SEEK_HOLE);
		if (end < 0)
			return err_sys(e, "read a file");
		TRY(copy_range(in, out, at, end, e));
	}
	if (errno != ENXIO)
		return err_sys(e, "read a file");
	if (fstat(in, &st) < 0 || ftruncate(out, st.st_size) < 0)
		return err_sys(e, "copy a file");
	return 0;
}

static void copy_xattrs(int in, int out)
{
	char names[XATTR_MAX], value[XATTR_MAX];
	ssize_t n = flistxattr(in, names, sizeof(names));

	for (ssize_t i = 0; i < n; i += strlen(names + i) + 1) {
		ssize_t k = fgetxattr(in, names + i, value, sizeof(value));

		if (k >= 0 && !streq(names + i, OPAQUE_XATTR))
			fsetxattr(out, names + i, value, k, 0);
	}
}

int copy_attributes(int in, int out, const struct stat *st, struct err *e)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };

	if ((fchown(out, st->st_uid, st->st_gid) < 0 && errno != EINVAL) ||
	    fchmod(out, st->st_mode & 07777) < 0)
		return err_sys(e, "set owner and mode of a copy");
	copy_xattrs(in, out);
	futimens(out, times);
	return 0;
}

static int copy_link(int in, const char *from, int out, const char *to,
		     struct err *e)
{
	char target[4096];
	ssize_t n = readlinkat(in, from, target, sizeof(target) - 1);

	if (n < 0)
		return err_sys(e, "read the link %s", from);
	target[n] = '\0';
	if (symlinkat(target, out, to) < 0)
		return err_sys(e, "link %s", to);
	return 0;
}

int copy_special(int in, const char *from, int out, const char *to,
		 const struct stat *st, struct err *e)
{
	bool device = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
	struct timespec times[2] = { st->st_atim, st->st_mtim };

	if (S_ISLNK(st->st_mode)) {
		TRY(copy_link(in, from, out, to, e));
	} else if (mknodat(out, to, st->st_mode, st->st_rdev) < 0) {
		/* a user namespace gets none: user_namespaces(7) */
		return device && errno == EPERM ? 0 :
		       err_sys(e, "create %s", to);
	}
	if (fchownat(out, to, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno != EINVAL)
		return err_sys(e, "set the owner of %s", to);
	utimensat(out, to, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}
