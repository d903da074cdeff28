/* http.c - HTTP requests through libcurl's multi interface. */
#include "fs/transfer/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>

#define FAILURE_BODY_MAX (64 << 10) /* of an answer that is no success */
#define HEADER_MAX 8192		    /* of one header that we keep */
#define REDIRECTS_MAX 5
#define EXTRA_MAX 64

struct http {
	CURLM *multi;
	struct http_request *ended; /* a list, through transfer->next */
};

/* What a request needs while it runs. */
struct http_transfer {
	CURL *easy;
	struct curl_slist *headers;
	struct http_request *next;
	uint64_t taken;
	char message[CURL_ERROR_SIZE];
	bool done;
};

void http_tls_release(struct http_tls *t)
{
	str_release(&t->ca);
	free(t->cert);
	free(t->key);
	*t = (struct http_tls){ 0 };
}

void http_request_release(struct http_request *q)
{
	str_release(&q->body);
	free(q->type);
	free(q->digest);
	free(q->location);
	free(q->range);
	strv_release(&q->challenges);
	q->type = q->digest = q->location = q->range = NULL;
	q->err = (struct err){ 0 };
	q->status = 0;
	q->retry_after = 0;
	q->no_tls = false;
}

/* ---- hosts ---- */

char *http_host(const char *url)
{
	const char *s = skip_prefix(url, "https://");

	if (!s)
		s = skip_prefix(url, "http://");
	if (!s || !*s || strchr(s, '@'))
		return NULL;
	return xstrndup(s, strcspn(s, "/?#"));
}

bool http_is_loopback(const char *host)
{
	bool v6 = *host == '[';
	auto_free char *name = xstrndup(host + v6, strcspn(host + v6,
							   v6 ? "]" : ":"));
	struct in6_addr six;
	struct in_addr four;

	if (streq(name, "localhost") || has_suffix(name, ".localhost"))
		return true;
	if (inet_pton(AF_INET, name, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, name, &six) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&six);
}

/* ---- the answer ---- */

static char *header_value(const char *line, size_t n, const char *name)
{
	size_t k = strlen(name);

	if (n <= k || n > HEADER_MAX || strncasecmp(line, name, k) != 0)
		return NULL;
	while (k < n && (line[k] == ' ' || line[k] == '\t'))
		k++;
	while (n > k && strchr(" \t\r\n", line[n - 1]))
		n--;
	return xstrndup(line + k, n - k);
}

static void keep(char **to, char *value)
{
	free(*to);
	*to = value;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
	struct http_request *q = arg;
	size_t n = size * count;
	char *value;

	if (n > 5 && memcmp(line, "HTTP/", 5) == 0) {
		/* a redirect's headers are not the answer's */
		http_request_release(q);
	} else if ((value = header_value(line, n, "content-type:"))) {
		keep(&q->type, value);
	} else if ((value = header_value(line, n, "docker-content-digest:"))) {
		keep(&q->digest, value);
	} else if ((value = header_value(line, n, "location:"))) {
		keep(&q->location, value);
	} else if ((value = header_value(line, n, "range:"))) {
		keep(&q->range, value);
	} else if ((value = header_value(line, n, "www-authenticate:"))) {
		if (q->challenges.n < 8)
			strv_take(&q->challenges, value);
		else
			free(value);
	}
	return n;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct http_request *q = arg;
	struct http_transfer *t = q->transfer;
	size_t n = size * count;
	struct err e;
	bool good;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &q->status);
	good = q->status == 200 || q->status == 206;
	if (!good && q->body.len + n > FAILURE_BODY_MAX)
		return n; /* enough is known */
	t->taken += n;
	if (good && t->taken > q->max) {
		err_set(&q->err, EFBIG, "the answer is larger than %llu bytes",
			(unsigned long long)q->max);
		return 0;
	}
	if (!good || !q->sink) {
		str_add(&q->body, data, n);
	} else if (q->sink(q, data, n, &e) < 0) {
		q->err = e;
		return 0;
	}
	return n;
}

static int code_of(CURLcode rc)
{
	switch (rc) {
	case CURLE_OPERATION_TIMEDOUT:
		return ETIMEDOUT;
	case CURLE_COULDNT_CONNECT:
		return ECONNREFUSED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return EHOSTUNREACH;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		return EKEYREJECTED;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_TOO_MANY_REDIRECTS:
	case CURLE_URL_MALFORMAT:
		return EPROTO;
	default:
		return ECONNRESET;
	}
}

static void conclude(struct http_request *q, CURLcode rc)
{
	struct http_transfer *t = q->transfer;
	curl_off_t wait = 0;

	t->done = true;
	if (rc == CURLE_OK) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &q->status);
		curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait);
		q->retry_after = wait;
		return;
	}
	q->no_tls = rc == CURLE_SSL_CONNECT_ERROR;
	if (!q->err.code)
		err_set(&q->err, code_of(rc), "%s", *t->message ? t->message :
			curl_easy_strerror(rc));
}

/* ---- the client ---- */

int http_open(struct http **ret, struct err *e)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return err_set(e, EIO, "libcurl does not start");
	h = xcalloc(1, sizeof(*h));
	h->multi = curl_multi_init();
	if (!h->multi) {
		free(h);
		return err_set(e, ENOMEM, "libcurl does not start");
	}
	*ret = h;
	return 0;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	curl_multi_cleanup(h->multi);
	free(h);
}

static void add_header(struct http_transfer *t, const char *name,
		       const char *value)
{
	auto_free char *line = xasprintf("%s: %s", name, value);

	t->headers = curl_slist_append(t->headers, line);
}

/* What go programs do: both cases of the variables, never for loopback. */
static void set_proxy(CURL *c, const char *url)
{
	auto_free char *host = http_host(url);
	const char *proxy = getenv("HTTP_PROXY");

	if (host && http_is_loopback(host))
		curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	else if (skip_prefix(url, "http://") && proxy && !getenv("http_proxy"))
		curl_easy_setopt(c, CURLOPT_PROXY, proxy);
}

static void set_tls(CURL *c, const struct http_tls *tls)
{
	struct curl_blob ca;

	if (!tls)
		return;
	if (tls->insecure) {
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (tls->ca.len) {
		ca = (struct curl_blob){ tls->ca.s, tls->ca.len,
					 CURL_BLOB_NOCOPY };
		curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
	}
	if (tls->cert)
		curl_easy_setopt(c, CURLOPT_SSLCERT, tls->cert);
	if (tls->key)
		curl_easy_setopt(c, CURLOPT_SSLKEY, tls->key);
}

static void set_limits(CURL *c, const struct http_request *q)
{
	bool https = skip_prefix(q->url, "https://") != NULL;

	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR,
			 https ? "https" : "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 30L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1024L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 30L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
}

static size_t read_body(char *to, size_t size, size_t count, void *arg)
{
	struct http_upload *u = arg;
	size_t n = size * count;
	ssize_t got = 0;

	if (n > u->size - u->sent)
		n = u->size - u->sent;
	if (u->data) {
		memcpy(to, (const char *)u->data + u->sent, n);
		got = n;
	} else if (n) {
		got = pread(u->fd, to, n, (off_t)(u->from + u->sent));
	}
	if (got < 0 || (size_t)got > n || (n && !got))
		return CURL_READFUNC_ABORT;
	u->sent += got;
	return got;
}

/* A redirect, or a connection that had ended: from there on again. */
static int seek_body(void *arg, curl_off_t offset, int origin)
{
	struct http_upload *u = arg;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > u->size ||
	    (u->once && u->sent))
		return CURL_SEEKFUNC_FAIL;
	u->sent = offset;
	return CURL_SEEKFUNC_OK;
}

static void set_upload(CURL *c, struct http_request *q)
{
	struct http_upload *u = q->upload;

	u->sent = 0;
	add_header(q->transfer, "Content-Type", u->type);
	if (u->range)
		add_header(q->transfer, "Content-Range", u->range);
	/* no second's wait for a "100 Continue" that few servers send */
	q->transfer->headers = curl_slist_append(q->transfer->headers,
						 "Expect:");
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)u->size);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_body);
	curl_easy_setopt(c, CURLOPT_READDATA, u);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek_body);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, u);
	curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
}

static void set_request(CURL *c, struct http_request *q)
{
	struct http_transfer *t = q->transfer;
	char range[32];

	if (q->accept)
		add_header(t, "Accept", q->accept);
	if (q->authorization)
		add_header(t, "Authorization", q->authorization);
	if (q->upload)
		set_upload(c, q);
	curl_easy_setopt(c, CURLOPT_URL, q->url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "rl/" RL_VERSION);
	if (q->head)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (q->form)
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->form);
	if (q->from) { /* not RESUME_FROM: a server may answer with all */
		snprintf(range, sizeof(range), "%llu-",
			 (unsigned long long)q->from);
		curl_easy_setopt(c, CURLOPT_RANGE, range);
	}
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, q);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, q);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 256L << 10);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->message);
	curl_easy_setopt(c, CURLOPT_PRIVATE, q);
}

void http_start(struct http *h, struct http_request *q)
{
	struct http_transfer *t = xcalloc(1, sizeof(*t));

	http_request_release(q);
	q->transfer = t;
	t->easy = curl_easy_init();
	if (!t->easy)
		abort();
	set_request(t->easy, q);
	set_limits(t->easy, q);
	set_tls(t->easy, q->tls);
	set_proxy(t->easy, q->url);
	curl_multi_add_handle(h->multi, t->easy);
}

static void transfer_free(struct http *h, struct http_request *q)
{
	struct http_transfer *t = q->transfer;

	curl_multi_remove_handle(h->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	free(t);
	q->transfer = NULL;
}

static void forget_ended(struct http *h, const struct http_request *q)
{
	struct http_request **p = &h->ended;

	while (*p && *p != q)
		p = &(*p)->transfer->next;
	if (*p)
		*p = q->transfer->next;
}

void http_cancel(struct http *h, struct http_request *q)
{
	if (!q->transfer)
		return;
	forget_ended(h, q);
	transfer_free(h, q);
}

/* Let libcurl work, and list what has ended. */
static int advance(struct http *h, struct err *e)
{
	struct http_request *q;
	CURLMsg *m;
	int n;
	CURLMcode rc = curl_multi_perform(h->multi, &n);

	if (rc != CURLM_OK)
		return err_set(e, EIO, "libcurl: %s", curl_multi_strerror(rc));
	while ((m = curl_multi_info_read(h->multi, &n))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
				  (char **)&q);
		conclude(q, m->data.result);
		q->transfer->next = h->ended;
		h->ended = q;
	}
	return 0;
}

static int wait_more(struct http *h, struct pollfd *extra, size_t n, int ms,
		     struct err *e)
{
	struct curl_waitfd fds[EXTRA_MAX];
	CURLMcode rc;

	if (n > EXTRA_MAX)
		n = EXTRA_MAX;
	for (size_t i = 0; i < n; i++)
		fds[i] = (struct curl_waitfd){
			.fd = extra[i].fd,
			.events = (extra[i].events & POLLIN ?
				   CURL_WAIT_POLLIN : 0) |
				  (extra[i].events & POLLOUT ?
				   CURL_WAIT_POLLOUT : 0),
		};
	rc = curl_multi_poll(h->multi, fds, n, ms, NULL);
	if (rc != CURLM_OK)
		return err_set(e, EIO, "libcurl: %s", curl_multi_strerror(rc));
	return 0;
}

int http_wait(struct http *h, struct pollfd *extra, size_t n_extra, int ms,
	      struct http_request **ret, struct err *e)
{
	struct http_request *q;

	TRY(advance(h, e));
	if (!h->ended) {
		TRY(wait_more(h, extra, n_extra, ms, e));
		TRY(advance(h, e));
	}
	q = h->ended;
	if (q) {
		h->ended = q->transfer->next;
		transfer_free(h, q);
	}
	*ret = q;
	return 0;
}

int http_perform(struct http *h, struct http_request *q, struct err *e)
{
	http_start(h, q);
	for (;;) {
		TRY(advance(h, e));
		if (q->transfer->done)
			break;
		TRY(wait_more(h, NULL, 0, 60000, e));
	}
	forget_ended(h, q);
	transfer_free(h, q);
	if (q->err.code) {
		*e = q->err;
		return -e->code;
	}
	return 0;
}
