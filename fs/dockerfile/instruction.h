#ifndef RL_DOCKERFILE_INSTRUCTION_H
#define RL_DOCKERFILE_INSTRUCTION_H
/*
 * instruction.h - one logical line as a typed instruction.
 */
#include "fs/dockerfile/flags.h"
#include "fs/dockerfile/lexer.h"

/* A line that is being read: what stands behind its name and flags. */
struct df_reading {
	const struct df_line *line;
	char escape;
	const char *rest;      /* of the line */
	struct df_flags flags;
	struct df_instruction *in;
};

/*
 * Read a line.  Errors are without file and line.  *ret is the caller's to
 * release in any case.
 */
int df_instruction_read(const struct df_line *l, char escape,
			struct df_instruction *ret, struct err *e);
/* ADD and COPY: sources, a destination, flags. */
int df_copy_read(struct df_reading *r, struct err *e);
/* RUN. */
int df_run_read(struct df_reading *r, struct err *e);
/* HEALTHCHECK. */
int df_health_read(struct df_reading *r, struct err *e);
/* A command in either form; `empty` allows none. */
int df_command_read(const char *rest, bool empty, struct df_command *ret,
		    struct err *e);

/* A deep copy. */
void df_instruction_copy(const struct df_instruction *in,
			 struct df_instruction *ret);
/* Which instruction a name of `n` bytes is, in any case; DF_KINDS: none. */
enum df_kind df_kind_find(const char *name, size_t n);

#endif
