#ifndef RL_NEAREST_H
#define RL_NEAREST_H
/*
 * nearest.h - "did you mean": the word nearest to what was typed.
 */

/* The one of `words` (up to a NULL) that `typed` is nearest to, or NULL. */
const char *nearest_word(const char *typed, const char *const *words);

#endif
