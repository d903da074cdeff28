/* report.c - print errors, and make sure that output was written. */
#include "cmd/ui/report.h"

#include <poll.h>
#include <stdio.h>
#include <stdio_ext.h>

int report_error(const struct err *e, int code)
{
	char line[ERR_TEXT_MAX];
	size_t i;

	for (i = 0; e->text[i] && i + 1 < sizeof(line); i++) {
		unsigned char c = e->text[i];

		line[i] = c < ' ' || c == 0x7f ? '?' : (char)c;
	}
	line[i] = '\0';
	fflush(stdout);
	fprintf(stderr, "rl: %s\n", i ? line : strerror(e->code));
	return code;
}

int report_usage(const char *name, const struct err *e)
{
	report_error(e, EXIT_USAGE);
	fprintf(stderr, "Run 'rl %s%s--help' for more information\n",
		name ? name : "", name ? " " : "");
	return EXIT_USAGE;
}

/* An earlier write failed, whose errno is gone: nobody reads, or what else? */
static int lost_error(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR) ? EPIPE : EIO;
}

int report_written(struct err *e)
{
	if (!ferror(stdout))
		return 0;
	if (!errno)
		errno = lost_error();
	return err_sys(e, "write to standard output");
}

int report_flush(struct err *e)
{
	errno = 0;
	fflush(stdout);
	return report_written(e);
}

void report_discard(void)
{
	__fpurge(stdout);
	clearerr(stdout);
}

void report_text(const char *text)
{
	fputs(text, stdout);
}
