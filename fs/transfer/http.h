#ifndef RL_HTTP_H
#define RL_HTTP_H
/*
 * http.h - HTTP requests, any number at once, through libcurl.
 *
 * A client keeps the connections.  A request is started, and http_wait hands
 * it back when it has ended: with an answer (err.code 0 and a status), or
 * with what went wrong on the way.  Nothing here knows a registry.
 *
 * Redirects are followed, but never from https to http, and the
 * Authorization header stays with the host it was meant for (RFC 9110 15.4).
 * Who sends less than 1 KiB a second for half a minute is hung up on.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <poll.h>

/* How the peer of a host is told from an impostor. */
struct http_tls {
	bool insecure;      /* believe any certificate */
	struct str ca;      /* PEM text to believe besides the system's; or "" */
	char *cert, *key;   /* files of a client certificate; or NULL */
};
/* Free what it holds. */
void http_tls_release(struct http_tls *t);

/* A body that is sent. */
struct http_upload {
	const char *type;    /* Content-Type */
	const char *range;   /* Content-Range; or NULL */
	const void *data;    /* its bytes; or NULL: */
	int         fd;      /* of a file, which is read with pread(2) */
	uint64_t    from;    /* where in the file it begins */
	uint64_t    size;    /* bytes */
	uint64_t    sent;    /* so many were given to libcurl */
	bool        once;    /* never sent again by itself: a cut is an error */
};

struct http_request {
	/* Set by the caller; borrowed until the request has ended. */
	const char *url;
	bool        head;           /* HEAD instead of GET */
	const char *form;           /* POST this form instead; or NULL */
	const char *method;         /* with `upload`: PUT, PATCH */
	struct http_upload *upload; /* or NULL */
	const char *accept;         /* media types; or NULL */
	const char *authorization;  /* the header's value; or NULL */
	uint64_t    from;           /* ask for the bytes from here on */
	uint64_t    max;            /* largest body taken, in bytes */
	const struct http_tls *tls; /* NULL: the system's rules */
	/*
	 * Takes the body of a 200 or 206, whose `status` is known by then;
	 * NULL: it is collected in `body`.  An error ends the request.
	 */
	int (*sink)(struct http_request *q, const void *data, size_t n,
		    struct err *e);
	void       *arg;

	/* The answer; released by http_request_release. */
	struct err  err;          /* code 0: there is one */
	long        status;
	struct str  body;
	char       *type;         /* Content-Type */
	char       *digest;       /* Docker-Content-Digest */
	char       *location;     /* Location, of what is no redirect */
	char       *range;        /* Range: what of an upload has come */
	struct strv challenges;   /* WWW-Authenticate, each */
	int64_t     retry_after;  /* seconds; 0: not said */
	bool        no_tls;       /* the peer does not speak TLS */

	struct http_transfer *transfer; /* while it runs */
};
/* Forget the answer (not what the caller set), for another try. */
void http_request_release(struct http_request *q);

struct http;

/* Make a client; requests that still run end with it.  NULL is fine. */
int http_open(struct http **ret, struct err *e);
void http_close(struct http *h);

/* Start a request. */
void http_start(struct http *h, struct http_request *q);
/* Give a started request up. */
void http_cancel(struct http *h, struct http_request *q);
/*
 * Go on with all started requests until one has ended (*ret), `ms` have
 * passed, or one of `extra` is ready (*ret NULL).
 */
int http_wait(struct http *h, struct pollfd *extra, size_t n_extra, int ms,
	      struct http_request **ret, struct err *e);
/* Start it and wait until it has ended; others go on meanwhile. */
int http_perform(struct http *h, struct http_request *q, struct err *e);

/* Is `host` ("localhost:5000", "127.0.0.1", "[::1]:80") this machine? */
bool http_is_loopback(const char *host);
/* The "host[:port]" of a URL; the caller frees; NULL: not http(s). */
char *http_host(const char *url);

#endif
