#ifndef RL_STR_H
#define RL_STR_H
/*
 * str.h - growing text, and lists of strings.
 *
 * Both start as all zeroes, own what they hold, and are released with
 * auto_str / auto_strv or the _release call.  A buffer fed from outside the
 * program is given a cap by its caller before it is filled.
 */
#include "core/base/base.h"

struct str {
	char  *s; /* NUL-terminated, or NULL while empty */
	size_t len, cap;
};

/* Free the text; the buffer is empty after. */
void str_release(struct str *b);
/* Append. */
void str_add(struct str *b, const void *data, size_t n);
void str_puts(struct str *b, const char *s);
void str_putc(struct str *b, char c);
void str_printf(struct str *b, const char *fmt, ...) PRINTF(2, 3);
/* The text, never NULL.  Still owned by `b`. */
const char *str_text(const struct str *b);
/* The text as a string the caller frees, never NULL; `b` is empty after. */
char *str_steal(struct str *b);

/* A NULL-terminated list of owned strings, as execve takes it. */
struct strv {
	char **v; /* NULL while empty: read it through strv_list() */
	size_t n, cap;
};

/* Free every string and the list. */
void strv_release(struct strv *l);
/* Append a copy. */
void strv_add(struct strv *l, const char *s);
/* Append `s` itself. */
void strv_take(struct strv *l, char *s);
void strv_printf(struct strv *l, const char *fmt, ...) PRINTF(2, 3);
void strv_extend(struct strv *l, char *const *more);
/* Remove every string. */
void strv_clear(struct strv *l);
/* Remove entry i. */
void strv_remove(struct strv *l, size_t i);
bool strv_has(const struct strv *l, const char *s);
/* The NULL-terminated array, never NULL.  Still owned by `l`. */
char **strv_list(const struct strv *l);
/* Cut `text` at every `sep`; empty fields are kept. */
void strv_split(struct strv *l, const char *text, char sep);

/* Environment-style lists of "KEY=VALUE": set, drop, look up by key. */
void env_set(struct strv *l, const char *key, const char *value);
void env_unset(struct strv *l, const char *key);
/* The value, owned by `l`, or NULL. */
const char *env_get(const struct strv *l, const char *key);

static inline void auto_str_p(struct str *b) { str_release(b); }
static inline void auto_strv_p(struct strv *l) { strv_release(l); }
#define auto_str  __attribute__((cleanup(auto_str_p)))
#define auto_strv __attribute__((cleanup(auto_strv_p)))

/*
 * Parse a whole decimal number (no sign, no space, no trailing text) of at
 * most `max`.  False, and *ret untouched, when `s` is anything else.
 */
bool parse_u64(const char *s, uint64_t max, uint64_t *ret);
/* The same with a sign before it: "-1", "+5". */
bool parse_i64(const char *s, int64_t *ret);
/*
 * Parse "64m", "1.5g", "512": b k m g t, base 1024, upper or lower case, an
 * optional "b" or "ib" behind the unit.
 */
bool parse_size(const char *s, uint64_t *ret);
/* The same with base 1000: docker's units.FromHumanSize. */
bool parse_size_1000(const char *s, uint64_t *ret);
/* "1.23MB" as docker prints it: base 1000, four significant digits. */
char *format_size(uint64_t bytes);
/* The same with three significant digits; with base 1024 ("1.5MiB"). */
char *format_size_short(uint64_t bytes);
char *format_size_1024(uint64_t bytes);
/* "3 days", "About an hour": docker's units.HumanDuration, in seconds. */
char *format_duration(int64_t seconds);

#endif
