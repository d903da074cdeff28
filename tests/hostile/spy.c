/*
 * spy.c - a container's root that waits for the runtime to come in: tries
 * all it can on each process that is not a program of the container yet.
 *
 * spy OWN-PROGRAM ROUNDS: prints what it reached, and how many it met.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct stat own;

static const char *name(int pid, const char *what)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return path;
}

/* Is it a process of the runtime?  -1: it is none at all. */
static int is_runtime(int pid)
{
	char comm[20] = "";
	int fd = open(name(pid, "comm"), O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, comm, sizeof(comm) - 1);
	close(fd);
	return n > 2 && strncmp(comm, "rl", 2) == 0;
}

static void try_exe(int pid)
{
	struct stat st;
	int fd;

	if (stat(name(pid, "exe"), &st) == 0 && st.st_ino != own.st_ino)
		printf("reached: exe\n");
	fd = open(name(pid, "exe"), O_WRONLY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_ino != own.st_ino)
		printf("reached: exe, to write\n");
	close(fd);
}

/* Its socket cannot be opened by a name; all else leads somewhere. */
static void try_fd(int pid, int fd)
{
	char what[16], to[256] = "";

	snprintf(what, sizeof(what), "fd/%d", fd);
	if (readlink(name(pid, what), to, sizeof(to) - 1) > 0 &&
	    strncmp(to, "socket:", 7) != 0)
		printf("reached: fd %d, %s\n", fd, to);
}

static void try_fds(int pid)
{
	DIR *d = opendir(name(pid, "fd"));
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && atoi(e->d_name) > 2)
			try_fd(pid, atoi(e->d_name));
	if (d)
		closedir(d);
}

static void try_text(int pid, const char *what)
{
	static char text[65536];
	int fd = open(name(pid, what), O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (n > 0 && memmem(text, n, "RL_SECRET", 9))
		printf("reached: %s\n", what);
	if (fd >= 0)
		close(fd);
}

static void try_trace(int pid)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return;
	if (is_runtime(pid) == 1)
		printf("reached: ptrace\n");
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

/* The number given last: proc(5), loadavg, of this PID namespace. */
static int last_pid(void)
{
	char text[128] = "";
	int fd = open("/proc/loadavg", O_RDONLY);
	char *p;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = '\0';
	close(fd);
	p = strrchr(text, ' ');
	return p ? atoi(p) : 0;
}

int main(int argc, char **argv)
{
	int met = 0, pid, rounds = argc > 2 ? atoi(argv[2]) : 0;

	if (argc < 3 || stat(argv[1], &own) < 0)
		return 2;
	printf("ready\n");
	fflush(stdout);
	/* numbers are given in order: the next one is known */
	for (pid = getpid() + 1; met < rounds && access("/tmp/end", F_OK); ) {
		int is = is_runtime(pid);

		if (is == 1) {
			met++;
			try_exe(pid);
			try_fds(pid);
			try_text(pid, "environ");
			try_text(pid, "cmdline");
			try_trace(pid);
			while (is_runtime(pid) == 1) {
				try_exe(pid);
				try_fds(pid);
			}
		}
		if (is >= 0)
			pid++;
		else if (last_pid() > pid) /* came and went meanwhile */
			pid = last_pid();
	}
	printf("met: %d\n", met);
	return 0;
}
