#ifndef RL_TREE_WRITER_H
#define RL_TREE_WRITER_H
/*
 * tree_writer.h - the entries of an archive become files below "/", which is
 * the layer's own folder: the caller is shut in there.
 */
#include "fs/transfer/unpack.h"

struct archive;

/*
 * Write every entry.  `single`: only our own id can own files; what belongs
 * to another is noted in the xattr user.containers.override_stat.  What cannot
 * be kept is counted in *notes.
 */
int tree_write(struct archive *a, bool single, struct unpack_notes *notes,
	       struct err *e);

#endif
