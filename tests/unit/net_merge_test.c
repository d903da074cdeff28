/* net_merge_test.c - TCP segments put together, with right checksums. */
#include "net/slirp/merge.h"

#include "tests/unit/tap.h"

#define HEAD4 (FRAME_ETH + 20 + 20)
#define HEAD6 (FRAME_ETH + 40 + 20)
#define ROOM 70000

static uint8_t room[ROOM];

static uint32_t add(uint32_t s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s += i % 2 ? p[i] : p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

/* Over the pseudo header and the segment: 0xffff is right. */
static uint32_t tcp_sum(const uint8_t *b, size_t n)
{
	size_t head = b[14] >> 4 == 4 ? HEAD4 : HEAD6;
	size_t addresses = head == HEAD4 ? 8 : 32, tcp = head - 20;

	return add(add(6 + (uint32_t)(n - tcp), b + tcp - addresses,
		       addresses), b + tcp, n - tcp);
}

/* A segment of `len` bytes that start with `seq`; its length. */
static size_t segment(uint8_t *b, bool six, uint32_t seq, size_t len,
		      uint8_t flags)
{
	size_t head = six ? HEAD6 : HEAD4, n = head + len, s;
	uint8_t *ip = b + FRAME_ETH, *tcp = b + head - 20;

	memset(b, 0, head);
	b[12] = six ? 0x86 : 8;
	b[13] = six ? 0xdd : 0;
	if (six) {
		ip[0] = 0x60;
		ip[4] = (len + 20) >> 8;
		ip[5] = len + 20;
		ip[6] = 6;
		ip[8] = ip[24] = 0xfd;
	} else {
		ip[0] = 0x45;
		ip[2] = (len + 40) >> 8;
		ip[3] = len + 40;
		ip[5] = seq; /* an id that differs */
		ip[8] = 64;
		ip[9] = 6;
		ip[12] = ip[16] = 10;
		s = ~add(0, ip, 20);
		ip[10] = s >> 8;
		ip[11] = s;
	}
	for (int i = 0; i < 4; i++)
		tcp[4 + i] = seq >> (24 - 8 * i);
	tcp[12] = 0x50;
	tcp[13] = flags;
	for (size_t i = 0; i < len; i++)
		b[head + i] = (seq + i) * 7 + ((seq + i) >> 8);
	s = ~tcp_sum(b, n);
	tcp[16] = s >> 8;
	tcp[17] = s;
	return n;
}

static void put_together(bool six)
{
	size_t head = six ? HEAD6 : HEAD4;
	struct merge m = { .frame = room, .max = FRAME_ETH + 65520 };
	static uint8_t b[ROOM], whole[ROOM];
	uint32_t seq = 0xffffff00; /* it wraps around */
	size_t n, len = 0;

	for (int i = 0; i < 4; i++, len += 13096) {
		n = segment(b, six, seq + len, 13096, 0x10);
		OK(merge_take(&m, b, n));
	}
	/* the last is odd, and pushes */
	n = segment(b, six, seq + len, 2001, 0x18);
	OK(merge_take(&m, b, n));
	len += 2001;
	/* behind an odd end nothing can be added */
	n = segment(b, six, seq + len, 2000, 0x10);
	OK(!merge_take(&m, b, n));
	n = merge_finish(&m);
	OK(n == segment(whole, six, seq, len, 0x18));
	OK(memcmp(room, whole, n) == 0);
	OK(tcp_sum(room, n) == 0xffff);
	OK(six || add(0, room + FRAME_ETH, 20) == 0xffff);
	OK(memcmp(room + head, whole + head, len) == 0);
	OK(merge_finish(&m) == 0);
}

static void ipv4(void)
{
	put_together(false);
}

static void ipv6(void)
{
	put_together(true);
}

static void what_stays_apart(void)
{
	struct merge m = { .frame = room, .max = FRAME_ETH + 65520 };
	static uint8_t b[ROOM];
	size_t n;

	/* short ones, and those that say more than "data" */
	OK(!merge_take(&m, b, segment(b, false, 1, 100, 0x10)));
	OK(!merge_take(&m, b, segment(b, false, 1, 2000, 0x11)));
	OK(!merge_take(&m, b, segment(b, false, 1, 2000, 0x02)));
	OK(merge_finish(&m) == 0);
	n = segment(b, false, 1, 2000, 0x10);
	OK(merge_take(&m, b, n));
	/* a gap, a repetition, another port, another type of service */
	OK(!merge_take(&m, b, segment(b, false, 2002, 2000, 0x10)));
	OK(!merge_take(&m, b, segment(b, false, 1, 2000, 0x10)));
	n = segment(b, false, 2001, 2000, 0x10);
	b[35] = 1;
	OK(!merge_take(&m, b, n));
	n = segment(b, false, 2001, 2000, 0x10);
	b[15] = 1;
	OK(!merge_take(&m, b, n));
	/* bytes behind the packet's own end, and no more room */
	n = segment(b, false, 2001, 2000, 0x10);
	OK(!merge_take(&m, b, n + 1));
	m.max = m.n + 1999;
	OK(!merge_take(&m, b, n));
	m.max++;
	OK(merge_take(&m, b, n));
	n = merge_finish(&m);
	OK(n == HEAD4 + 4000 && tcp_sum(room, n) == 0xffff);
}

int main(void)
{
	RUN(ipv4);
	RUN(ipv6);
	RUN(what_stays_apart);
	return DONE();
}
