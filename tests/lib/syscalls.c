/* syscalls.c - what system calls answer: run inside a container by tests. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* With -DNAMES="file": lines { SYS_x, "x" } of the calls to be tried. */
static const struct {
	long nr;
	const char *name;
} calls[] = {
#ifdef NAMES
#include NAMES
#endif
	{ -1, NULL },
};

/* Never returns: what the call answers goes into the pipe. */
static void child(int out, long nr, const long *a)
{
	long r;

	alarm(2);
	r = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	r = r == -1 ? errno : 0;
	if (write(out, &r, sizeof(r)) < 0)
		_exit(1);
	_exit(0);
}

/* The errno of a call made in a child; -1: it did not come back at once. */
static long ask(long nr, const long *a)
{
	struct pollfd p = { .events = POLLIN };
	long r = -1;
	int fds[2];
	pid_t pid;

	if (pipe(fds) < 0)
		return -2;
	pid = fork();
	if (pid == 0)
		child(fds[1], nr, a);
	close(fds[1]);
	p.fd = fds[0];
	if (poll(&p, 1, 300) > 0 && read(fds[0], &r, sizeof(r)) != sizeof(r))
		r = -1;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	return r;
}

static void print(const char *name, long r)
{
	printf("%s %s\n", name, r < 0 ? "-" : r ? strerrorname_np(r) : "OK");
	fflush(stdout);
}

#ifdef __x86_64__
/* A call by the i386 gate, from this 64-bit program. */
static long gate(long nr, long b, long c, long d)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r)
			 : "a"(nr), "b"(b), "c"(c), "d"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)r < 0 ? -(int)r : 0;
}
#endif

/* syscalls: all of NAMES; syscalls [i386] NR [ARG...]: that one, here. */
int main(int argc, char **argv)
{
	long a[6] = { -1, -1, -1, -1, -1, -1 };
	int i386 = argc > 1 && strcmp(argv[1], "i386") == 0;
	long nr;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 1) {
		for (size_t i = 0; calls[i].name; i++)
			print(calls[i].name, ask(calls[i].nr, a));
		return 0;
	}
	argv += 1 + i386;
	nr = strtol(argv[0], NULL, 0);
	memset(a, 0, sizeof(a));
	for (int i = 0; i < 6 && argv[1 + i]; i++)
		a[i] = strtoul(argv[1 + i], NULL, 0);
#ifdef __x86_64__
	if (i386) {
		print("i386", gate(nr, a[0], a[1], a[2]));
		return 0;
	}
#endif
	print("call", syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]) == -1 ?
			      errno : 0);
	return 0;
}
