#ifndef RL_REGISTRY_H
#define RL_REGISTRY_H
/*
 * registry.h - a conversation with one registry about one repository: the
 * OCI distribution-spec, and the token dance before it.
 *
 * HTTPS is tried first.  A peer that does not speak it is taken in plain
 * HTTP when it is this machine or the user said --tls-verify=false, else
 * not.  Credentials are looked up when the registry asks, and go to it and
 * to the token server that it names: over HTTPS, or where plain HTTP was
 * allowed.  They never show in errors.
 *
 * What may get better (429, 5xx, a cut connection) is tried REGISTRY_TRIES
 * times, after the time that Retry-After names or a growing pause.
 */
#include "fs/transfer/credential.h"
#include "fs/transfer/http.h"
#include "fs/transfer/registries.h"

#define REGISTRY_TRIES 5
#define REGISTRY_WAIT_MAX_S 120 /* a longer Retry-After is an error */

struct registry_options {
	const char *authfile;  /* or NULL */
	bool        insecure;  /* --tls-verify=false */
	const char *name;      /* whose credentials: "docker.io/library/x" */
	const char *also_from; /* repositories to mount from, with spaces */
	bool        push;      /* tokens are to be good for that too */
	const struct credential *credential; /* use these; or NULL: look up */
	/* Told before a long wait; NULL: nobody. */
	void (*note)(void *arg, const char *text);
	void *note_arg;
};

struct registry;

/* `h` stays the caller's and must outlive it. */
int registry_open(struct http *h, const struct endpoint *at,
		  const struct registry_options *o, struct registry **ret,
		  struct err *e);
void registry_close(struct registry *r);

/*
 * Ask for `path` below /v2/ ("" for the API's root) and wait for the answer,
 * whatever its status.  The caller has set head, accept, max, sink of `q`.
 */
int registry_ask(struct registry *r, const char *path, struct http_request *q,
		 struct err *e);

/* The same for a small blob. */
int registry_ask_blob(struct registry *r, const char *digest,
		      struct http_request *q, struct err *e);
/* Start to fetch a blob, from byte q->from on; http_wait tells its end. */
void registry_start_blob(struct registry *r, const char *digest,
			 struct http_request *q);
/* The same for any path below /v2/. */
void registry_start(struct registry *r, const char *path,
		    struct http_request *q);
/*
 * And for a Location that the registry answered with, completed by
 * "digest=..." unless that is NULL.  Elsewhere our credentials do not go.
 * -EPROTO: it is no URL, or in plain HTTP where that is not allowed.
 */
int registry_start_at(struct registry *r, const char *location,
		      const char *digest, struct http_request *q,
		      struct err *e);
/*
 * May an ended request be tried again?  1: in *ret_ms milliseconds (new
 * credentials are got, if they were the trouble); 0: no, this answer is
 * final.  `tries` counts up over the life of the request.
 */
int registry_again(struct registry *r, const struct http_request *q,
		   int *tries, int *ret_ms, struct err *e);

/* The error that a final answer, which is no success, stands for. */
int registry_failure(const struct registry *r, const struct http_request *q,
		     const char *what, struct err *e);

/* "repository/BELOW".  Caller frees. */
char *registry_path(const struct registry *r, const char *below);
/* "repository/manifests/REFERENCE".  Caller frees. */
char *registry_manifest_path(const struct registry *r, const char *reference);

#endif
