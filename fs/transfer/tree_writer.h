#ifndef RL_TREE_WRITER_H
#define RL_TREE_WRITER_H
/*
 * tree_writer.h - the entries of an archive become files below "/", which is
 * the layer's own folder: the caller is shut in there.
 */
#include "fs/transfer/unpack.h"

struct archive;

/* What is made of an entry. */
struct tree_rules {
	bool single;     /* only our own id can own files; what belongs to another
			  * is noted in the xattr user.containers.override_stat */
	bool copy;       /* docker cp: whiteouts are files, a folder is never
			  * replaced by another file or in turn, the first
			  * folder keeps its attributes */
	bool replace;    /* ADD: but another file goes, whatever it is, and the
			  * first folder gets attributes, too */
	bool owned;      /* all of it belongs to: */
	uid_t uid;
	gid_t gid;
	bool no_owner;   /* all of it is ours, */
	bool no_set_ids; /* and nobody becomes us by it */
};

/* Write every entry.  What cannot be kept is counted in *notes. */
int tree_write(struct archive *a, const struct tree_rules *rules,
	       struct unpack_notes *notes, struct err *e);

#endif
