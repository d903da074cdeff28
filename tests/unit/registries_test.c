/* registries_test.c - TOML, registries.conf and mirrors become endpoints. */
#include "fs/transfer/registries.h"
#include "fs/transfer/toml.h"

#include "tests/unit/tap.h"

static struct endpoints plan(const char *conf, const char *mirrors,
			     const char *name, struct err *e)
{
	struct endpoints l = { 0 };
	auto_json json_t *files = json_array();
	auto_ref struct ref ref = { 0 };
	json_t *doc;

	e->code = 0;
	if (conf && toml_parse(conf, &doc, e) == 0)
		json_array_append_new(files, doc);
	if (!e->code && ref_parse(name, &ref, e) == 0)
		registries_plan(files, mirrors, &ref, &l, e);
	return l;
}

static bool is(const struct endpoints *l, size_t i, const char *host,
	       const char *path, bool insecure, bool mirror)
{
	return i < l->n && streq(l->v[i].host, host) &&
	       streq(l->v[i].path, path) && l->v[i].insecure == insecure &&
	       l->v[i].mirror == mirror;
}

static void test_defaults(void)
{
	struct err e;
	struct endpoints l = plan(NULL, NULL, "debian:12", &e);

	OK(l.n == 1 && is(&l, 0, "registry-1.docker.io", "library/debian",
			  false, false));
	endpoints_release(&l);
	l = plan(NULL, "mirror:5000,https://other/cache", "debian:12", &e);
	OK(l.n == 3 && is(&l, 0, "mirror:5000", "library/debian", false,
			  true) &&
	   is(&l, 1, "other", "cache/library/debian", false, true) &&
	   is(&l, 2, "registry-1.docker.io", "library/debian", false, false));
	endpoints_release(&l);
	l = plan(NULL, "mirror:5000", "quay.io/a/b", &e);
	OK(l.n == 1 && is(&l, 0, "quay.io", "a/b", false, false));
	endpoints_release(&l);
}

static const char conf[] =
	"unqualified-search-registries = [\"a\", # one\n  'b',]\n"
	"[[registry]]\n"
	"prefix = \"example.com\"\nlocation = \"inner.example.com:5000/all\"\n"
	"insecure = true\n"
	"[[registry.mirror]]\nlocation = \"m1/x\"\n"
	"[[registry.mirror]]\nlocation = \"m2\"\ninsecure = true\n"
	"pull-from-mirror = \"digest-only\"\n"
	"[[registry]]\nlocation = \"example.com/secret\"\nblocked = true\n"
	"[[registry]]\nprefix = \"*.corp.net\"\nlocation = \"hub.corp.net\"\n";

static void test_conf(void)
{
	struct err e;
	struct endpoints l = plan(conf, NULL, "example.com/team/app:1", &e);

	OK(l.n == 2 && is(&l, 0, "m1", "x/team/app", false, true) &&
	   is(&l, 1, "inner.example.com:5000", "all/team/app", true, false));
	endpoints_release(&l);
	l = plan(conf, NULL, "example.com/a@sha256:0123456789012345678901234567"
		 "890123456789012345678901234567890123", &e);
	OK(l.n == 3 && is(&l, 1, "m2", "a", true, true));
	endpoints_release(&l);
	l = plan(conf, NULL, "example.com/secret/x", &e);
	OK(e.code == EACCES);
	endpoints_release(&l);
	l = plan(conf, NULL, "example.com/secretly/x", &e);
	OK(e.code == 0 && l.n == 2);
	endpoints_release(&l);
	l = plan(conf, NULL, "a.corp.net/x", &e);
	OK(l.n == 1 && is(&l, 0, "hub.corp.net", "x", false, false));
	endpoints_release(&l);
	l = plan(conf, NULL, "corp.net/x", &e);
	OK(l.n == 1 && is(&l, 0, "corp.net", "x", false, false));
	endpoints_release(&l);
}

static void bad(const char *text, const char *line)
{
	struct err e = { 0 };
	json_t *doc = NULL;

	OK(toml_parse(text, &doc, &e) == -EINVAL && strstr(e.text, line));
	json_decref(doc);
}

static void test_toml(void)
{
	struct err e;
	json_t *doc = NULL;

	OK(toml_parse("a.b = { c = [1, -2], \"d e\" = 'x\\n' }\ns = \"\\u00e9\""
		      "\n", &doc, &e) == 0 &&
	   json_integer_value(json_array_get(json_object_get(json_object_get(
		json_object_get(doc, "a"), "b"), "c"), 1)) == -2);
	OK(streq(json_string_value(json_object_get(doc, "s")), "\xc3\xa9"));
	json_decref(doc);
	bad("a = 1\nb = \n", "line 2");
	bad("a = 1\na = 2\n", "line 2: a key is given twice");
	bad("a = \"x\n", "does not end");
	bad("a = 1.5\n", "a kind that is not read");
	bad("[a\n", "wants ]");
	bad("a = 1 b = 2\n", "something follows");
	bad("\"\xff\" = 1\n", "not UTF-8");
	bad("\"\xff\".b = 1\n", "a key is no table");
	bad("[a.\"\xff\"]\n", "a key is no table");
	bad("[[\"\xff\"]]\n", "not UTF-8");
	bad("a = [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "too deeply");
}

int main(void)
{
	RUN(test_defaults);
	RUN(test_conf);
	RUN(test_toml);
	return DONE();
}
