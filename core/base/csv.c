/* csv.c - one line of comma-separated fields. */
#include "core/base/csv.h"

/* One field in quotes, where "" is a quote; NULL: it does not end so. */
static const char *quoted_field(const char *s, struct str *ret)
{
	for (s++; *s; s++) {
		if (*s == '"' && *++s != '"')
			return *s && *s != ',' ? NULL : s;
		str_putc(ret, *s);
	}
	return NULL;
}

bool csv_split(const char *s, struct strv *ret)
{
	for (;; s++) {
		auto_str struct str field = { 0 };

		if (*s == '"') {
			s = quoted_field(s, &field);
		} else {
			str_add(&field, s, strcspn(s, ","));
			s += field.len;
		}
		if (!s)
			return false;
		strv_add(ret, str_text(&field));
		if (!*s)
			return true;
	}
}
