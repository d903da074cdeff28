/* cell.c - shorten and quote what tables show. */
#include "cmd/ui/cell.h"

#define ELLIPSIS "\xe2\x80\xa6"

/* Bytes of the first `n` characters; UTF-8's others follow their first. */
static size_t bytes_of(const char *s, size_t n)
{
	size_t i = 0;

	for (; s[i]; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

char *cell_cut(const char *s, size_t columns)
{
	if (!s[bytes_of(s, columns)])
		return xstrdup(s);
	return xasprintf("%.*s" ELLIPSIS, (int)bytes_of(s, columns - 1), s);
}

char *cell_quote(const char *s)
{
	static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
	struct str out = { 0 };

	str_putc(&out, '"');
	for (; *s; s++) {
		const char *known = strchr(from, *s);

		if (known)
			str_printf(&out, "\\%c", to[known - from]);
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			str_printf(&out, "\\x%02x", (unsigned char)*s);
		else
			str_putc(&out, *s);
	}
	str_putc(&out, '"');
	return str_steal(&out);
}
