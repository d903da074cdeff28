#ifndef RL_UNPACK_WORKER_H
#define RL_UNPACK_WORKER_H
/*
 * unpack_worker.h - the process that reads one layer, shut in the folder
 * that it fills.
 *
 * It has user, mount, pid, net and ipc namespaces of its own, no root but
 * the folder, two fds (the blob, the pipe for its report), the capabilities
 * that writing files of any owner takes and no other, and no way to get
 * more.  What it reports is one struct unpack_report.
 */
#include "fs/transfer/unpack.h"

#include <limits.h>

struct unpack_request {
	char  path[PATH_MAX]; /* the folder, and what it must turn out to be */
	dev_t dev;
	ino_t ino;
	bool  single;         /* there is but one id */
	char  diff_id[DIGEST_MAX];
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
