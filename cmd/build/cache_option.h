#ifndef RL_BUILD_CACHE_OPTION_H
#define RL_BUILD_CACHE_OPTION_H
/*
 * cache_option.h - the texts of --cache-from and --cache-to, as buildx has
 * them:
 *
 *	NAME | type=registry,ref=NAME   an image, here (NAME alone) or there
 *	type=local,src=FOLDER|dest=FOLDER
 *	type=inline                     --cache-to: in the image itself
 *	mode=min|max, compression=, ignore-error=   --cache-to
 */
#include "core/base/err.h"
#include "fs/transfer/deflate.h"

struct cache_option {
	enum { CACHE_REGISTRY, CACHE_LOCAL, CACHE_INLINE } type;
	bool named;        /* NAME alone */
	char *ref, *folder;
	bool max;          /* the steps of all stages */
	bool ignore_error;
	enum packing packing;
};

/* `to`: of --cache-to.  Released by the caller, also after an error. */
int cache_option_parse(const char *text, bool to, struct cache_option *ret,
		       struct err *e);
void cache_option_release(struct cache_option *o);

#endif
