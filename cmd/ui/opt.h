#ifndef RL_OPT_H
#define RL_OPT_H
/*
 * opt.h - the one option parser: a table in, a filled struct out.
 *
 * An option's value lands in a member of the command's own options struct,
 * at `offset`.  Long options take "--name value" and "--name=value"; letters
 * may be joined ("-it") and their value may follow at once ("-p8080:80").
 * Strings point into argv; lists hold copies.  The tables also make --help,
 * the man pages and the shell completions.
 */
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/str.h"

enum opt_kind {
	OPT_BOOL,  /* bool; --name, --name=true, --name=false (1/0/t/f) */
	OPT_OFF,   /* the same, but the member holds the opposite: for what is
		    * on unless --name=false */
	OPT_STR,   /* const char *; the last one given wins */
	OPT_LIST,  /* struct strv; every one given, in order */
	OPT_INT,   /* int64_t; decimal, may be negative */
	OPT_CALL,  /* parse(value, member, e) decides */
};

struct opt {
	const char   *name;   /* without "--"; NULL ends a table */
	char          letter; /* 0: none */
	enum opt_kind kind;
	size_t        offset;
	const char   *arg;    /* what --help calls the value; NULL for a bool */
	const char   *help;   /* a few words, no full stop */
	int (*parse)(const char *value, void *member, struct err *e);
	bool          hidden; /* works, but is not shown */
};

/* Rows of a table: struct type, member, name, letter, arg, help. */
#define OPT_ROW(k, T, m, n, l, a, h)                                     \
	{ .name = (n), .letter = (l), .kind = (k), .arg = (a),           \
	  .help = (h), .offset = offsetof(T, m) }
#define OPT_END { .name = NULL }

/*
 * Parse argv[1..].  Operands are moved to the front of argv, *ret_argc of
 * them; with `verbatim` the first operand ends the options and all after it
 * is kept as it is.  "--" always ends them.  --help sets *ret_help.
 */
int opt_parse(const struct opt *table, void *dest, bool verbatim, int argc,
	      char **argv, int *ret_argc, bool *ret_help, struct err *e);
/* Free the lists in `dest`. */
void opt_release(const struct opt *table, void *dest);
/* The options that are set, as a new object: their names and values. */
json_t *opt_save(const struct opt *table, const void *dest);
/* Fill `dest` (zeroes) from one; strings are borrowed from it.  Names that
 * the table does not have are passed over. */
int opt_load(const struct opt *table, const json_t *saved, void *dest,
	     struct err *e);

#endif
