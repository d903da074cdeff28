#ifndef RL_PULL_H
#define RL_PULL_H
/*
 * pull.h - an image comes from its registry into the store.
 *
 * Endpoints (mirrors, then the registry) are asked in turn for the manifest;
 * the one that has it gives the rest.  Manifest and config are kept in
 * memory, layers never are: each goes to incoming/HEX and from there, while
 * it grows, to the process that unpacks it.  The name is set last, so an
 * image that can be found is whole.
 */
#include "core/idmap.h"
#include "fs/image.h"
#include "fs/store.h"
#include "fs/transfer/progress.h"

struct pull_options {
	const struct platform *platform; /* NULL: this machine's */
	const char *authfile;            /* or NULL */
	bool        insecure;            /* --tls-verify=false */
	struct progress *progress;
};

struct pull_result {
	char digest[DIGEST_MAX]; /* of the manifest or index it names */
	bool up_to_date;         /* nothing had to be fetched */
};

/*
 * Pull `ref`.  -ENOENT: no such image; -EACCES: not for us; -EBADMSG: some
 * bytes are not what their digest says.
 */
int pull_image(const struct store *s, const struct idmap *map,
	       const struct ref *ref, const struct pull_options *o,
	       struct pull_result *ret, struct err *e);

/*
 * The parts of it, for whoever needs some layers only; the lease keeps what
 * comes.  First the manifest, whose digest here is *ret_digest, and config:
 */
int pull_documents(const struct store *s, const struct ref *ref,
		   const struct pull_options *o, struct lease *l,
		   char ret_digest[static DIGEST_MAX], struct err *e);
/* Then the layers of `img`, which may be some of those, unpacked. */
int pull_some(const struct store *s, const struct idmap *map,
	      const struct ref *ref, const struct pull_options *o,
	      struct lease *l, const struct image *img, struct err *e);

#endif
