#ifndef RL_PULL_LAYERS_H
#define RL_PULL_LAYERS_H
/*
 * pull_layers.h - the layers of an image, several at once.
 *
 * A layer's life:
 *
 *	START -> FETCH -> FEED -> UNPACK -> END
 *	  |        |  ^
 *	  v        v  |
 *	 BUSY     PAUSE    (another process fetches it; the next try is due)
 *
 * The unpacker is fed from incoming/HEX by sendfile(2) as that file grows, so
 * neither a slow disk nor a slow network holds up the other.
 */
#include "fs/image.h"
#include "fs/transfer/progress.h"
#include "fs/transfer/registry.h"
#include "fs/transfer/unpack.h"

struct pull_layers {
	const struct store *store;
	struct http *http;
	struct registry *registry;
	struct unpacker *unpacker;
	struct progress *progress;
};

/* Fetch and unpack what is missing of `img`; its digests are leased. */
int pull_layers(const struct pull_layers *p, const struct image *img,
		struct err *e);

#endif
