/* logout.c - rl logout: forget the credentials of a registry. */
#include "cmd/cmd.h"

#include "fs/transfer/credential.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_logout;

struct logout_options {
	const char *authfile;
};

static const struct opt options[] = {
	OPT_ROW(OPT_STR, struct logout_options, authfile, "authfile", 0,
		"FILE", "the file that keeps the credentials"),
	OPT_END,
};

static int run(void *opts, int argc, char **argv, struct err *e)
{
	auto_free char *registry = credential_key(argc ? argv[0] : "docker.io");
	const struct logout_options *o = opts;
	int r;

	signal(SIGPIPE, SIG_IGN);
	r = credential_erase(o->authfile, registry, e);
	if (r < 0)
		return err_wrap(e, "log out of %s", registry);
	printf(r ? "Removing login credentials for %s\n" :
		   "Not logged in to %s\n", registry);
	return 0;
}

const struct cmd cmd_logout = {
	.name = "logout",
	.args = "[OPTIONS] [REGISTRY]",
	.help = "log out of a registry",
	.example = "rl logout registry.example.com",
	.opts = options,
	.opts_size = sizeof(struct logout_options),
	.max_args = 1,
	.run = run,
};
