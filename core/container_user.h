#ifndef RL_CONTAINER_USER_H
#define RL_CONTAINER_USER_H
/*
 * container_user.h - who the program runs as: --user text against the
 * container's own /etc/passwd and /etc/group.
 *
 * Rules of moby's GetExecUser: a number is always a uid; an explicit group
 * means no supplementary groups from the group file; --group-add is added in
 * any case.  The files are an image's: regular files only, sizes capped.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <sys/types.h>

struct container_user {
	uid_t  uid;
	gid_t  gid;
	gid_t *groups; /* heap, owned by the struct */
	size_t n_groups;
	char  *home;   /* from passwd; NULL when unknown */
};

/*
 * Resolve `text` ("", "uid", "name", "user:group") and the names in
 * `extra_groups` by the texts of passwd and group ("" when missing).
 */
int container_user_resolve(const char *text, const struct strv *extra_groups,
			   const char *passwd, const char *group,
			   struct container_user *ret, struct err *e);
void container_user_release(struct container_user *u);
/* Read a small regular file of the container ("" when it is missing). */
int container_file_read(const char *path, char **ret, struct err *e);

#endif
