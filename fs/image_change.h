#ifndef RL_IMAGE_CHANGE_H
#define RL_IMAGE_CHANGE_H
/*
 * image_change.h - `--change`: a Dockerfile's instruction applied to an
 * image's configuration.
 *
 * CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME
 * WORKDIR, in docker's syntax: a JSON list or text for a shell, quotes and
 * backslashes, $NAME and ${NAME} from the image's environment.  Pure.
 */
#include "core/base/json.h"
#include "core/base/str.h"

#define IMAGE_CHANGE_MAX 65536 /* bytes of one instruction */

/*
 * Apply each, in order, to `config` (the member "config" of an OCI image
 * configuration).  -EINVAL, and the text names the instruction.
 */
int image_change(json_t *config, const struct strv *changes, struct err *e);

#endif
