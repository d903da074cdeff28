#ifndef RL_REPORT_H
#define RL_REPORT_H
/*
 * report.h - how a command ends: its errors on stderr, its output complete.
 *
 * A failing command returns a negative errno and the dispatcher prints the
 * one error.  Only a command that goes on after an error (several operands)
 * or that chooses its own exit code (run: 126, 127) reports by itself.
 * Control characters in a message may come from a registry or an image and
 * are shown as '?', so that they cannot steer the terminal.
 */
#include "core/base/err.h"

/* The exit code of a usage error. */
#define EXIT_USAGE 125

/* Print "rl: TEXT" on stderr; returns `code`. */
int report_error(const struct err *e, int code);
/*
 * The same for a usage error of command `name` (NULL: of rl itself), with a
 * second line that names its --help; returns EXIT_USAGE.
 */
int report_usage(const char *name, const struct err *e);
/*
 * Flush stdout.  -EPIPE when the reader went away, another error when the
 * output could not be written (disk full, closed).
 */
int report_flush(struct err *e);
/*
 * Did what was printed since `errno = 0` fail to be written already?  For
 * what prints much and would go on for nothing.  Errors as report_flush.
 */
int report_written(struct err *e);
/* What could not be written was told: the end of the command is silent. */
void report_discard(void);
/* Write text to stdout through stdio; failures show in report_flush. */
void report_text(const char *text);

#endif
