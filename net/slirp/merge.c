/* merge.c - TCP segments that follow each other become one. */
#include "net/slirp/merge.h"

#define IP4_HEAD 20
#define TCP_HEAD 20
#define PUSH 8
/* What is shorter is not of a large transfer, and ought to arrive now. */
#define LEAST 1024

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* Sums are of 16-bit words, in one's complement. */
static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

/* With `n` bytes more, an even number. */
static uint16_t add_words(uint32_t s, const uint8_t *p, size_t n)
{
	for (; n; p += 2, n -= 2)
		s += get16(p);
	return fold(s);
}

/* The sum of all that the TCP checksum covers, itself and the data apart. */
static uint16_t head_sum(const uint8_t *frame, size_t tcp, size_t n)
{
	const uint8_t *h = frame + tcp;
	bool four = frame[FRAME_ETH] >> 4 == 4;
	size_t addresses = four ? 8 : 32;
	uint32_t s = IPPROTO_TCP + (uint32_t)(n - tcp);

	s = add_words(s, h - addresses, addresses);
	s = add_words(s, h, 16);
	return add_words(s, h + 18, 2);
}

/* Is this a whole segment of a transfer, with nothing special about it? */
static bool plain(const uint8_t *frame, size_t n, struct frame *f)
{
	if (frame_parse(frame, n, f) != FRAME_IP || f->fragment ||
	    f->protocol != IPPROTO_TCP || f->len < TCP_HEAD + LEAST ||
	    f->payload + f->len != frame + n ||
	    (f->family == AF_INET && frame[FRAME_ETH] != 0x45))
		return false;
	return f->payload[12] >> 4 == TCP_HEAD / 4 &&
	       (f->flags & ~PUSH) == FRAME_ACK;
}

/* Do all headers but their lengths, numbers and checksums agree? */
static bool same_stream(const struct merge *m, const uint8_t *frame)
{
	const uint8_t *a = m->frame + FRAME_ETH, *b = frame + FRAME_ETH;

	if (memcmp(m->frame, frame, FRAME_ETH) != 0)
		return false;
	if (a[0] >> 4 == 4) /* type of service, fragments to protocol */
		return memcmp(a, b, 2) == 0 && memcmp(a + 6, b + 6, 4) == 0 &&
		       memcmp(a + 12, b + 12, 8 + 4) == 0;
	return memcmp(a, b, 4) == 0 && memcmp(a + 6, b + 6, 2 + 32 + 4) == 0;
}

static void begin(struct merge *m, const uint8_t *frame, size_t n,
		  const struct frame *f, uint16_t data)
{
	memcpy(m->frame, frame, n);
	m->n = n;
	m->tcp = f->payload - frame;
	m->next = f->seq + f->len - TCP_HEAD;
	m->data = data;
}

static void append(struct merge *m, const uint8_t *tcp, size_t len,
		   uint16_t data)
{
	uint8_t *head = m->frame + m->tcp;

	/* the newest answer, flags and window; the number is the first one's */
	memcpy(head + 8, tcp + 8, 8);
	memcpy(m->frame + m->n, tcp + TCP_HEAD, len - TCP_HEAD);
	m->n += len - TCP_HEAD;
	m->next += len - TCP_HEAD;
	m->data = fold((uint32_t)m->data + data);
}

bool merge_take(struct merge *m, const uint8_t *frame, size_t n)
{
	struct frame f;
	uint16_t data;

	if (n > m->max || !plain(frame, n, &f))
		return false;
	/* all together is 0xffff: what is missing to that is the data's */
	data = fold((uint32_t)(uint16_t)~get16(f.payload + 16) +
		    (uint16_t)~head_sum(frame, f.payload - frame, n));
	if (!m->n) {
		begin(m, frame, n, &f, data);
		return true;
	}
	/* an odd part would turn the words of the next around */
	if (f.seq != m->next || (m->n - m->tcp) % 2 || !same_stream(m, frame) ||
	    m->n + f.len - TCP_HEAD > m->max)
		return false;
	append(m, f.payload, f.len, data);
	return true;
}

size_t merge_finish(struct merge *m)
{
	uint8_t *ip = m->frame + FRAME_ETH;
	size_t n = m->n;

	if (!n)
		return 0;
	if (ip[0] >> 4 == 4) {
		put16(ip + 2, n - FRAME_ETH);
		put16(ip + 10, 0);
		put16(ip + 10, ~add_words(0, ip, IP4_HEAD));
	} else {
		put16(ip + 4, n - m->tcp);
	}
	put16(m->frame + m->tcp + 16,
	      ~fold((uint32_t)m->data + head_sum(m->frame, m->tcp, n)));
	m->n = 0;
	return n;
}
