#ifndef RL_RUN_FROZEN_H
#define RL_RUN_FROZEN_H
/*
 * run_frozen.h - the options of a container, kept for its next start.
 *
 * Frozen, they mean the same at any time: what they took from the image, the
 * environment and the files of the day they were given stands in them.  In
 * the record (container.json):
 *
 *	Options  the options by name, Words  the image and the whole command,
 *	Cwd      the folder that relative paths begin at
 */
#include "cmd/ui/run_options.h"
#include "core/base/json.h"

/* Add these members to a record.  `config` may be NULL. */
void run_freeze(const struct run_options *o, const char *image,
		const struct spec *spec, const struct image_config *config,
		json_t *record);
/*
 * Read them back: strings of *o point into the record, its lists and *words
 * are the caller's.
 */
int run_thaw(const json_t *record, struct run_options *o, struct strv *words,
	     struct err *e);
/* Go to its Cwd, if that is still there. */
int run_go_back(const json_t *record, struct err *e);

#endif
