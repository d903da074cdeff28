#ifndef RL_SUBID_H
#define RL_SUBID_H
/*
 * subid.h - the ranges of ids that an administrator lent to a user:
 * subuid(5) and subgid(5), from the files, or from NSS through getsubids(1)
 * where nsswitch.conf names another source.
 */
#include "core/idmap.h"

/* Read the ranges of user `uid`.  Missing files mean no ranges. */
void subid_read(uid_t uid, struct id_extents *ret_uid,
		struct id_extents *ret_gid);
/*
 * The ranges in a subuid(5) text that belong to `name` (may be NULL) or to
 * `uid` as a number: extents with outside and count.  Lines that cannot be
 * read are passed over; overlapping and id-0 ranges too.
 */
void subid_parse(const char *text, const char *name, uid_t uid,
		 struct id_extents *ret);
/*
 * The login name of `uid` by /etc/passwd text; NULL when it is not there.
 * Caller frees.
 */
char *subid_name(const char *passwd, uid_t uid);

#endif
