/* timer.c - whole-process times of several commands, run in turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000
#define COMMANDS_MAX 16

struct contestant {
	const char *name, *command;
	double ms[RUNS_MAX];
	int failed;
};

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Words are split at spaces: no shell is timed. */
static double run(struct contestant *c)
{
	char *copy = strdup(c->command), *save, *argv[64];
	double start;
	int n = 0, status;
	pid_t pid;

	for (char *w = strtok_r(copy, " ", &save); w && n < 63;
	     w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = NULL;
	start = now();
	pid = vfork();
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	c->failed += status != 0;
	free(copy);
	return now() - start;
}

/* timer RUNS NAME COMMAND [NAME COMMAND...] */
int main(int argc, char **argv)
{
	static struct contestant c[COMMANDS_MAX];
	int runs = argc > 1 ? atoi(argv[1]) : 0, n = 0;

	for (int i = 2; i + 1 < argc && n < COMMANDS_MAX; i += 2)
		c[n++] = (struct contestant){ argv[i], argv[i + 1] };
	if (runs < 1 || runs > RUNS_MAX || n == 0)
		return 2;
	for (int r = -2; r < runs; r++)
		for (int i = 0; i < n; i++)
			c[i].ms[r < 0 ? 0 : r] = run(&c[i]);
	printf("| contestant | median ms | least ms | to the first | failed |\n"
	       "|---|---|---|---|---|\n");
	for (int i = 0; i < n; i++)
		qsort(c[i].ms, runs, sizeof(double), by_value);
	for (int i = 0; i < n; i++)
		printf("| %s | %.2f | %.2f | %.2f | %d |\n", c[i].name,
		       c[i].ms[runs / 2], c[i].ms[0],
		       c[i].ms[runs / 2] / c[0].ms[runs / 2], c[i].failed);
	return 0;
}
