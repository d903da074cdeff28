#ifndef RL_EXPORT_H
#define RL_EXPORT_H
/*
 * export.h - images of the store, written for others to read.
 *
 *	oci-layout, index.json, blobs/sha256/HEX    an OCI image layout
 *	manifest.json                               in a docker-archive also
 *
 * That is docker's own layout since version 25: one file is read as a
 * docker-archive by all and as an oci-archive by those who know it.  Blobs
 * go out as they are stored, so that digests and IDs stay.
 */
#include "fs/platform.h"
#include "fs/store.h"
#include "fs/transfer/export_out.h"

enum export_format {
	EXPORT_DOCKER_ARCHIVE, EXPORT_OCI_ARCHIVE, EXPORT_OCI_DIR,
};

/* "docker-archive", "oci-archive", "oci-dir".  -EINVAL otherwise. */
int export_format_parse(const char *text, enum export_format *ret,
			struct err *e);
/*
 * Write the images that `names` (NULL-ended) name: NAME:TAG with that name,
 * NAME with all its tags, an ID without a name.  `want` chooses from what is
 * stored for several platforms and may be NULL.
 */
int export_images(const struct store *s, char *const *names,
		  const struct platform *want, enum export_format format,
		  struct export_out *o, struct err *e);
/* Write the image of this manifest, without a name. */
int export_manifest(const struct store *s, const char *digest,
		    enum export_format format, struct export_out *o,
		    struct err *e);

#endif
