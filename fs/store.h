#ifndef RL_STORE_H
#define RL_STORE_H
/*
 * store.h - the image store: an OCI image layout and what is unpacked of it.
 *
 *	$RL_ROOT | $XDG_DATA_HOME/rl | ~/.local/share/rl          (0700)
 *	  oci-layout, index.json      names: the annotation
 *	                              org.opencontainers.image.ref.name holds
 *	                              the full reference (ref_full)
 *	  blobs/sha256/HEX            verified, complete, never changed
 *	  incoming/HEX                a blob on its way: flock'ed by its writer,
 *	                              kept when that dies, so a pull resumes
 *	  incoming/layer.N            a layer that commit writes, the same
 *	  incoming/N.lease            flock'ed list of digests that a running
 *	                              pull or load is about to name
 *	  layers/MAP/HEX              a layer unpacked (HEX: diffID) with the
 *	                              owners of id map MAP; complete by its name
 *	  layers/MAP/HEX.N.tmp, .rm    half made or half removed: swept
 *	  containers/ID, volumes/NAME
 *
 * Manifests of Docker's types are kept as OCI's, since that is what readers
 * of a layout take; what the registry calls them (a digest of its own, or
 * that of an index) is the annotation rl.origin.digest.
 *
 * An image without a name keeps its index.json entry without the annotation
 * ("dangling").  index.json is replaced whole under a flock that is held for
 * that one read and rename.  Garbage collection holds flock(LOCK_EX) on
 * blobs/ while it reads the leases and unlinks; who wants to keep a blob
 * writes it to a lease and looks for it under LOCK_SH.
 */
#include "core/base/err.h"
#include "core/base/json.h"
#include "fs/ref.h"

struct store {
	int   fd;   /* the root folder */
	char *path; /* absolute */
};

/* Open, and make on first use, the user's store. */
int store_open(struct store *ret, struct err *e);
/* Open the store at `path`. */
int store_open_at(const char *path, struct store *ret, struct err *e);
void store_release(struct store *s);
static inline void auto_store_p(struct store *s) { store_release(s); }
#define auto_store __attribute__((cleanup(auto_store_p)))
#define STORE_INIT { .fd = -1 }

/* A descriptor (OCI image-spec descriptor.md) with the text it points to. */
struct descriptor {
	char    *media_type;
	char     digest[DIGEST_MAX];
	uint64_t size;
	/* of a manifest: what its registry calls it, if not `digest`; or "" */
	char     origin[DIGEST_MAX];
};

/* ---- blobs ---- */

/* True if the blob is there, whole. */
bool store_has_blob(const struct store *s, const char *digest);
/* Open a blob for reading. -ENOENT when absent. */
int store_open_blob(const struct store *s, const char *digest, struct err *e);
/* Read and parse a JSON blob of at most JSON_TEXT_MAX bytes. */
int store_json_blob(const struct store *s, const char *digest, json_t **ret,
		    struct err *e);

/* A running pull or load's claim on the blobs it is about to name. */
struct lease {
	int   fd;   /* flock'ed; -1: none */
	char *name; /* below the store */
};
#define LEASE_INIT { .fd = -1 }

/* Make an empty, locked lease; released below. */
int store_lease_new(const struct store *s, struct lease *ret, struct err *e);
/* Claim a digest, before looking whether the blob is there. */
int store_lease_add(const struct store *s, struct lease *l, const char *digest,
		    struct err *e);
void store_lease_release(const struct store *s, struct lease *l);

/* A blob on its way in: the caller writes to fd and checks the digest. */
struct blob_writer {
	int      fd;     /* incoming/HEX, flock'ed, at its end; -1: none */
	uint64_t have;   /* bytes that an earlier, dead writer left */
	char     digest[DIGEST_MAX];
};
#define BLOB_WRITER_INIT { .fd = -1 }

/*
 * Start to write a blob; waits while another process writes the same one.
 * Returns 0, or 1 when the blob is there (already or by then).
 */
int store_blob_begin(const struct store *s, const char *digest,
		     struct blob_writer *ret, struct err *e);
/* The same, but -EAGAIN at once while another process writes it. */
int store_blob_try(const struct store *s, const char *digest,
		   struct blob_writer *ret, struct err *e);
/* The bytes are complete and verified: fsync, rename into blobs/. */
int store_blob_commit(const struct store *s, struct blob_writer *w,
		      struct err *e);
/* Keep the part for a later resume, or (`discard`) drop it. */
void store_blob_abandon(const struct store *s, struct blob_writer *w,
			bool discard);
/* Store a small blob at once; its digest was computed by the caller. */
int store_blob_put(const struct store *s, const char *digest, const void *data,
		   size_t n, struct err *e);

/* ---- the index ---- */

/* The name that an entry of index.json gives its manifest; NULL: none. */
const char *store_entry_name(const json_t *entry);
/* The digest that the name has at its registry; NULL: the entry's own. */
const char *store_entry_origin(const json_t *entry);
/* The parsed index.json (an empty one for a new store). */
int store_index(const struct store *s, json_t **ret, struct err *e);
/*
 * Name the manifest `d` as `ref` (NULL: keep it without a name).  A manifest
 * that loses its last name stays, dangling.
 */
int store_tag(const struct store *s, const struct descriptor *d,
	      const char *ref, struct err *e);
/* Remove one name; the manifest's entry goes with its last name. */
int store_untag(const struct store *s, const char *ref, struct err *e);
/* Remove every entry of a manifest. */
int store_forget(const struct store *s, const char *manifest_digest,
		 struct err *e);
/*
 * Delete blobs and layers that no index entry, no lease and no container
 * needs, and whatever half-made things dead processes left.  *ret_freed (may
 * be NULL) counts bytes of blobs and layers.
 */
int store_collect(const struct store *s, uint64_t *ret_freed, struct err *e);

#endif
