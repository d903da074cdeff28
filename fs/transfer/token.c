/* token.c - fetch a bearer token. */
#include "fs/transfer/token.h"

#include "core/base/json.h"
#include "fs/transfer/certs.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdio.h>

#define TOKEN_MAX (256 << 10)

int token_realm_check(const char *realm, const char *registry,
		      bool plain_allowed, struct err *e)
{
	auto_free char *host = http_host(realm);
	bool plain = skip_prefix(realm, "http://") != NULL;

	if (!host || !*host)
		return err_set(e, EPROTO, "%s names a token server that is no "
			       "URL", registry);
	if (plain && !(plain_allowed && (streq(host, registry) ||
					 http_is_loopback(host))))
		return err_set(e, EACCES, "%s wants a login over plain HTTP "
			       "(at %.100s): refused", registry, host);
	if (streq(host, registry))
		return 0;
	if ((http_is_loopback(host) && !http_is_loopback(registry)) ||
	    skip_prefix(host, "169.254.") || skip_prefix(host, "[fe80:") ||
	    skip_prefix(host, "0."))
		return err_set(e, EACCES, "%s wants a login at %.100s, which "
			       "is no public address: refused", registry, host);
	return 0;
}

static void add_escaped(struct str *s, const char *text)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			str_putc(s, *text);
		else
			str_printf(s, "%%%02X", (unsigned char)*text);
	}
}

static void add_field(struct str *s, char separator, const char *name,
		      const char *value)
{
	if (!value)
		return;
	str_putc(s, separator);
	str_puts(s, name);
	str_putc(s, '=');
	add_escaped(s, value);
}

/* A scope may list several with spaces; each is a field of its own. */
static void add_scopes(struct str *s, char separator, const char *scope)
{
	auto_strv struct strv list = { 0 };

	if (!scope)
		return;
	strv_split(&list, scope, ' ');
	for (size_t i = 0; i < list.n; i++)
		if (*list.v[i])
			add_field(s, separator, "scope", list.v[i]);
}

static char *query(const struct token_request *t)
{
	struct str s = { 0 };

	str_puts(&s, t->realm);
	str_putc(&s, strchr(t->realm, '?') ? '&' : '?');
	str_puts(&s, "client_id=rl");
	add_field(&s, '&', "service", t->service);
	add_scopes(&s, '&', t->scope);
	if (t->credential->user)
		add_field(&s, '&', "account", t->credential->user);
	return str_steal(&s);
}

static char *form(const struct token_request *t)
{
	struct str s = { 0 };

	str_puts(&s, "grant_type=refresh_token&client_id=rl");
	add_field(&s, '&', "service", t->service);
	add_field(&s, '&', "scope", t->scope);
	add_field(&s, '&', "refresh_token", t->credential->token);
	return str_steal(&s);
}

static int read_answer(const struct http_request *q, const char *host,
		       char **ret, struct err *e)
{
	auto_json json_t *doc = NULL;
	const char *token = NULL;

	if (q->status == 401 || q->status == 403)
		return err_set(e, EACCES, "%s refuses the credentials (rl "
			       "login again)", host);
	if (q->status != 200)
		return err_set(e, EIO, "token server %s answered %ld", host,
			       q->status);
	TRY(json_parse(str_text(&q->body), q->body.len, "token", &doc, e));
	TRY(json_str(doc, "token", &token, e));
	if (!token || !*token)
		TRY(json_str(doc, "access_token", &token, e));
	if (!token || !*token || strpbrk(token, "\r\n"))
		return err_set(e, EPROTO, "token server %s gave no token",
			       host);
	*ret = xstrdup(token);
	return 0;
}

int token_get(struct http *h, const struct token_request *t, char **ret,
	      struct err *e)
{
	struct http_request q = { .max = TOKEN_MAX };
	struct http_tls tls = { 0 };
	char *body = NULL, *url = NULL, *basic = NULL;
	auto_free char *host = NULL;
	int r;

	TRY(token_realm_check(t->realm, t->registry, t->plain_allowed, e));
	host = http_host(t->realm);
	TRY(certs_load(host, t->insecure, &tls, e));
	if (t->credential->token) {
		body = form(t);
		url = xstrdup(t->realm);
	} else {
		url = query(t);
		if (t->credential->user)
			basic = credential_basic(t->credential);
	}
	q.url = url;
	q.form = body;
	q.authorization = basic;
	q.tls = &tls;
	r = http_perform(h, &q, e);
	r = r < 0 ? err_wrap(e, "token server %s", host) :
		    read_answer(&q, host, ret, e);
	if (q.body.len)
		OPENSSL_cleanse(q.body.s, q.body.len);
	http_request_release(&q);
	http_tls_release(&tls);
	secret_free(body);
	secret_free(basic);
	free(url);
	return r;
}
