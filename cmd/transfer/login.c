/* login.c - rl login: check and keep the credentials of a registry. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/transfer/registry.h"

#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>

#define LINE_MAX_BYTES (64 << 10)

extern const struct cmd cmd_login;

struct login_options {
	bool from_stdin, insecure;
	const char *user, *password, *authfile;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct login_options, m, n, l, a, h)

static const struct opt options[] = {
	O(OPT_STR, authfile, "authfile", 0, "FILE",
	  "keep the credentials in this file"),
	O(OPT_STR, password, "password", 'p', "PASSWORD",
	  "password or token (better: --password-stdin)"),
	O(OPT_BOOL, from_stdin, "password-stdin", 0, NULL,
	  "read the password from stdin"),
	O(OPT_OFF, insecure, "tls-verify", 0, NULL,
	  "want HTTPS and a trusted certificate (default true)"),
	O(OPT_STR, user, "username", 'u', "NAME", "user name"),
	OPT_END,
};

/* ---- asking ---- */

/* One line from the terminal, without echo for a secret. */
static int prompt(const char *text, bool secret, char **ret, struct err *e)
{
	struct termios was, quiet;
	char line[1024];
	bool got;

	fprintf(stderr, "%s: ", text);
	if (secret && tcgetattr(0, &was) == 0) {
		quiet = was;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(0, TCSAFLUSH, &quiet);
	}
	got = fgets(line, sizeof(line), stdin) != NULL;
	if (secret) {
		tcsetattr(0, TCSAFLUSH, &was);
		fprintf(stderr, "\n");
	}
	line[got ? strcspn(line, "\r\n") : 0] = '\0';
	if (!got || !*line)
		return err_set(e, EINVAL, "%s required", text);
	*ret = xstrdup(line);
	OPENSSL_cleanse(line, sizeof(line));
	return 0;
}

static int read_password(struct credential *c, struct err *e)
{
	size_t n;

	TRY(fd_read_all(0, "stdin", LINE_MAX_BYTES, &c->secret, &n, e));
	while (n && strchr("\r\n", c->secret[n - 1]))
		c->secret[--n] = '\0';
	return n ? 0 : err_set(e, EINVAL, "stdin holds no password");
}

static int ask(const struct login_options *o, struct credential *c,
	       struct err *e)
{
	bool typed = !o->password && !o->from_stdin;

	if (o->password && o->from_stdin)
		return err_set(e, EINVAL, "--password and --password-stdin are "
			       "mutually exclusive");
	if (o->from_stdin && !o->user)
		return err_set(e, EINVAL, "--password-stdin wants --username "
			       "too");
	if (!isatty(0) && (typed || !o->user))
		return err_set(e, EINVAL, "stdin is not a terminal to ask on "
			       "(use --username and --password-stdin)");
	if (o->password)
		fprintf(stderr, "rl: others can see a --password in the list "
			"of processes: --password-stdin hides it\n");
	if (o->user)
		c->user = xstrdup(o->user);
	else
		TRY(prompt("Username", false, &c->user, e));
	if (o->from_stdin)
		return read_password(c, e);
	if (o->password)
		c->secret = xstrdup(o->password);
	else
		TRY(prompt("Password", true, &c->secret, e));
	return 0;
}

/* ---- checking ---- */

static int check(struct http *h, const char *registry,
		 const struct credential *c, bool insecure, struct err *e)
{
	bool hub = streq(registry, "docker.io");
	struct endpoint at = {
		.host = hub ? "registry-1.docker.io" : (char *)registry,
		.path = "",
	};
	struct registry_options o = { .insecure = insecure, .credential = c };
	struct http_request q = { .max = LINE_MAX_BYTES };
	struct registry *r;
	int rc;

	TRY(registry_open(h, &at, &o, &r, e));
	rc = registry_ask(r, "", &q, e);
	if (rc == 0 && q.status == 401)
		rc = err_set(e, EACCES, "%s does not know this user name and "
			     "password", registry);
	else if (rc == 0 && q.status != 200)
		rc = registry_failure(r, &q, "its API", e);
	http_request_release(&q);
	registry_close(r);
	return rc;
}

static int login(const struct login_options *o, const char *registry,
		 struct credential *c, struct err *e)
{
	auto_free char *where = NULL;
	struct http *h;
	int r;

	TRY(ask(o, c, e));
	TRY(http_open(&h, e));
	r = check(h, registry, c, o->insecure, e);
	http_close(h);
	TRY(r);
	TRY(credential_store(o->authfile, registry, c, &where, e));
	if (!skip_prefix(where, "docker-credential-"))
		fprintf(stderr, "rl: the password is kept unencrypted in %s "
			"(credsStore there names a helper that hides it)\n",
			where);
	printf("Login Succeeded\n");
	return 0;
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	auto_free char *registry = credential_key(argc ? argv[0] : "docker.io");
	struct credential c = { 0 };
	int r;

	signal(SIGPIPE, SIG_IGN);
	if (strpbrk(registry, "/@ "))
		return err_set(e, EINVAL, "'%s' is not a registry: it is "
			       "HOST[:PORT]", registry);
	r = login(opts, registry, &c, e);
	credential_release(&c);
	return r < 0 ? err_wrap(e, "log in to %s", registry) : 0;
}

const struct cmd cmd_login = {
	.name = "login",
	.args = "[OPTIONS] [REGISTRY]",
	.help = "log in to a registry",
	.example = "rl login -u ann registry.example.com",
	.opts = options,
	.opts_size = sizeof(struct login_options),
	.max_args = 1,
	.run = run,
};
