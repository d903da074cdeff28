/* terminal.c - a pty inside, raw mode outside, and a guard between. */
#include "core/terminal.h"

#include "core/base/file.h"
#include "core/mount.h"
#include "core/sync.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

/* The console is the slave itself, checked by fd, never by name. */
static int bind_console(int slave, struct err *e)
{
	auto_close int tree = -1, target = -1;
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", slave);
	tree = mount_clone(AT_FDCWD, path, false, e);
	if (tree < 0)
		return tree;
	target = open("/dev/console", O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
				      O_CLOEXEC, 0600);
	/* where /dev is a caller's: on what is there, never through a link */
	if (target < 0 && errno == EEXIST) {
		target = open("/dev/console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (target >= 0 && (fstat(target, &st) < 0 ||
				    S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode)))
			return err_set(e, EINVAL, "/dev/console is a link or a "
				       "folder");
	}
	if (target < 0)
		return err_sys(e, "create /dev/console");
	return mount_attach(tree, target, "/dev/console", e);
}

int terminal_open(int sock, const struct winsize *size, bool console,
		  struct err *e)
{
	auto_close int master = open("/dev/pts/ptmx",
				     O_RDWR | O_NOCTTY | O_CLOEXEC);
	auto_close int slave = -1;
	int unlock = 0;
	struct stat st;

	/* the container that an exec enters may have put anything there */
	if (master >= 0 && (fstat(master, &st) < 0 || !S_ISCHR(st.st_mode) ||
			    st.st_rdev != makedev(5, 2)))
		return err_set(e, ENOTTY, "/dev/pts/ptmx is no terminal "
			       "multiplexer");
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return err_sys(e, "open a terminal in /dev/pts");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return err_sys(e, "open the other end of the terminal");
	if (size->ws_row && ioctl(slave, TIOCSWINSZ, size) < 0)
		return err_sys(e, "size the terminal");
	if (console)
		TRY(bind_console(slave, e));
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return err_sys(e, "take the controlling terminal");
	TRY(sync_send(sock, SYNC_TTY, master, e));
	return steal_fd(slave);
}

/*
 * Waits for the other end of the pipe to close.  A byte first means that
 * the terminal was restored in order; an end of file alone means that the
 * one who should have restored it is dead.
 */
static NORETURN void guard_main(int pipe_fd, int tty,
				const struct termios *saved)
{
	sigset_t all;
	char c;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL); /* SIGTTOU too: tcsetattr(3) */
	setpgid(0, 0);
	prctl(PR_SET_NAME, "rl-tty-guard");
	if (dup2(tty, 0) < 0 || dup2(pipe_fd, 1) < 0)
		_exit(1);
	syscall(SYS_close_range, 2, ~0u, 0);
	if (read(1, &c, 1) == 0)
		tcsetattr(0, TCSADRAIN, saved);
	_exit(0);
}

static int start_guard(struct terminal *t, struct err *e)
{
	auto_close int r = -1;
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	r = p[0];
	t->guard = p[1];
	t->guard_pid = fork();
	if (t->guard_pid < 0)
		return err_sys(e, "fork the terminal's guard");
	if (t->guard_pid == 0) {
		close(t->guard);
		guard_main(r, t->fd, &t->saved);
	}
	return 0;
}

int terminal_raw(struct terminal *t, int fd, struct err *e)
{
	struct termios raw;

	t->fd = fd;
	if (tcgetattr(fd, &t->saved) < 0)
		return err_sys(e, "read the terminal's settings");
	TRY(start_guard(t, e));
	raw = t->saved;
	cfmakeraw(&raw);
	if (tcsetattr(fd, TCSADRAIN, &raw) < 0)
		return err_sys(e, "put the terminal into raw mode");
	t->raw = true;
	return 0;
}

void terminal_restore(struct terminal *t)
{
	if (t->raw)
		tcsetattr(t->fd, TCSADRAIN, &t->saved);
	t->raw = false;
	if (t->guard < 0)
		return;
	if (write(t->guard, "", 1) < 0)
		kill(t->guard_pid, SIGKILL);
	close(steal_fd(t->guard));
	while (waitpid(t->guard_pid, NULL, 0) < 0 && errno == EINTR)
		;
}

bool terminal_size(struct winsize *ret)
{
	return ioctl(1, TIOCGWINSZ, ret) == 0 || ioctl(0, TIOCGWINSZ, ret) == 0;
}

void terminal_copy_size(int fd, int master)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}
