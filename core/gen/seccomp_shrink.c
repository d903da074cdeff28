/* seccomp_shrink.c - the same filter in fewer instructions, at build time. */
#include "core/gen/seccomp_shrink.h"

#include <linux/seccomp.h>

#define ARCHES_MAX 8
#define RANGES_MAX 4096
#define FAR 120         /* well below what 8 bits can jump over */
#define WAITING_MAX (2 * UINT8_MAX)

/* Numbers from `first` to the next range's are decided alike. */
struct range {
	uint32_t first;
	bool     tail;  /* `what` is an instruction that looks at arguments */
	uint32_t what;  /* else the filter's answer */
};

/* A jump whose leaf is not written yet. */
struct waiting {
	unsigned int at;
	bool yes;                 /* jt, else jf */
	const struct range *leaf; /* NULL: one earlier in the list */
};

struct shrink {
	const struct sock_filter *p;
	unsigned int n;
	uint32_t arch;          /* the one that is looked at, and */
	bool     other;         /* whether it is none of those named */
	struct range r[RANGES_MAX];
	size_t   n_ranges;
	struct waiting waiting[WAITING_MAX];
	size_t   n_waiting;
	bool     in_tail[BPF_MAXINSNS];
	unsigned int moved[BPF_MAXINSNS]; /* of tails: where they go */
	struct sock_filter out[2 * BPF_MAXINSNS];
	unsigned int n_out;
};

enum holds { NOTHING, ARCH, NUMBER };

/* ---- the old program, range by range ---- */

static void add_range(struct shrink *s, uint32_t first, bool tail, uint32_t what)
{
	struct range *last = s->n_ranges ? &s->r[s->n_ranges - 1] : NULL;

	if (last && last->tail == tail && last->what == what)
		return;
	if (s->n_ranges == RANGES_MAX)
		abort();
	s->r[s->n_ranges++] = (struct range){ first, tail, what };
}

static bool compare(uint16_t code, uint32_t a, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == k;
	case BPF_JGT:
		return a > k;
	default:
		return a >= k;
	}
}

static bool is_jump(const struct sock_filter *i)
{
	return BPF_CLASS(i->code) == BPF_JMP && BPF_SRC(i->code) == BPF_K &&
	       (BPF_OP(i->code) == BPF_JEQ || BPF_OP(i->code) == BPF_JGT ||
		BPF_OP(i->code) == BPF_JGE);
}

/* The first number above lo that a comparison answers otherwise. */
static uint64_t turn(const struct sock_filter *i, uint32_t lo)
{
	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return lo < i->k ? i->k : lo == i->k ? lo + UINT64_C(1) :
						       UINT64_MAX;
	case BPF_JGT:
		return lo <= i->k ? i->k + UINT64_C(1) : UINT64_MAX;
	default:
		return lo < i->k ? i->k : UINT64_MAX;
	}
}

/*
 * Run for the number `lo`; *hi is lowered to the last number that takes the
 * same way.
 */
static int follow(struct shrink *s, uint32_t lo, uint32_t *hi, struct err *e)
{
	enum holds a = NOTHING;

	for (unsigned int pc = 0; pc < s->n; pc++) {
		const struct sock_filter *i = &s->p[pc];

		if (i->code == (BPF_RET | BPF_K)) {
			add_range(s, lo, false, i->k);
			return 0;
		}
		if (i->code == (BPF_LD | BPF_W | BPF_ABS) && i->k <= 4) {
			a = i->k == 0 ? NUMBER : ARCH;
		} else if (i->code == (BPF_LD | BPF_W | BPF_ABS)) {
			add_range(s, lo, true, pc);
			return 0;
		} else if (i->code == (BPF_JMP | BPF_JA)) {
			pc += i->k;
		} else if (is_jump(i) && a == NUMBER) {
			uint64_t next = turn(i, lo);

			if (next <= *hi)
				*hi = next - 1;
			pc += compare(i->code, lo, i->k) ? i->jt : i->jf;
		} else if (is_jump(i) && a == ARCH &&
			   BPF_OP(i->code) == BPF_JEQ) {
			pc += !s->other && s->arch == i->k ? i->jt : i->jf;
		} else {
			break;
		}
	}
	return err_set(e, EOPNOTSUPP, "a filter of another shape");
}

static int find_ranges(struct shrink *s, struct err *e)
{
	uint64_t lo = 0;

	s->n_ranges = 0;
	while (lo <= UINT32_MAX) {
		uint32_t hi = UINT32_MAX;

		TRY(follow(s, lo, &hi, e));
		lo = hi + UINT64_C(1);
	}
	return 0;
}

/* ---- the new program ---- */

static void put(struct shrink *s, uint16_t code, uint8_t jt, uint8_t jf,
		uint32_t k)
{
	if (s->n_out == ARRAY_LEN(s->out))
		abort();
	s->out[s->n_out++] = (struct sock_filter){ code, jt, jf, k };
}

/*
 * A tail's address is not known yet: a JA to the old one, marked by jt, which
 * JA does not use.
 */
static void put_leaf(struct shrink *s, const struct range *r)
{
	if (!r->tail)
		put(s, BPF_RET | BPF_K, 0, 0, r->what);
	else
		put(s, BPF_JMP | BPF_JA, 1, 0, r->what);
}

static bool same_leaf(const struct range *a, const struct range *b)
{
	return a->tail == b->tail && a->what == b->what;
}

/* Write each leaf that jumps wait for once, and aim them at it. */
static void put_leaves(struct shrink *s)
{
	for (size_t i = 0; i < s->n_waiting; i++) {
		const struct range *leaf = s->waiting[i].leaf;

		if (!leaf)
			continue;
		for (size_t k = i; k < s->n_waiting; k++) {
			struct waiting *w = &s->waiting[k];
			unsigned int far = s->n_out - w->at - 1;

			if (!w->leaf || !same_leaf(w->leaf, leaf))
				continue;
			if (far > UINT8_MAX)
				abort();
			*(w->yes ? &s->out[w->at].jt : &s->out[w->at].jf) = far;
			if (k > i)
				w->leaf = NULL;
		}
		put_leaf(s, leaf);
	}
	s->n_waiting = 0;
}

static void wait_for(struct shrink *s, unsigned int at, bool yes, size_t leaf)
{
	if (s->n_waiting == WAITING_MAX)
		abort();
	s->waiting[s->n_waiting++] = (struct waiting){
		at, yes, &s->r[leaf],
	};
}

/*
 * Ranges [from, to), two at least, as a balanced search, the lower half
 * first.  No way leads past the end of one, so leaves may be put there,
 * before a jump of 8 bits gets too long.
 */
static void put_search(struct shrink *s, size_t from, size_t to)
{
	size_t mid = from + (to - from) / 2;
	unsigned int at = s->n_out;

	/* the upper half may be far: a long jump to it */
	put(s, BPF_JMP | BPF_JGE | BPF_K, 0, to - from > FAR, s->r[mid].first);
	if (to - from > FAR)
		put(s, BPF_JMP | BPF_JA, 0, 0, 0);
	if (mid - from == 1)
		wait_for(s, at, false, from);
	else
		put_search(s, from, mid);
	if (to - mid == 1) {
		wait_for(s, at, true, mid);
	} else {
		if (to - from > FAR)
			s->out[at + 1].k = s->n_out - at - 2;
		else
			s->out[at].jt = s->n_out - at - 1;
		put_search(s, mid, to);
	}
	if (s->n_waiting && s->n_out - s->waiting[0].at > FAR)
		put_leaves(s);
}

/* Everything that can run from `pc` on; jumps only go forward. */
static void mark_tail(struct shrink *s, uint32_t pc)
{
	s->in_tail[pc] = true;
	for (; pc < s->n; pc++) {
		const struct sock_filter *i = &s->p[pc];

		if (!s->in_tail[pc] || BPF_CLASS(i->code) == BPF_RET)
			continue;
		if (BPF_CLASS(i->code) != BPF_JMP) {
			s->in_tail[pc + 1] = true;
		} else if (BPF_OP(i->code) == BPF_JA) {
			s->in_tail[pc + 1 + i->k] = true;
		} else {
			s->in_tail[pc + 1 + i->jt] = true;
			s->in_tail[pc + 1 + i->jf] = true;
		}
	}
}

static void put_tails(struct shrink *s)
{
	unsigned int start = s->n_out;

	for (unsigned int pc = 0; pc < s->n; pc++) {
		if (!s->in_tail[pc])
			continue;
		s->moved[pc] = s->n_out;
		put(s, s->p[pc].code, s->p[pc].jt, s->p[pc].jf, s->p[pc].k);
	}
	for (unsigned int pc = 0; pc < s->n; pc++) {
		const struct sock_filter *old = &s->p[pc];
		unsigned int at = s->moved[pc];

		if (!s->in_tail[pc] || BPF_CLASS(old->code) != BPF_JMP)
			continue;
		if (BPF_OP(old->code) == BPF_JA) {
			s->out[at].k = s->moved[pc + 1 + old->k] - at - 1;
			continue;
		}
		s->out[at].jt = s->moved[pc + 1 + old->jt] - at - 1;
		s->out[at].jf = s->moved[pc + 1 + old->jf] - at - 1;
	}
	for (unsigned int at = 0; at < start; at++)
		if (s->out[at].code == (BPF_JMP | BPF_JA) && s->out[at].jt) {
			s->out[at].jt = 0;
			s->out[at].k = s->moved[s->out[at].k] - at - 1;
		}
}

/* The search of one architecture; a jump over it for the others. */
static int put_arch(struct shrink *s, struct err *e)
{
	unsigned int at = s->n_out;

	if (!s->other) {
		put(s, BPF_LD | BPF_W | BPF_ABS, 0, 0,
		    offsetof(struct seccomp_data, arch));
		put(s, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, s->arch);
		put(s, BPF_JMP | BPF_JA, 0, 0, 0);
	}
	put(s, BPF_LD | BPF_W | BPF_ABS, 0, 0,
	    offsetof(struct seccomp_data, nr));
	TRY(find_ranges(s, e));
	for (size_t i = 0; i < s->n_ranges; i++)
		if (s->r[i].tail)
			mark_tail(s, s->r[i].what);
	if (s->n_ranges > 1)
		put_search(s, 0, s->n_ranges);
	else
		put_leaf(s, &s->r[0]);
	put_leaves(s);
	if (!s->other)
		s->out[at + 2].k = s->n_out - at - 3;
	return 0;
}

/* Architectures that the program asks for: where its jumps hold an arch. */
static size_t find_arches(const struct shrink *s, uint32_t *ret)
{
	enum holds in[BPF_MAXINSNS + 1 + UINT8_MAX] = { NOTHING };
	size_t n = 0;

	for (unsigned int pc = 0; pc < s->n; pc++) {
		const struct sock_filter *i = &s->p[pc];

		if (BPF_CLASS(i->code) == BPF_RET)
			continue;
		if (BPF_CLASS(i->code) != BPF_JMP) {
			in[pc + 1] = i->k == 4 ? ARCH : NUMBER;
		} else if (BPF_OP(i->code) == BPF_JA) {
			in[pc + 1 + i->k] = in[pc];
		} else {
			in[pc + 1 + i->jt] = in[pc + 1 + i->jf] = in[pc];
			if (in[pc] == ARCH && n < ARCHES_MAX)
				ret[n++] = i->k;
		}
	}
	return n;
}

static int shrink(struct shrink *s, struct err *e)
{
	uint32_t arches[ARCHES_MAX];
	size_t n = find_arches(s, arches);

	for (size_t i = 0; i < n; i++) {
		s->arch = arches[i];
		TRY(put_arch(s, e));
	}
	s->other = true;
	TRY(put_arch(s, e));
	put_tails(s);
	return 0;
}

int seccomp_shrink(struct seccomp_filter *f, struct err *e)
{
	auto_free struct shrink *s = xcalloc(1, sizeof(*s));

	s->p = f->insns;
	s->n = f->n;
	TRY(shrink(s, e));
	free(f->owned);
	f->owned = xcalloc(s->n_out, sizeof(*f->owned));
	memcpy(f->owned, s->out, s->n_out * sizeof(*f->owned));
	f->insns = f->owned;
	f->n = s->n_out;
	return 0;
}
