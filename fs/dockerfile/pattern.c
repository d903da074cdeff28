/* pattern.c - path patterns as tokens, and the run of a path over them. */
#include "fs/dockerfile/pattern.h"

#define NO_CHARACTER 0x110000 /* above it: bytes that are no UTF-8 */

/* One character of UTF-8 at *s, which moves on. */
static uint32_t take_char(const char **s)
{
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
	const unsigned char *p = (const unsigned char *)*s;
	size_t more = *p < 0xc2 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 :
		      *p < 0xf5 ? 3 : 0;
	uint32_t c = more ? *p ^ first[more] : *p;

	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			more = 0;
			c = *p;
			break;
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	*s += more + 1;
	return !more && c >= 0x80 ? NO_CHARACTER + c : c;
}

/* ---- [...] ---- */

/* One of its characters; false: the class is broken here. */
static bool class_char(const char **s, uint32_t *ret)
{
	if (!**s || **s == '-' || **s == ']')
		return false;
	*s += **s == '\\';
	if (!**s)
		return false;
	*ret = take_char(s);
	return true;
}

/*
 * Behind "[": where the class ends, or NULL.  *ret_is: is `c` one of it?
 */
static const char *read_class(const char *s, uint32_t c, bool *ret_is)
{
	bool not = *s == '^', in = false;
	uint32_t low, high;

	s += not;
	for (size_t n = 0; *s != ']' || n == 0; n++) {
		if (!class_char(&s, &low))
			return NULL;
		high = low;
		if (*s == '-') {
			s++;
			if (!class_char(&s, &high))
				return NULL;
		}
		in |= low <= c && c <= high;
	}
	*ret_is = in != not;
	return s + 1;
}

/* ---- compiling ---- */

static void add(struct pattern *p, int kind, uint32_t c)
{
	struct pattern_token *last = p->n ? &p->v[p->n - 1] : NULL;

	/* once more the same star is nothing more */
	if (last && (int)last->kind == kind && kind >= PATTERN_STAR)
		return;
	p->v[p->n++] = (struct pattern_token){ kind, c };
}

static int compile_one(struct pattern *p, const char **s, bool deep,
		       struct err *e)
{
	const char *at = *s;
	bool ignored;

	if (deep && at[0] == '*' && at[1] == '*') {
		*s += 2;
		*s += **s == '/';
		add(p, **s ? PATTERN_TREE : PATTERN_ALL, 0);
		return 0;
	}
	if (*at == '[') {
		*s = read_class(at + 1, 0, &ignored);
		if (!*s)
			return err_set(e, EINVAL, "bad pattern '%.80s': a "
				       "bracket is empty or not closed",
				       p->text);
		add(p, PATTERN_CLASS, at + 1 - p->text);
		return 0;
	}
	if (*at == '*' || *at == '?') {
		add(p, *at == '*' ? PATTERN_STAR : PATTERN_ANY, 0);
		++*s;
		return 0;
	}
	*s += *at == '\\';
	if (!**s)
		return err_set(e, EINVAL, "bad pattern '%.80s': nothing stands "
			       "behind the backslash", p->text);
	add(p, PATTERN_CHAR, take_char(s));
	return 0;
}

int pattern_compile(const char *text, bool deep, struct pattern *ret,
		    struct err *e)
{
	const char *s = text;

	*ret = (struct pattern){ .text = text };
	ret->v = xcalloc(strlen(text) + 1, sizeof(*ret->v));
	while (*s)
		TRY(compile_one(ret, &s, deep, e));
	return 0;
}

void pattern_release(struct pattern *p)
{
	free(p->v);
	*p = (struct pattern){ 0 };
}

/* ---- running ---- */

/* Places in the pattern: those where a path that is read so far may be. */
struct places {
	const struct pattern *p;
	uint32_t *v;
	size_t n;
	unsigned char *seen; /* of each: IN, or ENTERED too */
};
enum { IN = 1, ENTERED = 2 };

static void put(struct places *s, size_t i, int how)
{
	if (!s->seen[i])
		s->v[s->n++] = i;
	s->seen[i] |= how;
}

/* A place, and those behind it that need no character. */
static void enter(struct places *s, size_t i)
{
	while (!(s->seen[i] & ENTERED)) {
		put(s, i, IN | ENTERED);
		if (i == s->p->n || s->p->v[i].kind < PATTERN_STAR)
			return;
		i++;
	}
}

static void step(const struct pattern *p, size_t i, uint32_t c,
		 struct places *to)
{
	const struct pattern_token *t = &p->v[i];
	bool is = false;

	if (i == p->n)
		return;
	switch (t->kind) {
	case PATTERN_CHAR:
		is = t->c == c;
		break;
	case PATTERN_ANY:
		is = c != '/';
		break;
	case PATTERN_CLASS:
		read_class(p->text + t->c, c, &is);
		break;
	case PATTERN_STAR:
		if (c != '/')
			enter(to, i);
		return;
	case PATTERN_ALL:
		enter(to, i);
		return;
	case PATTERN_TREE:
		/* it ends behind a "/" only */
		put(to, i, IN);
		is = c == '/';
		break;
	}
	if (is)
		enter(to, i + 1);
}

static void clear(struct places *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->seen[s->v[i]] = 0;
	s->n = 0;
}

static bool at_end(const struct places *s)
{
	return s->seen[s->p->n] != 0;
}

/* Is there a place, but the end, that "/" leads on from? */
static bool goes_below(const struct places *now, struct places *next)
{
	for (size_t i = 0; i < now->n; i++)
		step(now->p, now->v[i], '/', next);
	return next->n != 0;
}

static enum pattern_result run(struct places *now, struct places *next,
			       const char *path, bool parents)
{
	enter(now, 0);
	while (*path && now->n) {
		struct places swap = *now;
		uint32_t c;

		if (parents && *path == '/' && at_end(now))
			return PATTERN_YES;
		c = take_char(&path);
		for (size_t i = 0; i < now->n; i++)
			step(now->p, now->v[i], c, next);
		clear(now);
		swap.n = 0;
		*now = *next;
		*next = swap;
	}
	if (now->n && at_end(now))
		return PATTERN_YES;
	return goes_below(now, next) ? PATTERN_BELOW : PATTERN_NO;
}

enum pattern_result pattern_run(const struct pattern *p, const char *path,
				bool parents)
{
	size_t n = p->n + 1;
	uint32_t few[2 * 64];
	unsigned char few_seen[2 * 64] = { 0 };
	auto_free uint32_t *many = n > 64 ? xcalloc(2 * n, sizeof(*many)) :
					    NULL;
	auto_free unsigned char *many_seen = n > 64 ? xcalloc(2, n) : NULL;
	uint32_t *v = many ? many : few;
	unsigned char *seen = many ? many_seen : few_seen;
	struct places now = { p, v, 0, seen };
	struct places next = { p, v + n, 0, seen + n };

	return run(&now, &next, path, parents);
}
