#ifndef RL_RUN_RECORD_H
#define RL_RUN_RECORD_H
/*
 * run_record.h - what is written down of a container that stays: the members
 * of `docker inspect` that are known when it starts.
 */
#include "core/spec.h"

/*
 * JSON text of the record; the caller frees.  `image` is what was asked for,
 * `image_id` its config's digest or NULL with --rootfs, `network` a name.
 */
char *run_record_text(const struct spec *s, const char *name,
		      const char *image, const char *image_id,
		      const char *network);

#endif
