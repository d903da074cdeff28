#ifndef RL_SYNC_H
#define RL_SYNC_H
/*
 * sync.h - the one protocol between the supervisor and what it starts, over
 * a SOCK_SEQPACKET pair.
 *
 *	supervisor                      setup / init
 *	----------                      ------------
 *	clone3(user namespace, ...)  -> starts, mounts what needs no ids
 *	writes the id maps
 *	SYNC_MAPPED                  -> becomes root inside
 *	                             <- SYNC_PID    (two-stage start: init's
 *	                                pidfd, then setup leaves)
 *	                             <- SYNC_HOOKS  (mounts are made)
 *	SYNC_MAPPED                  -> the hooks have run
 *	                             <- SYNC_TTY    (the pty's master fd)
 *	                             <- SYNC_NOTIFY (the seccomp listener fd)
 *	                             <- SYNC_WAITING (it will wait to be started)
 *	SYNC_MAPPED                  -> that is written down
 *	                             <- SYNC_READY  (execve is next)
 *	end of file                     execve closed the socket: it runs
 *	                             <- SYNC_ERROR  (at any point: its err)
 *
 * An end of file before SYNC_READY is an error: the other side died.
 *
 * An init that waits to be started (spec.start_sock) says SYNC_READY, closes
 * the socket, and says the rest, from SYNC_READY on, to whom it accepts.
 */
#include "core/base/err.h"

enum sync_type {
	SYNC_MAPPED = 1, SYNC_PID, SYNC_TTY, SYNC_NOTIFY, SYNC_READY,
	SYNC_ERROR, SYNC_HOOKS, SYNC_WAITING,
};

struct sync_msg {
	enum sync_type type;
	char step[24]; /* SYNC_ERROR: the step that failed */
	struct err err;
};

/* A connected pair, close-on-exec. */
int sync_pair(int ret[2], struct err *e);
/* Send one message, with an fd if `fd` >= 0. */
int sync_send(int sock, enum sync_type type, int fd, struct err *e);
int sync_send_error(int sock, const char *step, const struct err *err);
/*
 * Receive one; *ret_fd is the caller's, or -1.  Returns 0 on end of file, 1
 * for a message.
 */
int sync_recv(int sock, struct sync_msg *ret, int *ret_fd, struct err *e);
/* Receive exactly this type; SYNC_ERROR becomes *e. */
int sync_expect(int sock, enum sync_type type, struct err *e);

#endif
