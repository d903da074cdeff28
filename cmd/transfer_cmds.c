/*
 * transfer_cmds.c - the commands that rl-transfer carries out.
 *
 * Here is only what `rl help` and the dispatcher need; their options live in
 * cmd/transfer/, and --help of each is answered there.
 */
#include "cmd/cmd.h"

const struct cmd cmd_pull = {
	.name = "pull",
	.aliases = "image pull",
	.help = "fetch an image from a registry",
	.transfer = true,
};

const struct cmd cmd_push = {
	.name = "push",
	.aliases = "image push",
	.help = "send an image to a registry",
	.transfer = true,
};

const struct cmd cmd_build = {
	.name = "build",
	.aliases = "image build,builder build",
	.help = "make an image from a Dockerfile",
	.transfer = true,
};

const struct cmd cmd_builder_prune = {
	.name = "builder prune",
	.help = "remove the build cache",
	.transfer = true,
};

const struct cmd cmd_login = {
	.name = "login",
	.help = "log in to a registry",
	.transfer = true,
};

const struct cmd cmd_logout = {
	.name = "logout",
	.help = "log out of a registry",
	.transfer = true,
};

const struct cmd cmd_load = {
	.name = "load",
	.aliases = "image load",
	.help = "load images from an archive, a folder or stdin",
	.transfer = true,
};

const struct cmd cmd_save = {
	.name = "save",
	.aliases = "image save",
	.help = "write images to an archive, a folder or stdout",
	.transfer = true,
};

const struct cmd cmd_cp = {
	.name = "cp",
	.aliases = "container cp",
	.help = "copy files and folders between a container and here",
	.transfer = true,
};

const struct cmd cmd_export = {
	.name = "export",
	.aliases = "container export",
	.help = "write a container's files as a tar, without its volumes",
	.transfer = true,
};

const struct cmd cmd_import = {
	.name = "import",
	.aliases = "image import",
	.help = "make an image of a root filesystem's tar",
	.transfer = true,
};
