#ifndef RL_TARGET_H
#define RL_TARGET_H
/*
 * target.h - where a command's result goes: stdout, a device, or a file or
 * folder that appears whole.
 */
#include "core/base/err.h"

/*
 * Where a whole result appears: a hidden name beside it, renamed at the end.
 * So what is there already stays until the new one is complete.
 */
struct target {
	char *folder; /* of the result, */
	char *name;   /* its name there, */
	char *temp;   /* and the one until then */
	int dir;
};

typedef int target_fn(void *arg, int fd, struct err *e);

/* Write a folder by fn(arg, fd of the new folder). */
int target_folder(const char *path, target_fn *fn, void *arg, struct err *e);
/*
 * Write a file, a device or a pipe, or (NULL and "-") stdout, unless that is
 * a terminal, by fn(arg, fd).  `verb` is what is refused there ("save").
 */
int target_file(const char *path, const char *verb, target_fn *fn, void *arg,
		struct err *e);

#endif
