#ifndef RL_TOML_H
#define RL_TOML_H
/*
 * toml.h - the part of TOML 1.0 that configuration files of container tools
 * use, as JSON values.
 *
 * Tables, arrays of tables, dotted keys, strings of one line ("" and ''),
 * integers, booleans, arrays and inline tables.  Dates, floats and strings
 * of several lines are errors that name the line.
 */
#include "core/base/json.h"

/* Parse NUL-terminated text; *ret is a new object. */
int toml_parse(const char *text, json_t **ret, struct err *e);

#endif
