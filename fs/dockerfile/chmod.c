/* chmod.c - modes from numbers and from symbols. */
#include "fs/dockerfile/chmod.h"

#define WHO_U 04700
#define WHO_G 02070
#define WHO_O 01007

static int bad(const char *text, struct err *e)
{
	return err_set(e, EINVAL, "invalid mode '%.40s': it is octal, 0 to "
		       "7777, or as u=rwX,go=rX", text);
}

/* Which of u g o a: without any it is all. */
static mode_t read_who(const char **s)
{
	mode_t who = 0;

	for (; **s && strchr("ugoa", **s); (*s)++)
		who |= **s == 'u' ? WHO_U : **s == 'g' ? WHO_G :
		       **s == 'o' ? WHO_O : 07777;
	return who ? who : 07777;
}

/* Behind + - =: letters, or one of u g o. */
static void read_bits(const char **s, struct chmod_clause *c)
{
	if (**s && strchr("ugo", **s)) {
		c->copy = *(*s)++;
		return;
	}
	for (; **s && strchr("rwxXst", **s); (*s)++) {
		switch (**s) {
		case 'r':
			c->bits |= 0444;
			break;
		case 'w':
			c->bits |= 0222;
			break;
		case 'x':
			c->bits |= 0111;
			break;
		case 'X':
			c->execute_if = true;
			break;
		case 's':
			c->bits |= 06000;
			break;
		default:
			c->bits |= 01000;
		}
	}
}

int chmod_parse(const char *text, struct chmod *ret, struct err *e)
{
	size_t digits = strspn(text, "01234567");
	const char *s = text;

	*ret = (struct chmod){ .set = true };
	if (digits && !text[digits]) {
		ret->mode = digits > 8 ? 010000 : strtoul(text, NULL, 8);
		return ret->mode > 07777 ? bad(text, e) : 0;
	}
	do {
		mode_t who = read_who(&s);

		if (!*s || !strchr("+-=", *s))
			return bad(text, e);
		while (*s && strchr("+-=", *s)) {
			struct chmod_clause c = { .who = who, .op = *s++ };

			read_bits(&s, &c);
			if (ret->n == CHMOD_CLAUSES_MAX)
				return bad(text, e);
			ret->c[ret->n++] = c;
		}
	} while (*s++ == ',');
	return s[-1] ? bad(text, e) : 0;
}

/* What u, g or o have, for all three. */
static mode_t copied(char from, mode_t mode)
{
	mode_t three = (from == 'u' ? mode >> 6 : from == 'g' ? mode >> 3 :
			mode) & 7;

	return three * 0111;
}

static mode_t clause(const struct chmod_clause *c, mode_t mode)
{
	mode_t bits = c->copy ? copied(c->copy, mode) : c->bits;
	/* a folder keeps its set-id bits unless they are named */
	mode_t keep = S_ISDIR(mode) ? 06000 & ~bits : 0;

	if (c->execute_if && (S_ISDIR(mode) || (mode & 0111)))
		bits |= 0111;
	if (c->op == '-')
		return mode & ~(bits & c->who);
	if (c->op == '=')
		mode &= ~(c->who & 07777 & ~keep);
	return mode | (bits & c->who);
}

mode_t chmod_apply(const struct chmod *c, mode_t mode)
{
	if (!c->set)
		return mode & 07777;
	if (c->n == 0)
		return c->mode;
	for (size_t i = 0; i < c->n; i++)
		mode = clause(&c->c[i], mode);
	return mode & 07777;
}
