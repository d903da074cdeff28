#ifndef RL_BUILD_MERGE_MARKS_H
#define RL_BUILD_MERGE_MARKS_H
/*
 * merge_marks.h - what layers together delete of the ones below them, as the
 * marks of one layer (OCI image-spec, layer.md, "Whiteouts").
 */
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * `merged` is a mount of the layers alone, which `layers` (fds) are.  Append
 * names of empty files for a tar, "d/.wh.x", sorted, each once: of what is
 * gone; and "d/.wh..wh..opq" of folders that do not show the ones below.
 */
int merge_marks(int merged, const int *layers, size_t n, struct strv *ret,
		struct err *e);

#endif
