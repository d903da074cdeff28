#ifndef RL_JSON_H
#define RL_JSON_H
/*
 * json.h - jansson with our errors, limits and cleanup.
 *
 * Text from outside is parsed with a size cap and jansson's own nesting cap
 * (JSON_PARSER_MAX_DEPTH); duplicate keys and bytes that are not UTF-8 are
 * errors.  Getters name the path of what has the wrong type.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <jansson.h>

DEFINE_AUTO(json_t *, auto_json, NULL, json_decref)
#define auto_json __attribute__((cleanup(auto_json_p)))

/* Largest JSON text taken from outside: a manifest or an image config. */
#define JSON_TEXT_MAX (4 << 20)

/* Parse `len` bytes; `what` names the text in errors.  *ret is a reference. */
int json_parse(const char *text, size_t len, const char *what, json_t **ret,
	       struct err *e);
int json_read_file(int dirfd, const char *path, json_t **ret, struct err *e);

/*
 * Members of an object by name.  A missing or null member gives NULL, 0 or
 * false and success; one of another type is -EINVAL.  Strings are borrowed
 * from `obj`.
 */
int json_str(const json_t *obj, const char *key, const char **ret,
	     struct err *e);
int json_int(const json_t *obj, const char *key, int64_t *ret, struct err *e);
int json_bool(const json_t *obj, const char *key, bool *ret, struct err *e);
int json_arr(const json_t *obj, const char *key, const json_t **ret,
	     struct err *e);
int json_obj(const json_t *obj, const char *key, const json_t **ret,
	     struct err *e);
/* Append a member that is a list of strings. */
int json_strv(const json_t *obj, const char *key, struct strv *ret,
	      struct err *e);
/* A string that may hold bytes which are no UTF-8, as best JSON can; NULL is
 * the empty one. */
json_t *json_from_bytes(const char *s);
/* A new array of the list's strings. */
json_t *json_from_strv(const struct strv *l);
/* Compact text of a value; the caller frees. */
char *json_text(const json_t *v);

#endif
