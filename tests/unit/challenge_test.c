/* challenge_test.c - WWW-Authenticate headers, realms, stored credentials. */
#include "fs/transfer/challenge.h"
#include "fs/transfer/credential.h"
#include "fs/transfer/token.h"

#include "tests/unit/tap.h"

static void test_headers(void)
{
	struct challenge c = { 0 };

	challenge_parse("Bearer realm=\"https://a/token\",service=\"s, t\","
			"scope=\"repository:x:pull,push\"", &c);
	OK(c.kind == CHALLENGE_BEARER && streq(c.realm, "https://a/token") &&
	   streq(c.service, "s, t") &&
	   streq(c.scope, "repository:x:pull,push"));
	challenge_parse("Basic realm=\"b\"", &c);
	OK(c.kind == CHALLENGE_BEARER);
	challenge_release(&c);
	challenge_parse("Negotiate, Basic realm=\"b \\\"q\\\"\", bearer "
			"realm=r", &c);
	OK(c.kind == CHALLENGE_BEARER && streq(c.realm, "r"));
	challenge_release(&c);
	challenge_parse("basic REALM = \"x\"", &c);
	OK(c.kind == CHALLENGE_BASIC && streq(c.realm, "x"));
	challenge_release(&c);
	challenge_parse("\"\"=,,=\"", &c);
	OK(c.kind == CHALLENGE_NONE);
	challenge_release(&c);
}

static bool refused(const char *realm, const char *registry, bool plain)
{
	struct err e;

	return token_realm_check(realm, registry, plain, &e) < 0;
}

static void test_realms(void)
{
	OK(!refused("https://auth.docker.io/token", "registry-1.docker.io",
		    false));
	OK(refused("http://auth.example.com/", "example.com", false));
	OK(refused("http://auth.example.com/", "example.com", true));
	OK(!refused("http://example.com/t", "example.com", true));
	OK(!refused("http://127.0.0.1:9/t", "localhost:5000", true));
	OK(refused("https://127.0.0.1/t", "example.com", false) &&
	   refused("https://169.254.169.254/t", "example.com", false) &&
	   refused("https://[::1]/t", "example.com", false));
	OK(refused("https://user:pw@example.com/", "example.com", false) &&
	   refused("file:///etc/passwd", "example.com", true) &&
	   refused("https://", "example.com", true));
}

static void key(const char *text, const char *want)
{
	auto_free char *got = credential_key(text);

	OK(streq(got, want));
}

static void test_keys(void)
{
	struct credential c = { 0 };
	struct err e;
	char *basic;

	key("https://index.docker.io/v1/", "docker.io");
	key("registry-1.docker.io", "docker.io");
	key("http://example.com:5000/v2/", "example.com:5000");
	key("example.com/team", "example.com/team");
	OK(credential_decode("YW5uOnA6dw==", &c, &e) == 0 &&
	   streq(c.user, "ann") && streq(c.secret, "p:w"));
	basic = credential_basic(&c);
	OK(streq(basic, "Basic YW5uOnA6dw=="));
	free(basic);
	credential_release(&c);
	OK(credential_decode("YW5u", &c, &e) == -EINVAL &&
	   credential_decode("!!!", &c, &e) == -EINVAL);
}

int main(void)
{
	RUN(test_headers);
	RUN(test_realms);
	RUN(test_keys);
	return DONE();
}
