/* digest.c - sha256, by OpenSSL. */
#include "fs/transfer/digest.h"

#include <openssl/evp.h>
#include <stdio.h>

void digest_init(struct digest *d)
{
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
		abort();
}

void digest_add(struct digest *d, const void *data, size_t n)
{
	EVP_DigestUpdate(d->ctx, data, n);
}

void digest_final(struct digest *d, char ret[static DIGEST_MAX])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	char *p = ret + snprintf(ret, DIGEST_MAX, "sha256:");

	EVP_DigestFinal_ex(d->ctx, raw, &n);
	for (unsigned int i = 0; i < 32; i++)
		p += snprintf(p, 3, "%02x", raw[i]);
	digest_release(d);
}

void digest_release(struct digest *d)
{
	EVP_MD_CTX_free(d->ctx);
	d->ctx = NULL;
}

int digest_fd(int fd, char ret[static DIGEST_MAX], struct err *e)
{
	auto_free char *buf = xmalloc(1 << 18);
	struct digest d;
	off_t at = 0;
	ssize_t n;

	digest_init(&d);
	while ((n = pread(fd, buf, 1 << 18, at)) > 0) {
		digest_add(&d, buf, n);
		at += n;
	}
	digest_final(&d, ret);
	return n < 0 ? err_sys(e, "read a file to be checked") : 0;
}

void digest_bytes(const void *data, size_t n, char ret[static DIGEST_MAX])
{
	struct digest d;

	digest_init(&d);
	digest_add(&d, data, n);
	digest_final(&d, ret);
}
