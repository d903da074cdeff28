/* timewait.c - connections that the host's side ended first go at once. */
#include "net/slirp/timewait.h"

static struct timewait_end *place(struct timewait *t,
				  const struct timewait_end *key)
{
	const uint8_t *p = key->peer.s6_addr;
	uint32_t h = (uint32_t)key->guest_port << 16 | key->peer_port;

	for (size_t i = 0; i < sizeof(key->peer); i++)
		h = (h ^ p[i]) * 16777619u;
	/* a product's high bits depend on all others */
	return &t->ends[h / (UINT32_MAX / TIMEWAIT_PLACES + 1)];
}

static bool same(const struct timewait_end *a, const struct timewait_end *b)
{
	return a->peer_port == b->peer_port && a->guest_port == b->guest_port &&
	       memcmp(&a->peer, &b->peer, sizeof(a->peer)) == 0 &&
	       memcmp(&a->guest, &b->guest, sizeof(a->guest)) == 0;
}

/* The number behind a segment with a FIN; 0 for all others. */
static uint32_t behind_fin(const struct frame *f)
{
	size_t head;

	if (f->protocol != IPPROTO_TCP || f->fragment ||
	    (f->flags & (FRAME_FIN | FRAME_SYN | FRAME_RST)) != FRAME_FIN)
		return 0;
	head = (f->payload[12] >> 4) * 4;
	return head > f->len ? 0 : f->seq + (uint32_t)(f->len - head) + 1;
}

void timewait_from_guest(struct timewait *t, const struct frame *f)
{
	uint32_t end = behind_fin(f);
	struct timewait_end key = {
		.peer = f->dst, .guest = f->src,
		.peer_port = f->dport, .guest_port = f->sport, .end = f->ack,
	};
	const struct timewait_end *p;

	t->closing = NULL;
	if (!end || !(f->flags & FRAME_ACK))
		return;
	p = place(t, &key);
	if (!p->end || p->end != key.end || !same(p, &key))
		return;
	t->closing = p;
	t->guest_end = end;
}

void timewait_to_guest(struct timewait *t, const uint8_t *frame, size_t n)
{
	struct timewait_end key;
	struct frame f;

	if (frame_parse(frame, n, &f) != FRAME_IP ||
	    f.protocol != IPPROTO_TCP || f.fragment)
		return;
	key = (struct timewait_end){
		.peer = f.src, .guest = f.dst,
		.peer_port = f.sport, .guest_port = f.dport,
		.end = behind_fin(&f),
	};
	if (key.end) {
		*place(t, &key) = key;
		return;
	}
	if (t->closing && f.ack == t->guest_end && same(t->closing, &key) &&
	    (f.flags & (FRAME_ACK | FRAME_SYN | FRAME_RST)) == FRAME_ACK)
		t->n = frame_reset(t->reset, &f);
}

size_t timewait_due(struct timewait *t)
{
	size_t n = t->n;

	if (n)
		place(t, t->closing)->end = 0;
	t->closing = NULL;
	t->n = 0;
	return n;
}
