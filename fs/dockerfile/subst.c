/* subst.c - text cut and replaced by patterns of "*" and "?". */
#include "fs/dockerfile/subst.h"

enum { ANY = 256, STAR = 257 }; /* beside the bytes */

/* A pattern: bytes, ANY and STAR. */
struct pattern {
	short t[SUBST_PATTERN_MAX];
	size_t n;
	bool backward; /* it and the text are read from their ends */
};

/* ---- reading one ---- */

static int compile(const char *s, struct pattern *p, struct err *e)
{
	p->n = 0;
	if (strlen(s) > SUBST_PATTERN_MAX)
		return err_set(e, E2BIG, "a pattern of more than %d bytes",
			       SUBST_PATTERN_MAX);
	for (; *s; s++) {
		short t = *s == '*' ? STAR : *s == '?' ? ANY :
						(unsigned char)*s;

		if (*s == '\\') {
			s++;
			if (!*s || !strchr("*?\\}/", *s))
				return err_set(e, EINVAL, "invalid escape "
					       "'\\%.1s' in a pattern", s);
			t = (unsigned char)*s;
		}
		p->t[p->n++] = t;
	}
	return 0;
}

static void reverse(struct pattern *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		short t = p->t[i];

		p->t[i] = p->t[p->n - 1 - i];
		p->t[p->n - 1 - i] = t;
	}
	p->backward = true;
}

/* ---- matching ---- */

/* A value, and how it is read. */
struct text {
	const char *s;
	size_t n;
	bool backward;
};

static unsigned char at(const struct text *x, size_t i)
{
	return x->s[x->backward ? x->n - 1 - i : i];
}

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* One character of UTF-8 from i on: where the next is. */
static size_t skip_char(const struct text *x, size_t i)
{
	if (x->backward) {
		while (i < x->n && continues(at(x, i)))
			i++;
		return i < x->n ? i + 1 : i;
	}
	for (i++; i < x->n && continues(at(x, i)); i++)
		;
	return i;
}

/* Tokens without a STAR at i: where they end, or SIZE_MAX. */
static size_t match_run(const short *t, size_t n, const struct text *x,
			size_t i)
{
	for (size_t k = 0; k < n; k++) {
		if (i >= x->n || (t[k] != ANY && t[k] != at(x, i)))
			return SIZE_MAX;
		i = t[k] == ANY ? skip_char(x, i) : i + 1;
	}
	return i;
}

static size_t find_first(const short *t, size_t n, const struct text *x,
			 size_t i)
{
	for (; i <= x->n; i++) {
		size_t end = match_run(t, n, x, i);

		if (end != SIZE_MAX)
			return end;
	}
	return SIZE_MAX;
}

static size_t find_last(const short *t, size_t n, const struct text *x,
			size_t from)
{
	for (size_t i = x->n + 1; i-- > from;) {
		size_t end = match_run(t, n, x, i);

		if (end != SIZE_MAX)
			return end;
	}
	return SIZE_MAX;
}

static size_t run_length(const struct pattern *p, size_t i)
{
	size_t n = 0;

	while (i + n < p->n && p->t[i + n] != STAR)
		n++;
	return n;
}

/*
 * The pattern at i: where it ends, or SIZE_MAX.  Every run between stars but
 * the last is best where it is found first.
 */
static size_t match_at(const struct pattern *p, const struct text *x, size_t i,
		       bool longest)
{
	size_t k = run_length(p, 0);
	size_t end = match_run(p->t, k, x, i);

	while (end != SIZE_MAX && k < p->n) {
		size_t n = run_length(p, ++k);
		bool last = k + n == p->n;

		end = last && longest ? find_last(p->t + k, n, x, end) :
					find_first(p->t + k, n, x, end);
		k += n;
	}
	return end;
}

int subst_trim(const char *pattern, const char *value, bool suffix,
	       bool longest, size_t *ret_from, size_t *ret_n, struct err *e)
{
	struct text x = { value, strlen(value), suffix };
	struct pattern p = { 0 };
	size_t end;

	TRY(compile(pattern, &p, e));
	if (suffix)
		reverse(&p);
	end = match_at(&p, &x, 0, longest);
	if (end == SIZE_MAX)
		end = 0;
	*ret_from = suffix ? 0 : end;
	*ret_n = x.n - end;
	return 0;
}

/* Where it matches first from `i` on: *ret_end is where that ends. */
static bool find(const struct pattern *p, const struct text *x, size_t i,
		 size_t *ret_start, size_t *ret_end)
{
	size_t n = run_length(p, 0);

	for (; i <= x->n; i++) {
		if (match_run(p->t, n, x, i) == SIZE_MAX)
			continue;
		*ret_start = i;
		*ret_end = match_at(p, x, i, true);
		/* what is missing behind here is missing later too */
		return *ret_end != SIZE_MAX;
	}
	return false;
}

int subst_replace(const char *pattern, const char *by, const char *value,
		  bool all, size_t max, struct str *ret, struct err *e)
{
	struct text x = { value, strlen(value), false };
	struct pattern p = { 0 };
	size_t i = 0, start, end, by_n = strlen(by);

	TRY(compile(pattern, &p, e));
	while (p.n && find(&p, &x, i, &start, &end)) {
		str_add(ret, value + i, start - i);
		str_add(ret, by, by_n);
		if (ret->len > max)
			return err_set(e, E2BIG, "more than %zu bytes", max);
		i = end;
		if (!all || i == x.n)
			break;
	}
	str_add(ret, value + i, x.n - i);
	return 0;
}
