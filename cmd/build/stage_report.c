/* stage_report.c - packets from the process of a stage. */
#include "cmd/build/stage_report.h"

#include <sys/socket.h>

int stage_report_open(int ret[static 2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return err_sys(e, "make a pair of sockets");
	return 0;
}

static void put(int fd, const struct report *r, size_t n)
{
	n += offsetof(struct report, text);
	while (send(fd, r, n, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

void stage_report_text(int fd, enum report_kind kind, const char *text,
		       size_t n)
{
	struct report r = { .kind = kind };

	r.n = n < sizeof(r.text) ? n : sizeof(r.text);
	memcpy(r.text, text, r.n);
	put(fd, &r, r.n);
}

void stage_report_step(int fd, const struct report_step *s)
{
	const struct report r = { .kind = REPORT_END, .step = *s };

	put(fd, &r, sizeof(*s));
}

void stage_report_failure(int fd, size_t first, size_t last,
			  const struct err *why)
{
	const struct report r = {
		.kind = REPORT_FAILED,
		.failure = { .first = first, .last = last, .e = *why },
	};

	put(fd, &r, sizeof(r.failure));
}

void stage_report_done(int fd)
{
	const struct report r = { .kind = REPORT_DONE };

	put(fd, &r, 0);
}

int stage_report_read(int fd, struct report *ret)
{
	ssize_t n = recv(fd, ret, sizeof(*ret), 0);

	return n > 0 ? 1 : n == 0 ? 0 : -errno;
}
