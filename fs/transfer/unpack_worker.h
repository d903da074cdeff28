#ifndef RL_UNPACK_WORKER_H
#define RL_UNPACK_WORKER_H
/*
 * unpack_worker.h - the process that reads one layer, or one image archive
 * (bundle_worker.h), or inflates one file, shut in the folder that it fills.
 *
 * What it can do is in confine.h; it has two fds, its input and the pipe for
 * its report, one struct unpack_report.  A layer is read by two threads:
 *
 *	blob -> inflate, sha256 -> ring of chunks -> tar -> files
 *
 * The diffID is compared here too.  So who can take over this process with a
 * layer's bytes can spoil that layer, under any diffID that its own image
 * names, and nothing else.
 */
#include "fs/transfer/unpack.h"

#include <limits.h>

enum unpack_kind { UNPACK_LAYER, UNPACK_BUNDLE, UNPACK_PLAIN };

struct unpack_request {
	enum unpack_kind kind;
	char  path[PATH_MAX]; /* the folder, and what it must turn out to be */
	dev_t dev;
	ino_t ino;
	bool  single;         /* there is but one id */
	char  diff_id[DIGEST_MAX]; /* of a layer */
};

/* How a layer went; smaller than PIPE_BUF, so it arrives whole. */
struct unpack_report {
	bool failed;
	struct err e;
	struct unpack_notes notes;
};

/*
 * In a fresh child of the unpacker, in namespaces of its own: confine it,
 * unpack what `in` reads, write the report to `out`, exit.
 */
NORETURN void unpack_worker(const struct unpack_request *r, int in, int out);

#endif
