#ifndef RL_LOG_ESCAPE_H
#define RL_LOG_ESCAPE_H
/*
 * log_escape.h - any bytes as the inside of a JSON string, byte for byte as
 * docker's json-file writes them.
 *
 * '"', '\', newline and carriage return get a backslash, other controls and
 * '<', '>', '&', U+2028, U+2029 become \u00XX; each byte that is not part of
 * valid UTF-8 becomes \ufffd.
 */
#include "core/base/base.h"

/* What `n` bytes can need, with what log_escape writes beyond their end. */
#define LOG_ESCAPE_ROOM(n) (6 * (n) + 16)

/*
 * Escape `n` bytes into `out`, which has LOG_ESCAPE_ROOM(n); returns the end
 * of what was written (no NUL; up to 16 bytes behind it are overwritten).
 */
char *log_escape(char *out, const char *text, size_t n);
/*
 * How much of `text` to take so that no character is cut: `n`, or up to
 * three less where it ends amid one that may still be completed.
 */
size_t log_whole_chars(const char *text, size_t n);

#endif
