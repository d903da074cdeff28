/*
 * timer.c - whole-process times of several commands, run in turn.
 *
 * timer RUNS STAGE <LIST: a line for each contestant, fields cut by tabs:
 * name, account, name of its floor, command.  Root runs each as its account;
 * STAGE/ACCOUNT is its home, with store/ and run/ in it.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000
#define COMMANDS_MAX 16
#define WORDS_MAX 64

struct contestant {
	char name[80], account[40], base[80], text[4096];
	char *argv[WORDS_MAX], *env[8];
	struct passwd user;
	gid_t groups[64];
	int n_groups;
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

static char *text(const char *format, const char *a, const char *b)
{
	char *s;

	if (asprintf(&s, format, a, b) < 0)
		abort();
	return s;
}

/* Everything that takes time is done before the clock runs. */
static int prepare(struct contestant *c, char *line, const char *stage)
{
	char *save, *command;
	struct passwd *pw;
	int n = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%79[^\t]\t%39[^\t]\t%79[^\t]\t%4095[^\n]", c->name,
		   c->account, c->base, c->text) != 4)
		return -1;
	command = c->text;
	for (char *w = strtok_r(command, " ", &save); w && n < WORDS_MAX - 1;
	     w = strtok_r(NULL, " ", &save))
		c->argv[n++] = w;
	pw = getpwnam(c->account);
	if (!pw || n == 0)
		return -1;
	c->user = *pw;
	c->n_groups = 64;
	getgrouplist(c->account, pw->pw_gid, c->groups, &c->n_groups);
	c->env[0] = text("PATH=%s%s", getenv("PATH"), "");
	c->env[1] = text("USER=%s%s", c->account, "");
	c->env[2] = text("HOME=%s/%s", stage, c->account);
	c->env[3] = text("RL_ROOT=%s/%s/store", stage, c->account);
	c->env[4] = text("XDG_RUNTIME_DIR=%s/%s/run", stage, c->account);
	return 0;
}

static void become(const struct contestant *c)
{
	if (geteuid() == 0 &&
	    (setgroups(c->n_groups, c->groups) < 0 ||
	     setgid(c->user.pw_gid) < 0 || setuid(c->user.pw_uid) < 0))
		_exit(127);
	execvpe(c->argv[0], c->argv, c->env);
	_exit(127);
}

static double run(struct contestant *c)
{
	double start = now();
	pid_t pid = vfork();
	int status;

	if (pid == 0)
		become(c);
	waitpid(pid, &status, 0);
	c->failed += status != 0;
	return now() - start;
}

static double floor_of(const struct contestant *c, int n, const char *name,
		       int runs)
{
	for (int i = 0; i < n; i++)
		if (strcmp(c[i].name, name) == 0)
			return c[i].ms[runs / 2];
	return 0;
}

static void print(const struct contestant *c, int n, int runs)
{
	printf("| | account | median ms | least ms | to its floor |\n"
	       "|---|---|---|---|---|\n");
	for (int i = 0; i < n; i++) {
		double base = floor_of(c, n, c[i].base, runs);

		printf("| %s | %s | %.2f | %.2f | ", c[i].name, c[i].account,
		       c[i].ms[runs / 2], c[i].ms[0]);
		if (base > 0)
			printf("%.2f", c[i].ms[runs / 2] / base);
		if (c[i].failed)
			printf(" (%d failed)", c[i].failed);
		printf(" |\n");
	}
}

int main(int argc, char **argv)
{
	static struct contestant c[COMMANDS_MAX];
	int runs = argc > 1 ? atoi(argv[1]) : 0, n = 0;
	char line[5000];

	if (argc != 3 || runs < 1 || runs > RUNS_MAX)
		return 2;
	while (n < COMMANDS_MAX && fgets(line, sizeof(line), stdin))
		if (prepare(&c[n++], line, argv[2]) < 0)
			return 2;
	if (!freopen("/dev/null", "r", stdin))
		return 2;
	/* two rounds to get warm */
	for (int r = -2; r < runs; r++)
		for (int i = 0; i < n; i++)
			c[i].ms[r < 0 ? 0 : r] = run(&c[i]);
	for (int i = 0; i < n; i++)
		qsort(c[i].ms, runs, sizeof(double), by_value);
	print(c, n, runs);
	return 0;
}
