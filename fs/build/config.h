#ifndef RL_BUILD_CONFIG_H
#define RL_BUILD_CONFIG_H
/*
 * config.h - the configuration and history of an image that is built, as
 * docker's would be.
 *
 * A document is an OCI image config (image-spec config.md): config, rootfs,
 * history.
 */
#include "core/base/json.h"
#include "fs/dockerfile/dockerfile.h"

/* Of FROM scratch.  A new reference. */
json_t *build_config_new(void);
/* Of FROM an image with this document: what does not go on is dropped. */
json_t *build_config_from(const json_t *base);
/* What an expanded instruction sets: ENV, CMD, USER, ...; others nothing. */
int build_config_apply(json_t *doc, const struct df_instruction *in,
		       const struct strv *shell, struct err *e);
/* WORKDIR's path by the one that is set.  Caller frees. */
char *build_config_path(const json_t *doc, const char *path);
/* CMD's words: shell form gets the shell in front.  A new reference. */
json_t *build_config_command(const struct df_command *c,
			     const struct strv *shell);

/* ---- history.c ---- */

/* One step more; `diff_id` NULL: without a layer. */
void build_config_step(json_t *doc, const char *created, const char *by,
		       const char *diff_id);
/*
 * What history says of an instruction that is carried out, by docker's words;
 * `args` are RUN's.  Caller frees.
 */
char *build_config_words(const json_t *doc, const struct df_instruction *in,
			 const struct strv *shell, const struct strv *args);
/* RUN's command in one line, without "RUN".  Caller frees. */
char *build_config_run(const struct df_run *r, const struct strv *shell,
		       const struct strv *args);

#endif
