/* ref.c - image references, taken apart by the rules of docker. */
#include "fs/ref.h"

#include "core/base/str.h"

#include <ctype.h>

#define REF_PATH_MAX 255
#define REF_TAG_MAX 128

void ref_release(struct ref *r)
{
	free(r->domain);
	free(r->path);
	free(r->tag);
	free(r->digest);
	*r = (struct ref){ 0 };
}

bool digest_valid(const char *s)
{
	const char *hex = skip_prefix(s, "sha256:");

	return hex && strlen(hex) == 64 &&
	       strspn(hex, "0123456789abcdef") == 64;
}

static bool lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* One separator between words: ".", "_", "__" or any number of "-". */
static size_t separator(const char *s)
{
	if (*s == '.')
		return 1;
	if (*s == '_')
		return s[1] == '_' ? 2 : 1;
	return strspn(s, "-");
}

/* [a-z0-9]+ ((. | _ | __ | -+) [a-z0-9]+)*, components joined by "/" */
static bool path_valid(const char *s)
{
	for (;;) {
		if (!lower_or_digit(*s))
			return false;
		while (lower_or_digit(*s))
			s++;
		if (!*s)
			return true;
		if (*s == '/') {
			s++;
			continue;
		}
		if (separator(s) == 0)
			return false;
		s += separator(s);
	}
}

static bool tag_valid(const char *s)
{
	if (!isalnum((unsigned char)*s) && *s != '_')
		return false;
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-", *p))
			return false;
	return strlen(s) <= REF_TAG_MAX;
}

static bool port_valid(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

/* "[v6]", "[v6]:port" */
static bool v6_valid(const char *s)
{
	size_t n = strspn(s + 1, "0123456789abcdefABCDEF:.");
	const char *end = s + 1 + n;

	if (n == 0 || *end != ']')
		return false;
	return !end[1] || (end[1] == ':' && port_valid(end + 2));
}

/* Labels of letters, digits and inner dashes, joined by dots; then :port. */
static bool domain_valid(const char *s)
{
	if (*s == '[')
		return v6_valid(s);
	for (;;) {
		if (!isalnum((unsigned char)*s))
			return false;
		while (isalnum((unsigned char)*s) || *s == '-')
			s++;
		if (s[-1] == '-')
			return false;
		if (*s != '.')
			break;
		s++;
	}
	return !*s || (*s == ':' && port_valid(s + 1));
}

static bool is_domain(const char *s, size_t n)
{
	if (n == 9 && strncmp(s, "localhost", 9) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (s[i] == '.' || s[i] == ':' || isupper((unsigned char)s[i]))
			return true;
	return false;
}

static int split_digest(char *rest, const char *text, struct ref *r,
			struct err *e)
{
	char *at = strchr(rest, '@');

	if (!at)
		return 0;
	*at = '\0';
	if (!digest_valid(at + 1))
		return err_set(e, EINVAL, "invalid reference format: '%s': the "
			       "digest after @ is sha256: and 64 lower-case "
			       "hex digits", text);
	r->digest = xstrdup(at + 1);
	return 0;
}

static int split_tag(char *rest, const char *text, struct ref *r, struct err *e)
{
	char *colon = strrchr(rest, ':');

	if (colon) {
		*colon = '\0';
		if (!tag_valid(colon + 1))
			return err_set(e, EINVAL, "invalid reference format: "
				       "'%s': a tag is 1 to 128 letters, "
				       "digits, _ . -, not starting with . or "
				       "-", text);
	}
	if (!r->digest)
		r->tag = xstrdup(colon ? colon + 1 : "latest");
	return 0;
}

static int check_path(const char *path, const char *text, struct err *e)
{
	for (const char *p = path; *p; p++)
		if (isupper((unsigned char)*p))
			return err_set(e, EINVAL, "invalid reference format: "
				       "repository name (%s) must be "
				       "lowercase", path);
	if (!path_valid(path))
		return err_set(e, EINVAL, "invalid reference format: '%s': a "
			       "name is lower-case letters and digits, joined "
			       "by . _ __ - or /", text);
	return 0;
}

static int parse(const char *text, struct ref *r, struct err *e)
{
	const char *bare = skip_prefix(text, "docker://");
	auto_free char *copy = xstrdup(bare ? bare : text);
	char *rest = copy, *slash = strchr(copy, '/');

	if (!*copy)
		return err_set(e, EINVAL, "invalid reference format: it is "
			       "empty");
	if (strlen(copy) == 64 && strspn(copy, "0123456789abcdef") == 64)
		return err_set(e, EINVAL, "invalid repository name (%s): "
			       "cannot be 64 hex digits, which is an ID", copy);
	if (slash && is_domain(copy, slash - copy)) {
		*slash = '\0';
		r->domain = xstrdup(copy);
		rest = slash + 1;
		if (!domain_valid(r->domain))
			return err_set(e, EINVAL, "invalid reference format: "
				       "'%s': the part before the first / is a "
				       "host, with an optional :port", text);
	}
	TRY(split_digest(rest, text, r, e));
	TRY(split_tag(rest, text, r, e));
	TRY(check_path(rest, text, e));
	if (!r->domain || streq(r->domain, "index.docker.io")) {
		free(r->domain);
		r->domain = xstrdup("docker.io");
	}
	if (streq(r->domain, "docker.io") && !strchr(rest, '/'))
		r->path = xasprintf("library/%s", rest);
	else
		r->path = xstrdup(rest);
	/* the completed name: it is what the store keeps and reads again */
	if (strlen(r->path) > REF_PATH_MAX)
		return err_set(e, EINVAL, "invalid reference format: repository "
			       "name must not be more than %d characters",
			       REF_PATH_MAX);
	return 0;
}

int ref_parse(const char *text, struct ref *ret, struct err *e)
{
	struct ref r = { 0 };

	if (parse(text, &r, e) < 0) {
		ref_release(&r);
		return -e->code;
	}
	*ret = r;
	return 0;
}

static char *with_suffix(const char *name, const struct ref *r)
{
	if (r->digest)
		return xasprintf("%s@%s", name, r->digest);
	return xasprintf("%s:%s", name, r->tag);
}

char *ref_full(const struct ref *r)
{
	auto_free char *name = xasprintf("%s/%s", r->domain, r->path);

	return with_suffix(name, r);
}

char *ref_familiar_name(const struct ref *r)
{
	const char *path = r->path, *short_path;

	if (!streq(r->domain, "docker.io"))
		return xasprintf("%s/%s", r->domain, r->path);
	short_path = skip_prefix(path, "library/");
	return xstrdup(short_path && !strchr(short_path, '/') ? short_path :
								path);
}

char *ref_familiar(const struct ref *r)
{
	auto_free char *name = ref_familiar_name(r);

	return with_suffix(name, r);
}
