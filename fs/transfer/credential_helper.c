/* credential_helper.c - talk to docker-credential-NAME. */
#include "fs/transfer/credential_helper.h"

#include "core/base/json.h"
#include "core/base/proc.h"


#define OUTPUT_MAX (64 << 10)

/* Run a verb; *ret_out is the caller's to wipe and free. */
static int call(const char *helper, const char *verb, const char *input,
		char **ret_out, struct err *e)
{
	auto_free char *program = xasprintf("docker-credential-%s", helper);
	char *argv[] = { program, (char *)verb, NULL };
	auto_free char *errors = NULL;
	int rc;

	if (strchr(helper, '/'))
		return err_set(e, EINVAL, "credential helper '%s': it is a "
			       "name, not a path", helper);
	rc = proc_capture(argv, input, OUTPUT_MAX, ret_out, &errors, e);
	if (rc < 0)
		return err_wrap(e, "run %s (install it, or take its name out "
				"of the config file)", program);
	if (rc == 0)
		return 0;
	/* helpers say it on stdout */
	if ((*ret_out && strstr(*ret_out, "credentials not found")) ||
	    (errors && strstr(errors, "credentials not found")))
		return err_set(e, ENOENT, "%s knows no such credentials",
			       program);
	return err_set(e, EIO, "%s %s failed with exit code %d%s%.200s",
		       program, verb, rc, errors && *errors ? ": " : "",
		       errors ? errors : "");
}

static int parse(const char *text, struct credential *ret, struct err *e)
{
	auto_json json_t *doc = NULL;
	const char *user = NULL, *secret = NULL;

	TRY(json_parse(text, strlen(text), "credentials", &doc, e));
	TRY(json_str(doc, "Username", &user, e));
	TRY(json_str(doc, "Secret", &secret, e));
	if (!user || !secret || !*secret)
		return 0;
	if (streq(user, "<token>")) {
		ret->token = xstrdup(secret);
	} else {
		ret->user = xstrdup(user);
		ret->secret = xstrdup(secret);
	}
	return 1;
}

int credential_helper_get(const char *helper, const char *server,
			  struct credential *ret, struct err *e)
{
	char *out = NULL;
	int r = call(helper, "get", server, &out, e);

	if (r == 0)
		r = parse(out, ret, e);
	else if (r == -ENOENT && strstr(e->text, "no such credentials"))
		r = 0;
	secret_free(out);
	return r < 0 ? err_wrap(e, "docker-credential-%s", helper) : r;
}

int credential_helper_store(const char *helper, const char *server,
			    const struct credential *c, struct err *e)
{
	auto_json json_t *doc = json_pack(
		"{s:s, s:s, s:s}", "ServerURL", server, "Username",
		c->token ? "<token>" : c->user, "Secret",
		c->token ? c->token : c->secret);
	char *text = json_text(doc), *out = NULL;
	int r = call(helper, "store", text, &out, e);

	secret_free(text);
	secret_free(out);
	return r;
}

int credential_helper_erase(const char *helper, const char *server,
			    struct err *e)
{
	char *out = NULL;
	int r = call(helper, "erase", server, &out, e);

	secret_free(out);
	return r == -ENOENT && strstr(e->text, "no such credentials") ? 0 : r;
}
