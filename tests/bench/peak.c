/*
 * peak.c - run a command; the peak of what it and all its descendants have
 * resident together, in kB, goes to the file named first.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TREE_MAX 64

static int parent_of(int pid)
{
	char path[64], text[512], *p;
	FILE *f;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	p = strrchr(text, ')');
	if (p)
		sscanf(p, ") %*c %d", &parent);
	return parent;
}

static long resident(int pid)
{
	char path[64];
	long total, pages = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%ld %ld", &total, &pages) != 2)
		pages = 0;
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Parents have lower numbers than their children, but for a wrap. */
static long tree(int root)
{
	int in[TREE_MAX] = { root }, n = 1;
	DIR *d = opendir("/proc");
	struct dirent *e;
	long sum = resident(root);

	while (d && (e = readdir(d)) && n < TREE_MAX) {
		int pid = atoi(e->d_name), parent = pid ? parent_of(pid) : 0;

		for (int i = 0; i < n; i++)
			if (parent == in[i]) {
				in[n++] = pid;
				sum += resident(pid);
				break;
			}
	}
	if (d)
		closedir(d);
	return sum;
}

int main(int argc, char **argv)
{
	struct timespec pause = { .tv_nsec = 2000000 };
	long most = 0, now;
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		return 2;
	f = fopen(argv[1], "w");
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		now = tree(pid);
		most = now > most ? now : most;
		nanosleep(&pause, NULL);
	}
	if (f)
		fprintf(f, "%ld\n", most);
	return !f || fclose(f) || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
