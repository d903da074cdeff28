/* ignore_fuzz.c - a path, and any text as an ignore file. */
#include "fs/dockerfile/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is left out takes all below it along, unless something returns. */
static void check(const struct ignore *g, const char *path)
{
	auto_free char *below = xasprintf("%s/x", path);
	bool out = ignore_match(g, path);

	if (out && !ignore_may_return(g, path) && !ignore_match(g, below))
		abort();
	for (size_t i = 0; i < g->n; i++) {
		const char *text = g->v[i].text;

		if (!*text || *text == '/' || has_suffix(text, "/"))
			abort();
		/* a plain one is what it says */
		if (g->v[i].plain && !pattern_match(text, text))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *nl = n ? memchr(data, '\n', n) : NULL;
	auto_ignore struct ignore g = { 0 };
	auto_free char *path = NULL, *text = NULL;
	struct err e = { 0 };

	if (!nl)
		return 0;
	path = xstrndup((const char *)data, nl - data);
	n -= nl + 1 - data;
	text = xstrndup((const char *)nl + 1, n);
	glob_match(text, path);
	pattern_match(text, path);
	if (*path && !memchr(nl + 1, '\0', n) &&
	    ignore_parse("F", text, n, &g, &e) == 0)
		check(&g, path);
	return 0;
}
