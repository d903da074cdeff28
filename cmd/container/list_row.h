#ifndef RL_LIST_ROW_H
#define RL_LIST_ROW_H
/*
 * list_row.h - containers as the rows of `rl ps`, in docker's fields.
 */
#include "cmd/container/list.h"

struct row_options {
	bool whole; /* --no-trunc */
	int64_t now;
	/* Fields that cost something; those not wanted are "". */
	bool image, command, ports, labels, mounts, networks, size;
};

/* Append a row for each. */
int list_rows(const struct store *s, const struct entry_list *l,
	      const struct row_options *o, json_t *rows, struct err *e);
/*
 * Bytes of its upper folder, and with its image's layers (may be NULL), as
 * they came.
 */
int entry_size(const struct store *s, const struct entry *n, uint64_t *ret_rw,
	       uint64_t *ret_all, struct err *e);

#endif
