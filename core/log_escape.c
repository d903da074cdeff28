/*
 * log_escape.c - bytes to JSON, a register at a time.
 *
 * Nearly all bytes of a log are copied as they are.  copy_step() copies STEP
 * of them and finds the first that needs more in a few instructions; what it
 * copied behind that one is overwritten.
 */
#include "core/log_escape.h"

#ifdef __SSE2__
#include <emmintrin.h>

#define STEP 16

/* A bit for each byte that cannot be copied, the first one lowest. */
static inline unsigned int copy_step(char *out, const char *s)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)s);
	/* as signed bytes, controls and all that is not ASCII are < 0x20 */
	__m128i bad = _mm_cmplt_epi8(x, _mm_set1_epi8(0x20));

	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	/* '"' and '&' differ in bit 2, '<' and '>' in bit 1 */
	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(
		_mm_or_si128(x, _mm_set1_epi8(4)), _mm_set1_epi8('&')));
	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(
		_mm_or_si128(x, _mm_set1_epi8(2)), _mm_set1_epi8('>')));
	_mm_storeu_si128((__m128i *)(void *)out, x);
	return (unsigned int)_mm_movemask_epi8(bad);
}

static inline unsigned int first_of(unsigned int mask)
{
	return (unsigned int)__builtin_ctz(mask);
}
#else
#include <endian.h>

#define STEP 8
#define EACH(c) (0x0101010101010101ULL * (unsigned char)(c))

/* The high bit of each zero byte of x; above the first, of others too. */
static inline uint64_t zero_bytes(uint64_t x)
{
	return (x - EACH(1)) & ~x & EACH(0x80);
}

static inline uint64_t copy_step(char *out, const char *s)
{
	uint64_t x;

	memcpy(&x, s, STEP);
	memcpy(out, &x, STEP);
	x = le64toh(x);
	return (x & EACH(0x80)) | ((x - EACH(0x20)) & ~x & EACH(0x80)) |
	       zero_bytes(x ^ EACH('\\')) |
	       zero_bytes((x | EACH(4)) ^ EACH('&')) |
	       zero_bytes((x | EACH(2)) ^ EACH('>'));
}

static inline unsigned int first_of(uint64_t mask)
{
	return (unsigned int)__builtin_ctzll(mask) / 8;
}
#endif

/*
 * The length of the character that `s` begins with: 2 to 4; 0 when that is
 * no UTF-8, -1 when the text ends before it can be told (Unicode 3.9 D92:
 * no surrogates, nothing longer than need be, nothing above U+10FFFF).
 */
static int char_len(const char *text, const char *end)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char lo = 0x80, hi = 0xbf;
	int n;

	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	n = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	if (*s == 0xe0)
		lo = 0xa0;
	else if (*s == 0xed)
		hi = 0x9f;
	else if (*s == 0xf0)
		lo = 0x90;
	else if (*s == 0xf4)
		hi = 0x8f;
	for (int i = 1; i < n; i++) {
		if (s + i == (const unsigned char *)end)
			return -1;
		if (s[i] < lo || s[i] > hi)
			return 0;
		lo = 0x80;
		hi = 0xbf;
	}
	return n;
}

static char *put(char *out, const char *text, size_t n)
{
	memcpy(out, text, n);
	return out + n;
}

/* One ASCII character that cannot be copied. */
static char *put_ascii(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c == '\\' || c == '"') {
		*out++ = '\\';
		*out++ = (char)c;
		return out;
	}
	if (c == '\n')
		return put(out, "\\n", 2);
	if (c == '\r')
		return put(out, "\\r", 2);
	out = put(out, "\\u00", 4);
	*out++ = hex[c >> 4];
	*out++ = hex[c & 15];
	return out;
}

/* A run of what is not ASCII; *s goes to its end. */
static char *put_wide(char *out, const char **s, const char *end)
{
	while (*s < end && (unsigned char)**s >= 0x80) {
		int n = char_len(*s, end);

		if (n <= 0) {
			out = put(out, "\\ufffd", 6);
			n = 1;
		} else if (n == 3 && memcmp(*s, "\xe2\x80\xa8", 3) == 0) {
			out = put(out, "\\u2028", 6);
		} else if (n == 3 && memcmp(*s, "\xe2\x80\xa9", 3) == 0) {
			out = put(out, "\\u2029", 6);
		} else {
			for (int i = 0; i < n; i++)
				*out++ = (*s)[i];
		}
		*s += n;
	}
	return out;
}

/* What stopped the copying; *s goes behind it. */
static char *put_special(char *out, const char **s, const char *end)
{
	unsigned char c = (unsigned char)**s;

	if (c >= 0x80)
		return put_wide(out, s, end);
	++*s;
	return put_ascii(out, c);
}

static inline bool is_plain(char c)
{
	return c >= 0x20 && c != '\\' && (c | 4) != '&' && (c | 2) != '>';
}

char *log_escape(char *out, const char *s, size_t n)
{
	const char *end = s + n;

	while (end - s >= STEP) {
		__auto_type mask = copy_step(out, s);
		unsigned int k = mask ? first_of(mask) : STEP;

		s += k;
		out += k;
		if (mask)
			out = put_special(out, &s, end);
	}
	while (s < end) {
		if (is_plain(*s))
			*out++ = *s++;
		else
			out = put_special(out, &s, end);
	}
	return out;
}

size_t log_whole_chars(const char *text, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)text[n - back];

		if (c < 0x80)
			return n;
		if (c >= 0xc0)
			return char_len(text + n - back, text + n) < 0
				       ? n - back : n;
	}
	return n;
}
