#ifndef RL_REF_H
#define RL_REF_H
/*
 * ref.h - image references: the text a user types, taken apart.
 *
 * Grammar and defaults are those of distribution/reference: no host means
 * docker.io, no slash there means library/, neither tag nor digest means
 * :latest.  "docker://" in front is accepted and dropped.
 */
#include "core/base/err.h"

#define DIGEST_MAX 72 /* "sha256:" and 64 hex digits, and a NUL */

struct ref {
	char *domain; /* "docker.io", "127.0.0.1:5000" */
	char *path;   /* "library/busybox" */
	char *tag;    /* NULL when a digest is given */
	char *digest; /* "sha256:...", or NULL */
};

/* Parse and complete a reference.  -EINVAL, and the text names the rule. */
int ref_parse(const char *text, struct ref *ret, struct err *e);
void ref_release(struct ref *r);
/* "docker.io/library/busybox:latest": what the store keeps.  Caller frees. */
char *ref_full(const struct ref *r);
/* The same without docker.io/ and library/: what tables show. */
char *ref_familiar(const struct ref *r);
/* "busybox" or "127.0.0.1:5000/debian": familiar, no tag. Caller frees. */
char *ref_familiar_name(const struct ref *r);
/* True for "sha256:" and 64 lower-case hex digits. */
bool digest_valid(const char *s);

static inline void auto_ref_p(struct ref *r) { ref_release(r); }
#define auto_ref __attribute__((cleanup(auto_ref_p)))

#endif
