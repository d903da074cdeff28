#ifndef RL_CONTAINER_NAME_H
#define RL_CONTAINER_NAME_H
/*
 * container_name.h - containers' names: made up, checked, claimed, given up.
 *
 * containers/.names/NAME is a link whose text is the first digits of an ID:
 * making it is the claim.  A link whose container is gone, or calls itself
 * otherwise by now (its file `name`), is nobody's.
 */
#include "core/base/err.h"

/* So many digits of an ID stand in a link. */
#define CONTAINER_LINK_DIGITS 56

/*
 * Claim `name` (NULL: one is made up) for `id`; *ret is the caller's to
 * free.  `containers` is the folder's fd.  -EEXIST: it is taken.
 */
int container_name_claim(int containers, const char *name, const char *id,
			 char **ret, struct err *e);
/* Give a name up, if it is this container's. */
void container_name_drop(int containers, const char *name, const char *id);
/* The digits behind a name, NUL-ended.  False: nobody has it. */
bool container_name_find(int containers, const char *name,
			 char ret[static CONTAINER_LINK_DIGITS + 1]);

#endif
