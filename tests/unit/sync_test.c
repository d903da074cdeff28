/* sync_test.c - messages of a peer that has died already are not lost. */
#include "core/sync.h"

#include "tests/unit/tap.h"

static void peer_died_before_it_read(void)
{
	struct sync_msg m;
	struct err e, cause = { .code = ENOSPC, .text = "the cause" };
	int pair[2], fd;

	OK(sync_pair(pair, &e) == 0);
	OK(sync_send_error(pair[1], "network", &cause) == 0);
	OK(sync_send(pair[0], SYNC_MAPPED, -1, &e) == 0);
	close(pair[1]);
	OK(sync_recv(pair[0], &m, &fd, &e) == 1);
	OK(m.type == SYNC_ERROR && m.err.code == ENOSPC && fd == -1);
	EQ_STR(m.step, "network");
	EQ_STR(m.err.text, "the cause");
	OK(sync_recv(pair[0], &m, &fd, &e) == 0);
	close(pair[0]);
}

static void an_fd_travels(void)
{
	struct sync_msg m;
	struct err e;
	int pair[2], fd;

	OK(sync_pair(pair, &e) == 0);
	OK(sync_send(pair[1], SYNC_TTY, 0, &e) == 0);
	OK(sync_recv(pair[0], &m, &fd, &e) == 1);
	OK(m.type == SYNC_TTY && fd > 2);
	close(fd);
	OK(sync_send(pair[1], SYNC_READY, -1, &e) == 0);
	OK(sync_expect(pair[0], SYNC_TTY, &e) == -EPROTO);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	RUN(peer_died_before_it_read);
	RUN(an_fd_travels);
	return DONE();
}
