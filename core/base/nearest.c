/* nearest.c - words that differ by a letter or two. */
#include "core/base/nearest.h"

#include "core/base/base.h"

/* Levenshtein's distance of two short words; over 31 bytes is "far". */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[32];

	if (n > 31 || m > 31)
		return SIZE_MAX;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diag = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = diag + (a[i - 1] != b[j - 1]);

			diag = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[m];
}

const char *nearest_word(const char *typed, const char *const *words)
{
	size_t len = strlen(typed), best = len < 4 ? 2 : 3;
	const char *ret = NULL;

	for (; *words; words++) {
		size_t d = distance(typed, *words);

		/* A word typed half is nearer than any misspelt one. */
		if (len >= 3 && strncmp(*words, typed, len) == 0)
			d = 0;
		if (d < best) {
			best = d;
			ret = *words;
		}
	}
	return ret;
}
