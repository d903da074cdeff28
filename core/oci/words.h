#ifndef RL_OCI_WORDS_H
#define RL_OCI_WORDS_H
/*
 * words.h - what this runtime knows of the runtime-spec, for `features`:
 * features.md of the spec.
 */
#include "core/base/json.h"

/* The features document, as a new object. */
json_t *oci_features(const char *version);
/* The config.json that `spec` writes; `rootless`: for this one user. */
json_t *oci_default_config(bool rootless, unsigned int uid, unsigned int gid);
/* Every option of a mount, as a new list. */
json_t *oci_mount_options(void);
/* Every kind of namespace. */
json_t *oci_namespace_words(void);

#endif
