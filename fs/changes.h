#ifndef RL_CHANGES_H
#define RL_CHANGES_H
/*
 * changes.h - what a container changed of its image: its upper folder against
 * the layers below.
 *
 * Read without a mount, so while it runs too, and whichever driver wrote it:
 *
 *	deleted   a character device 0/0, an empty file with the xattr
 *	          user.overlay.whiteout, or a file .wh.NAME (fuse-overlayfs)
 *	opaque    a folder with user.overlay.opaque=y,
 *	          user.fuseoverlayfs.opaque=y or a file .wh..wh..opq: nothing
 *	          of the layers shows through
 *
 * With the copy driver upper/ is the whole tree, like an opaque root.  As
 * docker does it, what was copied up and is the same again is no change, and a
 * folder counts as changed when something in it is.  The mount points that
 * every container gets are left out as long as they are empty.
 *
 * The container may write to the folder meanwhile: nothing in it is opened
 * through a link.
 */
#include "core/base/err.h"

#include <sys/stat.h>

enum change_kind { CHANGE_MODIFY, CHANGE_ADD, CHANGE_DELETE };

struct change {
	enum change_kind kind;
	char *path; /* "/etc/passwd" */
};

struct change_list {
	struct change *v; /* a folder stands before what is in it */
	size_t n, cap;
};

struct changes_source {
	int upper;         /* the folder */
	const int *layers; /* folders, the uppermost first */
	size_t n_layers;
	bool whole;        /* upper is all there is: the copy driver */
};

/* Find them; as a process that may read all of the folders. */
int changes_find(const struct changes_source *src, struct change_list *ret,
		 struct err *e);
void change_list_release(struct change_list *l);
static inline void auto_changes_p(struct change_list *l)
{
	change_list_release(l);
}
#define auto_changes __attribute__((cleanup(auto_changes_p)))

/* Is this name in an upper folder a mark of a driver's, and no file? */
bool change_is_mark(const char *name);
/* Does this file of an upper folder, or a layer, say that a name is gone? */
bool change_is_whiteout(int dir, const char *name, const struct stat *st);
/* Does this folder of one, that nothing shows through? */
bool change_is_opaque(int fd);

#endif
