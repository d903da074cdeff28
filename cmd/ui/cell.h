#ifndef RL_CELL_H
#define RL_CELL_H
/*
 * cell.h - texts made to fit the cells of a table, as docker makes them.
 */
#include "core/base/str.h"

/* At most `columns` characters, the last of a longer text an ellipsis.
 * Caller frees. */
char *cell_cut(const char *s, size_t columns);
/* In double quotes, control characters escaped as Go does.  Caller frees. */
char *cell_quote(const char *s);

#endif
