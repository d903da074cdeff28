#ifndef RL_OCI_READ_H
#define RL_OCI_READ_H
/*
 * read.h - JSON into structs by tables: a row says which member of an object
 * goes where, and what reads it.
 *
 * Members that a table does not name are passed over, null is a member that
 * is not there, and an error begins with the path of what is wrong:
 * "process.rlimits[0].type: a string is wanted".
 */
#include "core/base/json.h"

struct reader {
	struct str path; /* of what is being read */
	struct err *e;
	void *arg;       /* of who reads, for its own functions */
};

struct field {
	const char *key;
	/* Reads `v` into `dest`, which is the struct's address + offset. */
	int (*read)(struct reader *r, const struct field *f, const json_t *v,
		    void *dest);
	size_t offset;
	const struct field *sub; /* read_object: its members */
	bool required;
};
#define FIELD_END { .key = NULL }

/* Fail for what is being read.  Returns -EINVAL. */
int read_fail(struct reader *r, const char *fmt, ...) PRINTF(2, 3);
/* Every member of the object `v` that `table` names, into the struct. */
int read_fields(struct reader *r, const struct field *table, const json_t *v,
		void *dest);
/* `each` for every element of a list, with its place in the path. */
int read_each(struct reader *r, const json_t *v,
	      int (*each)(struct reader *r, const json_t *v, void *dest),
	      void *dest);
/* The same for every member of an object. */
int read_members(struct reader *r, const json_t *v,
		 int (*each)(struct reader *r, const char *key,
			     const json_t *v, void *dest), void *dest);
/* The string that `v` is, or NULL and *r->e. */
const char *read_text(struct reader *r, const json_t *v);
/* A whole number from `min` to `max`. */
int read_number(struct reader *r, const json_t *v, int64_t min, int64_t max,
		int64_t *ret);

/* ---- what rows name ---- */

/* char *, owned. */
int read_string(struct reader *r, const struct field *f, const json_t *v,
		void *dest);
int read_bool(struct reader *r, const struct field *f, const json_t *v,
	      void *dest);
/* int64_t; uint64_t (above INT64_MAX: see oci_json_parse); uint32_t. */
int read_int64(struct reader *r, const struct field *f, const json_t *v,
	       void *dest);
int read_uint64(struct reader *r, const struct field *f, const json_t *v,
		void *dest);
int read_uint32(struct reader *r, const struct field *f, const json_t *v,
		void *dest);
/* struct strv */
int read_strings(struct reader *r, const struct field *f, const json_t *v,
		 void *dest);
/* The members of f->sub into the struct at `dest`. */
int read_object(struct reader *r, const struct field *f, const json_t *v,
		void *dest);

/*
 * Parse a text whose numbers may be as large as 2^64 - 1: those above
 * INT64_MAX come out as the negative number of the same 64 bits.
 */
int oci_json_parse(const char *text, size_t n, const char *what, json_t **ret,
		   struct err *e);

#endif
