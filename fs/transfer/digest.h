#ifndef RL_DIGEST_H
#define RL_DIGEST_H
/*
 * digest.h - sha256, by OpenSSL.
 */
#include "core/base/err.h"
#include "fs/ref.h"

struct digest {
	void *ctx; /* EVP_MD_CTX */
};

/* Start; released by digest_final. */
void digest_init(struct digest *d);
void digest_add(struct digest *d, const void *data, size_t n);
/* "sha256:HEX" into `ret`; ends the digest. */
void digest_final(struct digest *d, char ret[static DIGEST_MAX]);
/* Free one that was not ended; safe after digest_final. */
void digest_release(struct digest *d);
/* The digest of a whole file, which is read from its start. */
int digest_fd(int fd, char ret[static DIGEST_MAX], struct err *e);
void digest_bytes(const void *data, size_t n, char ret[static DIGEST_MAX]);

#endif
