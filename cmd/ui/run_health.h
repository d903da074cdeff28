#ifndef RL_RUN_HEALTH_H
#define RL_RUN_HEALTH_H
/*
 * run_health.h - the --health-* options and an image's HEALTHCHECK.
 */
#include "cmd/ui/run_options.h"
#include "core/health.h"

/*
 * What the options say; what they do not say is the image's (`c` may be
 * NULL).  `ret` begins as zeroes and is the caller's to release.
 */
int run_health(const struct run_options *o, const struct image_config *c,
	       struct health_config *ret, struct err *e);
/* The same from the record of a container that is there. */
int run_health_recorded(const json_t *record, struct health_config *ret,
			struct err *e);

#endif
