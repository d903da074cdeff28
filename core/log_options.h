#ifndef RL_LOG_OPTIONS_H
#define RL_LOG_OPTIONS_H
/*
 * log_options.h - --log-driver and --log-opt, by docker's rules.
 */
#include "core/base/err.h"
#include "core/base/str.h"

/* All zeroes: one file that grows. */
struct log_options {
	bool         none;     /* nothing is kept */
	uint64_t     max_size; /* bytes at which a new file begins; 0: never */
	unsigned int max_file; /* how many there may be; 0 and 1: one */
};

/*
 * Parse a driver's name (NULL: json-file) and its options, "max-size=10m"
 * (base 1000, as docker counts here) and "max-file=3", which does nothing
 * without max-size.  -EINVAL: unknown, or not offered here.
 */
int log_options_parse(const char *driver, const struct strv *opts,
		      struct log_options *ret, struct err *e);

#endif
