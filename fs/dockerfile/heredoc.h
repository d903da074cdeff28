#ifndef RL_DOCKERFILE_HEREDOC_H
#define RL_DOCKERFILE_HEREDOC_H
/*
 * heredoc.h - <<NAME in a line of RUN, COPY or ADD.
 */
#include "fs/dockerfile/dockerfile.h"

#define HEREDOCS_MAX 1000 /* of one line */

/*
 * Is this word "<<NAME", "<<-NAME" or "3<<'NAME'"?  *ret has then no text.
 * `chomp` is for "<<-".  False else.
 */
bool heredoc_word(const char *word, struct df_heredoc *ret, bool *ret_chomp);
/*
 * Cut a line at blanks outside quotes, "<< NAME" being one word; quotes and
 * backslashes stay.
 */
void heredoc_words(const char *line, struct strv *ret);
/* Append an empty one.  Borrowed from the list until the next. */
struct df_heredoc *heredocs_add(struct df_heredocs *h);
/* Append a copy. */
void heredocs_copy(struct df_heredocs *h, const struct df_heredoc *one);
void heredocs_release(struct df_heredocs *h);

#endif
