/*
 * log.c - how fast a container's log is written: a child writes to a pipe,
 * this process reads and logs, as the supervisor does.
 *
 *	log DIR MEGABYTES LINE-LENGTH [MAX-SIZE MAX-FILE]
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "core/log_file.h"

#define CHUNK 65536

static void feed(int fd, size_t total, size_t line)
{
	static char buf[2 * CHUNK];

	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = i % line == line - 1 ? '\n' : 'a' + (char)(i % 23);
	/* whole lines, so that each write begins with one */
	for (size_t n = CHUNK / line * line; total >= n; total -= n)
		if (write(fd, buf, n) != (ssize_t)n)
			_exit(1);
	_exit(0);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long peak(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* Log all that comes through the pipe; returns how many bytes. */
static size_t drain(int fd, struct log_file *l)
{
	static char buf[LOG_READ_SIZE];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		log_write(l, LOG_STDOUT, buf, (size_t)n);
		total += (size_t)n;
	}
	return total;
}

int main(int argc, char **argv)
{
	struct log_options opt = { .max_file = 1 };
	struct log_file *l;
	struct err e;
	int dir, p[2];
	long before;
	double start, t;
	size_t n;

	if (argc < 4 || pipe(p) < 0)
		return 2;
	if (argc == 6) {
		opt.max_size = strtoull(argv[4], NULL, 10);
		opt.max_file = (unsigned int)atoi(argv[5]);
	}
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (log_open(dir, &opt, &l, &e) < 0)
		return 2;
	if (fork() == 0)
		feed(p[1], strtoull(argv[2], NULL, 10) << 20,
		     strtoull(argv[3], NULL, 10));
	close(p[1]);
	before = peak();
	start = seconds();
	n = drain(p[0], l);
	log_close(l);
	t = seconds() - start;
	wait(NULL);
	printf("%zu MB in lines of %s bytes: %.2f s, %.0f MB/s, memory grew "
	       "by %ld KiB to %ld KiB\n", n >> 20, argv[3], t,
	       (double)n / 1e6 / t, peak() - before, peak());
	return 0;
}
