#ifndef RL_TERMINAL_H
#define RL_TERMINAL_H
/*
 * terminal.h - the two ends of `-t`: a pty made inside the container, and
 * the user's terminal in raw mode, restored whatever happens.
 */
#include "core/base/err.h"

#include <sys/ioctl.h>
#include <termios.h>

/*
 * In the container, after pivot: open a pty of its own devpts, give it its
 * size before anyone can ask, bind the slave on /dev/console (with `console`),
 * make it the controlling terminal and send the master to `sock`.  Returns
 * the slave.
 */
int terminal_open(int sock, const struct winsize *size, bool console,
		  struct err *e);
/* The size of our own, stdout's or stdin's.  False: neither is one. */
bool terminal_size(struct winsize *ret);

struct terminal {
	int  fd;        /* the user's terminal, borrowed; -1: none */
	bool raw;
	struct termios saved;
	int  guard;     /* pipe whose end of file makes the guard restore */
	pid_t guard_pid;
};

#define TERMINAL_INIT { .fd = -1, .guard = -1 }

/*
 * Put `fd` into raw mode.  A small guard process waits beside us and
 * restores the terminal if we are killed.
 */
int terminal_raw(struct terminal *t, int fd, struct err *e);
/* Back to what it was; safe to call twice. */
void terminal_restore(struct terminal *t);
/* Give the pty `master` the size of the terminal `fd`. */
void terminal_copy_size(int fd, int master);

#endif
