#ifndef RL_DETACH_KEYS_H
#define RL_DETACH_KEYS_H
/*
 * detach_keys.h - the keys that leave a container to itself: ^P ^Q, or what
 * --detach-keys names, as docker writes them: "ctrl-p,ctrl-q", "ctrl-@,x".
 */
#include "core/base/err.h"

#define DETACH_KEYS_MAX 16

struct detach_keys {
	unsigned char key[DETACH_KEYS_MAX];
	size_t n;    /* 0: there are none */
	size_t seen; /* so many of them were typed last */
};

/* NULL: the default; "": none.  -EINVAL names what is no key. */
int detach_keys_parse(const char *text, struct detach_keys *ret,
		      struct err *e);
/*
 * Look at what was typed: what is to be passed on stands in `out` (room for
 * n + DETACH_KEYS_MAX bytes), *ret_n of it; keys that may begin the sequence
 * wait for the next call.  True: the sequence is complete.
 */
bool detach_keys_take(struct detach_keys *k, const char *in, size_t n,
		      char *out, size_t *ret_n);

#endif
