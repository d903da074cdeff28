#ifndef RL_ENV_FILE_H
#define RL_ENV_FILE_H
/*
 * env_file.h - --env and --env-file, by the rules of docker's kvfile: no
 * quotes, no expansion; a name alone takes the caller's value.
 */
#include "core/base/err.h"
#include "core/base/str.h"

/* One -e: NAME=VALUE, or NAME (ours, or unset in the container). */
int env_add(const char *text, struct strv *env, struct err *e);
/* The lines of an env file; `name` is for messages. */
int env_file_parse(const char *text, const char *name, struct strv *env,
		   struct err *e);

/* What is done with a line of such a file. */
typedef int kv_add(const char *line, struct strv *to, struct err *e);
/* The same rules for any list: every line goes to `add`. */
int kv_file_parse(const char *text, const char *name, kv_add *add,
		  struct strv *to, struct err *e);

#endif
