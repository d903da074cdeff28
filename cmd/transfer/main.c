/* main.c - rl-transfer: moves images in and out for rl. */
#include "cmd/cmd.h"

extern const struct cmd cmd_pull, cmd_load, cmd_save, cmd_login, cmd_logout;
extern const struct cmd cmd_cp, cmd_commit, cmd_export, cmd_unpack,
	cmd_import, cmd_push, cmd_build, cmd_builder_prune;

const struct cmd *const cmd_table[] = {
	&cmd_build,
	&cmd_builder_prune,
	&cmd_pull,
	&cmd_push,
	&cmd_load,
	&cmd_save,
	&cmd_import,
	&cmd_login,
	&cmd_logout,
	&cmd_cp,
	&cmd_commit,
	&cmd_export,
	&cmd_unpack,
	NULL,
};

int main(int argc, char **argv)
{
	return cmd_main(argc, argv);
}
