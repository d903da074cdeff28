#ifndef RL_PLATFORM_H
#define RL_PLATFORM_H
/*
 * platform.h - os/arch[/variant], as OCI image indexes name them.
 */
#include "core/base/err.h"

struct platform {
	char os[16], arch[16], variant[16]; /* variant may be "" */
};

/* What this machine is, in GOARCH words (amd64, arm64/v8, arm/v7, ...). */
void platform_host(struct platform *ret);
/* Parse "linux/amd64", "arm64", "linux/arm/v7".  -EINVAL otherwise. */
int platform_parse(const char *text, struct platform *ret, struct err *e);
/* The option's text, else DOCKER_DEFAULT_PLATFORM's, else NULL.  Borrowed. */
const char *platform_wanted(const char *option);
/* How well `have` serves `want`: 0 not at all, higher is better. */
int platform_match(const struct platform *want, const struct platform *have);
/* "linux/arm64/v8" into a buffer of 52 bytes. */
void platform_text(const struct platform *p, char *buf, size_t n);

#endif
