/* registry.c - one registry: where it is, who we are to it, what it says. */
#include "fs/transfer/registry.h"

#include "core/base/json.h"
#include "fs/transfer/certs.h"
#include "fs/transfer/token.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <time.h>

struct registry {
	struct http *http;
	struct registry_options o;
	char *host, *path;
	bool plain;          /* no TLS: found out */
	bool plain_allowed;
	bool settled;        /* an answer came: scheme is known */
	struct http_tls tls;
	struct credential found;
	bool looked;         /* for credentials */
	char *authorization;
	char *url;           /* of the blocking request */
};

int registry_open(struct http *h, const struct endpoint *at,
		  const struct registry_options *o, struct registry **ret,
		  struct err *e)
{
	struct registry *r = xcalloc(1, sizeof(*r));

	r->http = h;
	r->o = *o;
	r->host = xstrdup(at->host);
	r->path = xstrdup(at->path);
	r->plain_allowed = o->insecure || at->insecure ||
			   http_is_loopback(at->host);
	if (certs_load(at->host, o->insecure || at->insecure, &r->tls, e) < 0) {
		registry_close(r);
		return -e->code;
	}
	*ret = r;
	return 0;
}

void registry_close(struct registry *r)
{
	if (!r)
		return;
	free(r->host);
	free(r->path);
	free(r->url);
	http_tls_release(&r->tls);
	credential_release(&r->found);
	secret_free(r->authorization);
	free(r);
}

char *registry_path(const struct registry *r, const char *below)
{
	return xasprintf("%s/%s", r->path, below);
}

char *registry_manifest_path(const struct registry *r, const char *reference)
{
	return xasprintf("%s/manifests/%s", r->path, reference);
}

static char *url_of(const struct registry *r, const char *path)
{
	return xasprintf("%s://%s/v2/%s", r->plain ? "http" : "https",
			 r->host, path);
}

/* ---- who we are ---- */

static int look_up(struct registry *r, struct err *e)
{
	if (r->looked || r->o.credential)
		return 0;
	r->looked = true;
	return credential_find(r->o.authfile, r->o.name ? r->o.name : r->host,
			       &r->found, e);
}

static const struct credential *credential(const struct registry *r)
{
	return r->o.credential ? r->o.credential : &r->found;
}

/* What a token is to be good for; the challenge of a HEAD names less. */
static char *own_scope(const struct registry *r)
{
	auto_strv struct strv also = { 0 };
	struct str s = { 0 };

	str_printf(&s, "repository:%s:%s", r->path,
		   r->o.push ? "pull,push" : "pull");
	strv_split(&also, r->o.also_from ? r->o.also_from : "", ' ');
	for (size_t i = 0; i < also.n; i++)
		if (*also.v[i])
			str_printf(&s, " repository:%s:pull", also.v[i]);
	return str_steal(&s);
}

static int get_token(struct registry *r, const struct challenge *c,
		     struct err *e)
{
	auto_free char *scope = own_scope(r);
	struct token_request t = {
		.realm = c->realm, .service = c->service,
		.scope = c->scope && !r->o.push ? c->scope :
			 *r->path ? scope : NULL,
		.credential = credential(r), .registry = r->host,
		.plain_allowed = r->plain_allowed, .insecure = r->tls.insecure,
	};
	auto_free char *token = NULL;

	TRY(token_get(r->http, &t, &token, e));
	secret_free(r->authorization);
	r->authorization = xasprintf("Bearer %s", token);
	OPENSSL_cleanse(token, strlen(token));
	return 0;
}

/* 1: there are new credentials to try, 0: this 401 is final. */
static int authorize(struct registry *r, const struct http_request *q,
		     struct err *e)
{
	struct challenge c = { 0 };
	int got = 0;

	/* another request has got newer ones meanwhile (only pointers are
	 * compared: the old text is gone) */
	if (q->authorization != r->authorization)
		return 1;
	for (size_t i = 0; i < q->challenges.n; i++)
		challenge_parse(q->challenges.v[i], &c);
	got = look_up(r, e);
	if (got >= 0 && c.kind == CHALLENGE_BEARER && c.realm) {
		got = get_token(r, &c, e);
		got = got < 0 ? got : 1;
	} else if (got >= 0) {
		got = c.kind == CHALLENGE_BASIC && credential(r)->user &&
		      !r->authorization;
		if (got)
			r->authorization = credential_basic(credential(r));
	}
	challenge_release(&c);
	return got;
}

/* ---- again ---- */

static bool may_get_better(const struct http_request *q)
{
	if (q->err.code)
		return q->err.code == ECONNRESET || q->err.code == ETIMEDOUT;
	return q->status == 408 || q->status == 429 ||
	       (q->status >= 500 && q->status != 501);
}

/* The peer speaks no TLS: is plain HTTP all right? */
static bool settle_for_plain(struct registry *r, const struct http_request *q)
{
	bool refused = q->err.code == ECONNREFUSED && !strchr(r->host, ':');

	if (r->settled || r->plain || !r->plain_allowed ||
	    (!q->no_tls && !refused))
		return false;
	r->plain = true;
	return true;
}

static void tell_wait(const struct registry *r, const struct http_request *q,
		      int ms)
{
	char text[160];

	if (!r->o.note || ms < 1000)
		return;
	if (q->status)
		snprintf(text, sizeof(text), "%.60s answered %ld: trying again "
			 "in %d s", r->host, q->status, ms / 1000);
	else
		snprintf(text, sizeof(text), "the connection to %.60s broke: "
			 "trying again in %d s", r->host, ms / 1000);
	r->o.note(r->o.note_arg, text);
}

int registry_again(struct registry *r, const struct http_request *q,
		   int *tries, int *ret_ms, struct err *e)
{
	*ret_ms = 0;
	if (settle_for_plain(r, q))
		return 1;
	if (!q->err.code)
		r->settled = true;
	if (++*tries >= REGISTRY_TRIES)
		return 0;
	if (!q->err.code && q->status == 401)
		return *tries > 2 ? 0 : authorize(r, q, e);
	if (!may_get_better(q) || q->retry_after > REGISTRY_WAIT_MAX_S)
		return 0;
	*ret_ms = q->retry_after > 0 ? (int)q->retry_after * 1000 :
				       125 << *tries;
	tell_wait(r, q, *ret_ms);
	return 1;
}

/* ---- asking ---- */

static void aim(struct registry *r, struct http_request *q, const char *path)
{
	free(r->url);
	r->url = url_of(r, path);
	q->url = r->url;
	q->tls = &r->tls;
	q->authorization = r->authorization;
}

int registry_ask(struct registry *r, const char *path, struct http_request *q,
		 struct err *e)
{
	struct timespec pause;
	int tries = 0, ms, again;

	for (;;) {
		struct err ignored;

		aim(r, q, path);
		http_perform(r->http, q, &ignored);
		again = registry_again(r, q, &tries, &ms, e);
		if (again <= 0)
			break;
		pause = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
		nanosleep(&pause, NULL);
	}
	TRY(again);
	if (q->err.code)
		return registry_failure(r, q, NULL, e);
	return 0;
}

int registry_ask_blob(struct registry *r, const char *digest,
		      struct http_request *q, struct err *e)
{
	auto_free char *path = xasprintf("%s/blobs/%s", r->path, digest);

	return registry_ask(r, path, q, e);
}

void registry_start_blob(struct registry *r, const char *digest,
			 struct http_request *q)
{
	auto_free char *path = xasprintf("%s/blobs/%s", r->path, digest);

	/* libcurl copies the URL */
	aim(r, q, path);
	http_start(r->http, q);
}

void registry_start(struct registry *r, const char *path,
		    struct http_request *q)
{
	aim(r, q, path);
	http_start(r->http, q);
}

/* The host of a Location; NULL: it is a path of this registry. */
static int place_of(const struct registry *r, const char *location,
		    char **ret_host, struct err *e)
{
	*ret_host = NULL;
	if (*location == '/' && location[1] != '/')
		return 0;
	*ret_host = http_host(location);
	if (!*ret_host || !**ret_host)
		return err_set(e, EPROTO, "%s names an upload that is no URL",
			       r->host);
	if (streq(*ret_host, r->host)) {
		free(steal_ptr(*ret_host));
		return 0;
	}
	if (skip_prefix(location, "http://") && !r->plain_allowed)
		return err_set(e, EPROTO, "%s wants an upload over plain HTTP "
			       "(to %.100s): refused", r->host, *ret_host);
	return 0;
}

int registry_start_at(struct registry *r, const char *location,
		      const char *digest, struct http_request *q,
		      struct err *e)
{
	auto_free char *host = NULL;
	const char *path = location;

	TRY(place_of(r, location, &host, e));
	if (!host && *location != '/') {
		/* a proxy in front of it may have ended the TLS */
		path = strstr(location, "://") + 3;
		path += strcspn(path, "/");
	}
	free(r->url);
	r->url = xasprintf("%s%s%s%s%s%s",
			   host ? "" : r->plain ? "http://" : "https://",
			   host ? "" : r->host, path,
			   !digest ? "" : strchr(path, '?') ? "&" : "?",
			   digest ? "digest=sha256%3A" : "",
			   digest ? digest + 7 : "");
	q->url = r->url;
	q->tls = !host || r->tls.insecure ? &r->tls : NULL;
	q->authorization = host ? NULL : r->authorization;
	http_start(r->http, q);
	return 0;
}

/* ---- what failed ---- */

/* The registry's own words: {"errors":[{"code":...,"message":...}]}. */
static void own_words(const struct http_request *q, char *buf, size_t n)
{
	auto_json json_t *doc = NULL;
	const char *code, *message;
	struct err ignored;
	json_t *first;

	*buf = '\0';
	if (json_parse(str_text(&q->body), q->body.len, "answer", &doc,
		       &ignored) < 0)
		return;
	first = json_array_get(json_object_get(doc, "errors"), 0);
	code = json_string_value(json_object_get(first, "code"));
	message = json_string_value(json_object_get(first, "message"));
	if (code || message)
		snprintf(buf, n, ": %.40s%s%.120s", code ? code : "",
			 code && message ? ": " : "", message ? message : "");
}

static int no_answer(const struct registry *r, const struct http_request *q,
		     struct err *e)
{
	if (q->no_tls && !r->plain_allowed)
		return err_set(e, q->err.code, "%s does not speak HTTPS (plain "
			       "HTTP is taken with --tls-verify=false): %s",
			       r->host, q->err.text);
	if (q->err.code == EKEYREJECTED)
		return err_set(e, q->err.code, "the certificate of %s is not "
			       "trusted: %s (put its authority into "
			       "~/.config/containers/certs.d/%s/ca.crt, or use "
			       "--tls-verify=false)", r->host, q->err.text,
			       r->host);
	return err_set(e, q->err.code, "%s: %s", r->host, q->err.text);
}

int registry_failure(const struct registry *r, const struct http_request *q,
		     const char *what, struct err *e)
{
	char words[200];

	if (q->err.code)
		return no_answer(r, q, e);
	own_words(q, words, sizeof(words));
	switch (q->status) {
	case 401:
		return err_set(e, EACCES, "%s wants %s (rl login %s)%s",
			       r->host, credential(r)->user ||
			       credential(r)->token ? "other credentials" :
			       "a login", r->host, words);
	case 403:
		return err_set(e, EACCES, "%s denies access to %s%s", r->host,
			       what ? what : r->path, words);
	case 404:
		return err_set(e, ENOENT, "%s has no %s%s", r->host,
			       what ? what : r->path, words);
	case 405:
		return err_set(e, EROFS, "%s does not take what is pushed to "
			       "%s: it is read-only%s", r->host, r->path,
			       words);
	case 429:
		if (q->retry_after)
			return err_set(e, EBUSY, "%s has had too many requests "
				       "from here: try again in %lld s%s",
				       r->host, (long long)q->retry_after,
				       words);
		return err_set(e, EBUSY, "%s has had too many requests from "
			       "here: try again later, or log in (rl login "
			       "%s)%s", r->host, r->host, words);
	default:
		return err_set(e, EIO, "%s answered %ld for %s%s", r->host,
			       q->status, what ? what : r->path, words);
	}
}
