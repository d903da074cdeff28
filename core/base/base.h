#ifndef RL_BASE_H
#define RL_BASE_H
/*
 * base.h - language-level helpers every file may use.
 * Nothing here has state; what the x* functions return is the caller's to free.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_LEN(a)	   (sizeof(a) / sizeof((a)[0]))
#define PRINTF(fmt, args)  __attribute__((format(printf, fmt, args)))
#define NORETURN	   __attribute__((noreturn))
#define MUST_CHECK	   __attribute__((warn_unused_result))
#define UNUSED		   __attribute__((unused))

/* Define auto_T: a local that calls fn(var) when it goes out of scope. */
#define DEFINE_AUTO(type, name, nil, fn)           \
	static inline void name##_p(type *p)       \
	{                                          \
		if (*p != (nil)) {                 \
			int saved_ = errno;        \
			fn(*p);                    \
			errno = saved_;            \
		}                                  \
	}

DEFINE_AUTO(void *, free_void, NULL, free)
static inline void auto_free_p(void *p) { free_void_p((void **)p); }
DEFINE_AUTO(int, auto_close, -1, (void)close)

#define auto_free  __attribute__((cleanup(auto_free_p)))
#define auto_close __attribute__((cleanup(auto_close_p)))

/* Allocate or abort the command: running out of memory is not recoverable. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
/* Grow `p` to `n` elements of `size` bytes. */
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* sprintf into a fresh string. */
char *xasprintf(const char *fmt, ...) PRINTF(1, 2);

/* True if a and b are equal; either may be NULL. */
bool streq(const char *a, const char *b);
/* The rest of `s` after `prefix`, or NULL when it does not start so. */
const char *skip_prefix(const char *s, const char *prefix);
bool has_suffix(const char *s, const char *suffix);

/* Hand ownership out of an auto_ variable. */
#define steal_ptr(p) ({ __typeof__(p) v_ = (p); (p) = NULL; v_; })
#define steal_fd(fd) ({ int v_ = (fd); (fd) = -1; v_; })

#endif
