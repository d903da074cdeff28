/* detach_keys.c - the keys that leave a container to itself. */
#include "core/detach_keys.h"

#include "core/base/str.h"

/* A character, or "ctrl-" and one of a-z @ [ \ ] ^ _.  -1: neither. */
static int parse_key(const char *s)
{
	const char *c = skip_prefix(s, "ctrl-");

	if (!c)
		return *s && !s[1] ? (unsigned char)*s : -1;
	if (!*c || c[1])
		return -1;
	if (*c >= 'a' && *c <= 'z')
		return *c - 'a' + 1;
	return *c == '@' || (*c >= '[' && *c <= '_') ? *c - '@' : -1;
}

int detach_keys_parse(const char *text, struct detach_keys *ret,
		      struct err *e)
{
	auto_strv struct strv words = { 0 };

	*ret = (struct detach_keys){ .n = 0 };
	if (text && !*text)
		return 0;
	strv_split(&words, text ? text : "ctrl-p,ctrl-q", ',');
	for (size_t i = 0; i < words.n; i++) {
		int key = parse_key(words.v[i]);

		if (key < 0 || ret->n == DETACH_KEYS_MAX)
			return err_set(e, EINVAL, "invalid detach keys (%s): "
				       "'%s' is no character, nor ctrl- and "
				       "one of a-z @ [ \\ ] ^ _", text,
				       words.v[i]);
		ret->key[ret->n++] = key;
	}
	return 0;
}

bool detach_keys_take(struct detach_keys *k, const char *in, size_t n,
		      char *out, size_t *ret_n)
{
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = in[i];

		if (k->n && c == k->key[k->seen]) {
			if (++k->seen == k->n)
				return true;
			continue;
		}
		/* it was none: what waited is input after all */
		memcpy(out + *ret_n, k->key, k->seen);
		*ret_n += k->seen;
		k->seen = 0;
		if (k->n && c == k->key[0] && k->n > 1)
			k->seen = 1;
		else
			out[(*ret_n)++] = c;
	}
	return false;
}
