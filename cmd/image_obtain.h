#ifndef RL_IMAGE_OBTAIN_H
#define RL_IMAGE_OBTAIN_H
/*
 * image_obtain.h - the image of a command that runs one: from the store, or
 * pulled into it as --pull says.
 *
 *	missing   pull what is not here (the default)
 *	always    ask the registry first; it is an error if that fails
 *	newer     ask the registry first; what is here does if that fails
 *	never     only what is here
 */
#include "fs/image.h"

struct image_wish {
	const char *name;
	const char *pull;     /* NULL: missing */
	const char *platform; /* NULL: this machine's */
	bool        quiet;    /* no progress */
};

/*
 * Load the image.  0; or a positive exit code when the helper that pulls has
 * told the user already what is wrong; or an error.
 */
int image_obtain(const struct store *s, const struct image_wish *wish,
		 struct image *ret, struct err *e);

#endif
