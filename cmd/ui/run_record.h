#ifndef RL_RUN_RECORD_H
#define RL_RUN_RECORD_H
/*
 * run_record.h - the record of a container: what `inspect` says of it, in
 * docker's words, and its frozen options (cmd/ui/run_frozen.h).  What changes
 * while it lives is elsewhere: fs/container_state.h.
 */
#include "cmd/ui/run_options.h"

struct run_record {
	const struct spec *spec;
	const struct run_options *options;
	const char *name;     /* the container's */
	const char *image;    /* as the user named it */
	const char *image_id; /* NULL: none */
	const struct image_config *config; /* the image's, NULL: none */
	const char *network;
	const char *driver;   /* of the root filesystem, NULL: not known */
	int64_t created;      /* ns since 1970 */
};

/* The JSON text of container.json.  Caller frees. */
char *run_record_text(const struct run_record *r);

#endif
