#ifndef RL_BUNDLE_WORKER_H
#define RL_BUNDLE_WORKER_H
/*
 * bundle_worker.h - the confined reader of an image archive.
 *
 * It writes the archive's files as "/0", "/1", ... (names in an archive are
 * never paths) and then "/index": for each of them its cleaned name and the
 * name it links to (empty: none), both ended by NUL.  A link has a number
 * but no file.
 */
#include "core/base/err.h"

#define BUNDLE_FILES_MAX 20000
#define BUNDLE_INDEX_MAX (16 << 20)

/* In the confined process: read the archive `fd` into its root. */
int bundle_extract(int fd, struct err *e);

#endif
