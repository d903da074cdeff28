/* net_timewait_test.c - whose end is known to both is forgotten at once. */
#include "net/slirp/timewait.h"

#include "tests/unit/tap.h"

#define HEAD4 (FRAME_ETH + 20 + 20)
#define GUEST 40000
#define PEER 80

static struct timewait t;

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = v >> (24 - 8 * i);
}

/* A segment of `len` bytes, from the guest or to it; its length. */
static size_t segment(uint8_t *b, bool to_guest, uint16_t guest, uint32_t seq,
		      uint32_t ack, uint8_t flags, size_t len)
{
	uint8_t *ip = b + FRAME_ETH, *tcp = ip + 20;
	uint16_t from = to_guest ? PEER : guest, to = to_guest ? guest : PEER;

	memset(b, 0, HEAD4 + len);
	b[to_guest ? 0 : 6] = 2; /* the guest's own address */
	b[12] = 8;
	ip[0] = 0x45;
	ip[2] = (40 + len) >> 8;
	ip[3] = 40 + len;
	ip[9] = IPPROTO_TCP;
	ip[to_guest ? 16 : 12] = 10;  /* 10.0.0.0 */
	ip[to_guest ? 12 : 16] = 192; /* 192.0.0.0 */
	tcp[0] = from >> 8;
	tcp[1] = from;
	tcp[2] = to >> 8;
	tcp[3] = to;
	put32(tcp + 4, seq);
	put32(tcp + 8, ack);
	tcp[12] = 0x50;
	tcp[13] = flags;
	return HEAD4 + len;
}

static void to_guest(uint16_t guest, uint32_t seq, uint32_t ack,
		     uint8_t flags, size_t len)
{
	uint8_t b[HEAD4 + 100];

	timewait_to_guest(&t, b, segment(b, true, guest, seq, ack, flags, len));
}

static void from_guest(uint16_t guest, uint32_t seq, uint32_t ack,
		       uint8_t flags, size_t len)
{
	uint8_t b[HEAD4 + 100];
	struct frame f;

	frame_parse(b, segment(b, false, guest, seq, ack, flags, len), &f);
	timewait_from_guest(&t, &f);
}

enum { ACK = FRAME_ACK, FIN = FRAME_FIN | FRAME_ACK };

static void peer_ends_first(void)
{
	struct frame f;
	size_t n;

	to_guest(GUEST, 100, 500, FIN, 10);
	from_guest(GUEST, 500, 111, FIN, 20);
	to_guest(GUEST, 111, 521, ACK, 0);
	n = timewait_due(&t);
	OK(n == HEAD4);
	OK(frame_parse(t.reset, n, &f) == FRAME_IP);
	OK(f.flags == FRAME_RST && f.seq == 521);
	OK(f.sport == GUEST && f.dport == PEER);
	OK(t.reset[6] == 2 && f.src.s6_addr[12] == 10 &&
	   f.dst.s6_addr[12] == 192);
	OK(timewait_due(&t) == 0);
	/* it is forgotten: the same once more means nothing */
	from_guest(GUEST, 500, 111, FIN, 20);
	to_guest(GUEST, 111, 521, ACK, 0);
	OK(timewait_due(&t) == 0);
}

static void guest_ends_first(void)
{
	from_guest(GUEST, 500, 100, FIN, 0);
	to_guest(GUEST, 100, 501, ACK, 0);
	OK(timewait_due(&t) == 0);
	to_guest(GUEST, 100, 501, FIN, 0);
	from_guest(GUEST, 501, 101, ACK, 0);
	OK(timewait_due(&t) == 0);
}

/* Each lacks one of what must have come across. */
static void not_yet(void)
{
	to_guest(GUEST, 100, 500, FIN, 0);
	from_guest(GUEST, 500, 101, ACK, 0); /* the guest goes on */
	to_guest(GUEST, 101, 500, ACK, 0);
	OK(timewait_due(&t) == 0);
	from_guest(GUEST, 500, 100, FIN, 0); /* it lacks the peer's FIN */
	to_guest(GUEST, 101, 501, ACK, 0);
	OK(timewait_due(&t) == 0);
	from_guest(GUEST, 520, 101, FIN, 0); /* libslirp lacks 20 bytes */
	to_guest(GUEST, 101, 500, ACK, 0);
	OK(timewait_due(&t) == 0);
	from_guest(GUEST, 500, 101, FIN, 20); /* at last */
	to_guest(GUEST, 101, 521, ACK, 0);
	OK(timewait_due(&t) == HEAD4);
}

static void each_its_own(void)
{
	to_guest(GUEST, 100, 500, FIN, 0);
	to_guest(GUEST + 1, 100, 500, FIN, 0);
	from_guest(GUEST + 1, 500, 101, FIN, 0);
	to_guest(GUEST, 101, 501, ACK, 0); /* another's answer */
	OK(timewait_due(&t) == 0);
	from_guest(GUEST + 2, 500, 101, FIN, 0);
	to_guest(GUEST + 2, 101, 501, ACK, 0);
	OK(timewait_due(&t) == 0);
	from_guest(GUEST, 500, 101, FIN, 0);
	to_guest(GUEST, 101, 501, ACK, 0);
	OK(timewait_due(&t) == HEAD4);
}

/* More than there is room for: the later ones count. */
static void many(void)
{
	int due = 0;

	for (int i = 0; i < 5000; i++)
		to_guest(10000 + i, 100, 500, FIN, 0);
	for (int i = 0; i < 5000; i++) {
		from_guest(10000 + i, 500, 101, FIN, 0);
		to_guest(10000 + i, 101, 501, ACK, 0);
		due += timewait_due(&t) != 0;
	}
	OK(due > TIMEWAIT_PLACES / 2 && due <= TIMEWAIT_PLACES);
}

/* A header that claims more than there is. */
static void lies(void)
{
	uint8_t b[HEAD4];
	struct frame f;
	size_t n = segment(b, false, GUEST, 500, 101, FIN, 0);

	to_guest(GUEST, 100, 500, FIN, 0);
	b[FRAME_ETH + 20 + 12] = 0xf0;
	frame_parse(b, n, &f);
	timewait_from_guest(&t, &f);
	to_guest(GUEST, 101, 501, ACK, 0);
	OK(timewait_due(&t) == 0);
}

int main(void)
{
	RUN(peer_ends_first);
	RUN(guest_ends_first);
	RUN(not_yet);
	RUN(each_its_own);
	RUN(many);
	RUN(lies);
	return DONE();
}
