#ifndef RL_HUB_WIRE_H
#define RL_HUB_WIRE_H
/*
 * hub_wire.h - the protocol between a supervisor and those who attach, over
 * SOCK_SEQPACKET: one struct hub_msg a packet, as long as it has content.
 *
 *	client                          supervisor
 *	------                          ----------
 *	HUB_ATTACH (what it wants)   ->
 *	                             <- HUB_STARTED (a pidfd of the program),
 *	                                at each start, at once if it runs
 *	HUB_STDIN, HUB_STDIN_EOF     ->
 *	HUB_SIZE (of its terminal)   ->
 *	                             <- HUB_STDOUT, HUB_STDERR
 *	                             <- HUB_FAILED (it could not start), or
 *	                                HUB_EXIT (it has ended)
 *	HUB_DETACH, end of file      ->
 *
 * An end of file without HUB_DETACH means that the client was killed; that
 * of the one who started the container in the foreground ends it.
 */
#include "core/base/err.h"

#include <sys/ioctl.h>

enum hub_type {
	HUB_ATTACH = 1, HUB_STDIN, HUB_STDIN_EOF, HUB_SIZE, HUB_DETACH,
	HUB_STARTED, HUB_STDOUT, HUB_STDERR, HUB_FAILED, HUB_EXIT,
};

/* HUB_ATTACH's wishes. */
#define HUB_WANTS_STDIN  1u
#define HUB_WANTS_OUTPUT 2u

#define HUB_DATA_MAX 65536

struct hub_end {
	int exit_code;
	struct err err; /* HUB_FAILED */
};

struct hub_msg {
	uint32_t type;
	union {
		uint32_t flags;       /* HUB_ATTACH */
		struct winsize size;  /* HUB_SIZE */
		struct hub_end end;   /* HUB_FAILED, HUB_EXIT */
		char data[HUB_DATA_MAX];
	};
};

/*
 * Send `type` with `n` bytes of content and an fd (-1: none), waiting for
 * room or (`wait` false) failing with -EAGAIN.  *e is filled unless it is
 * NULL.
 */
int hub_send(int sock, enum hub_type type, const void *data, size_t n, int fd,
	     bool wait, struct err *e);
/*
 * Receive one without waiting; *ret_fd is the caller's, or -1.  Returns the
 * bytes of content, -EAGAIN when nothing is there, -EPIPE at the end of
 * file.
 */
int hub_recv(int sock, struct hub_msg *ret, int *ret_fd);

#endif
