#ifndef RL_COMMIT_OPTIONS_H
#define RL_COMMIT_OPTIONS_H
/*
 * commit_options.h - the options of commit: `rl` reads them and stops the
 * container, rl-transfer makes the image.
 */
#include "cmd/ui/opt.h"

struct commit_options {
	const char *author, *message;
	struct strv changes;
	bool no_pause;
};

extern const struct opt commit_option_table[];

#endif
