#ifndef RL_LOG_LINE_H
#define RL_LOG_LINE_H
/*
 * log_line.h - one line of a json-file log, back to what was written.
 *
 * The line may be docker's or damaged: members in any order, others passed
 * over, a missing "log" is an empty one.
 */
#include "core/log_file.h"

struct log_entry {
	enum log_stream stream;
	int64_t     time; /* ns since 1970 */
	const char *text; /* `n` bytes, any; within the parsed line */
	size_t      n;
};

/*
 * Parse `n` bytes, the newline not among them; the text is unescaped in
 * place, so the line is spoilt.  False: it is no line of a log.
 */
bool log_line_parse(char *line, size_t n, struct log_entry *ret);
/* Does its line end here, or is it a part of it? */
static inline bool log_entry_ends_line(const struct log_entry *l)
{
	return l->n > 0 && l->text[l->n - 1] == '\n';
}

#endif
