/*
 * oci_life.c - a container of an OCI runtime from create to delete, by who
 * takes its orphans, as conmon and containerd's shim do.
 *
 * oci_life BUNDLE ID RUNTIME [OPTION...]
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 32

extern char **environ;

/* RUNTIME OPTION... WORD...; the status of the command. */
static int run(char **runtime, char *const *words)
{
	char *argv[WORDS_MAX] = { NULL };
	int n = 0, status;
	pid_t pid;

	for (; *runtime && n < WORDS_MAX / 2; runtime++)
		argv[n++] = *runtime;
	for (; *words; words++)
		argv[n++] = *words;
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		return -1;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

int main(int argc, char **argv)
{
	char *create[] = { "create", "-b", argv[1], argv[2], NULL };
	char *start[] = { "start", argv[2], NULL };
	char *delete[] = { "delete", argv[2], NULL };
	int status = -1;

	if (argc < 4)
		return 2;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (run(argv + 3, create) != 0 || run(argv + 3, start) != 0)
		return 1;
	/* the container's own end */
	if (wait(&status) < 0 || status != 0)
		return 1;
	return run(argv + 3, delete) != 0;
}
