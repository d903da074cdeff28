#ifndef RL_COPY_RULES_H
#define RL_COPY_RULES_H
/*
 * copy_rules.h - docker cp's rules of names: what its two operands mean and
 * what the copy is called.  Text only; nothing is looked up here.
 */
#include "core/base/err.h"

/* "NAME:PATH", or a path here: then *ret_container is NULL. */
void copy_split(const char *operand, char **ret_container, char **ret_path);
/*
 * A path from `cwd` on without ".", ".." and "//", but with the last "/" or
 * "/." that it was given.
 */
char *copy_absolute(const char *cwd, const char *path);
/* Does it end in "/" or "/.": must it be a folder, also through a link? */
bool copy_wants_folder(const char *path);
/* The folder that an absolute path is in ("/a/." is in "/a"), and its name
 * there: "." for "/a/." and for "/".  Caller frees. */
char *copy_folder(const char *path);
char *copy_name(const char *path);
/* The link at `path` leads to `target`: the path of that. */
char *copy_link_path(const char *path, const char *target);

struct copy_target {
	const char *path; /* absolute, behind links */
	bool exists, is_dir;
};

/*
 * A source named `name`, a folder or not, copied to a target: into which
 * folder it is to be unpacked, and under what name.
 */
int copy_decide(const char *name, bool is_dir, const struct copy_target *to,
		char **ret_folder, char **ret_as, struct err *e);

#endif
