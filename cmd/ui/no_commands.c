/* no_commands.c - an empty cmd_table, for test programs that have none. */
#include "cmd/cmd.h"

__attribute__((weak)) const struct cmd *const cmd_table[] = { NULL };
