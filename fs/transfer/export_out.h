#ifndef RL_EXPORT_OUT_H
#define RL_EXPORT_OUT_H
/*
 * export_out.h - where an export goes: a tar on an fd, or a folder.
 *
 * Members are written in the order of the calls.  The bytes depend on names
 * and contents only: mtime 0, owner 0, fixed modes.
 */
#include "core/base/err.h"

struct export_out {
	int fd;  /* of the tar, or -1: */
	int dir; /* the folder */
};
#define EXPORT_OUT_INIT { .fd = -1, .dir = -1 }

/* A folder; its parent was written before it. */
int export_folder(struct export_out *o, const char *name, struct err *e);
/* A file with this text. */
int export_text(struct export_out *o, const char *name, const char *text,
		struct err *e);
/*
 * A file with the content of `fd`, whose digest must be this one.
 * -EBADMSG: it is another.  -EINTR: a signal to end, which the caller has
 * blocked, is pending.
 */
int export_blob(struct export_out *o, const char *name, int fd,
		const char *digest, struct err *e);
/* The tar's end; a folder needs none. */
int export_end(struct export_out *o, struct err *e);

#endif
