/* log_line_fuzz.c - any line of a log; and any text, written and read. */
#include "core/log_line.h"

#include "core/log_escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A line as it lies in the file: what is read of it is within it. */
static void any_line(const uint8_t *data, size_t n)
{
	auto_free char *line = xmalloc(n ? n : 1);
	struct log_entry l;

	memcpy(line, data, n);
	if (log_line_parse(line, n, &l) &&
	    (l.text < line || l.text + l.n > line + n))
		abort();
}

/* What was written comes back: the same text once it is valid UTF-8. */
static char *there_and_back(const char *text, size_t n, size_t *ret)
{
	static const char head[] = "{\"log\":\"",
			  tail[] = "\",\"stream\":\"stderr\","
				   "\"time\":\"2026-01-02T03:04:05.5Z\"}";
	auto_free char *line = xmalloc(sizeof(head) + sizeof(tail) +
				       LOG_ESCAPE_ROOM(n));
	struct log_entry l;
	char *p = line;

	memcpy(p, head, strlen(head));
	p = log_escape(p + strlen(head), text, n);
	memcpy(p, tail, strlen(tail));
	p += strlen(tail);
	if (!log_line_parse(line, (size_t)(p - line), &l) ||
	    l.stream != LOG_STDERR)
		abort();
	*ret = l.n;
	return xstrndup(l.text, l.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *once = NULL, *twice = NULL;
	size_t n1, n2;

	any_line(data, n);
	if (memchr(data, '\0', n))
		return 0;
	once = there_and_back((const char *)data, n, &n1);
	twice = there_and_back(once, n1, &n2);
	if (n1 != n2 || memcmp(once, twice, n1) != 0)
		abort();
	return 0;
}
