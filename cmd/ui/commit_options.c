/* commit_options.c - the table of commit's options. */
#include "cmd/ui/commit_options.h"

#define O(k, m, n, l, a, h) OPT_ROW(k, struct commit_options, m, n, l, a, h)

const struct opt commit_option_table[] = {
	O(OPT_STR, author, "author", 'a', "TEXT",
	  "author, such as \"Ann <ann@example.com>\""),
	O(OPT_LIST, changes, "change", 'c', "INSTRUCTION",
	  "apply a Dockerfile's instruction (CMD, ENV, ...) to the image"),
	O(OPT_STR, message, "message", 'm', "TEXT", "what was done"),
	O(OPT_OFF, no_pause, "pause", 'p', NULL,
	  "stop the container's processes meanwhile (default true)"),
	OPT_END,
};
