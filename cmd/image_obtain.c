/* image_obtain.c - find an image, or have rl-transfer pull it. */
#include "cmd/image_obtain.h"

#include "cmd/cmd.h"

#include <stdio.h>

#define EXIT_PULL_FAILED 125

static int find(const struct store *s, const struct image_wish *w,
		struct image *ret, struct err *e)
{
	struct platform platform;

	if (!w->platform)
		return image_find(s, w->name, NULL, ret, e);
	TRY(platform_parse(w->platform, &platform, e));
	return image_find(s, w->name, &platform, ret, e);
}

/* 0, or the helper's exit code. */
static int pull(const struct image_wish *w, struct err *e)
{
	auto_strv struct strv argv = { 0 };
	char *const words[] = { "rl-transfer", "pull", "--for-run", NULL };

	strv_extend(&argv, words);
	if (w->quiet)
		strv_add(&argv, "--quiet");
	if (w->platform)
		strv_printf(&argv, "--platform=%s", w->platform);
	strv_add(&argv, "--");
	strv_add(&argv, w->name);
	return cmd_run_transfer(strv_list(&argv), e);
}

static int check_policy(const char *policy, struct err *e)
{
	if (!policy || streq(policy, "missing") || streq(policy, "always") ||
	    streq(policy, "never") || streq(policy, "newer"))
		return 0;
	return err_set(e, EINVAL, "--pull '%.40s': it is always, missing, newer "
		       "or never", policy);
}

/* A whole ID: it names an image, and never one of a registry's. */
static bool is_id(const char *name)
{
	const char *hex = skip_prefix(name, "sha256:");

	hex = hex ? hex : name;
	return strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

/* No ID and no bad name is ever pulled.  -EINVAL: the rule that it breaks. */
static int check_name(const struct image_wish *w, struct err *e)
{
	auto_ref struct ref ref = { 0 };

	return ref_parse(w->name, &ref, e);
}

static bool wants_pull(const struct image_wish *w)
{
	struct err ignored;

	return (streq(w->pull, "always") || streq(w->pull, "newer")) &&
	       check_name(w, &ignored) == 0;
}

static int pull_first(const struct store *s, const struct image_wish *w,
		      struct image *ret, struct err *e)
{
	int code = pull(w, e);

	if (code == 0 || streq(w->pull, "newer"))
		return find(s, w, ret, e);
	return code < 0 ? code : EXIT_PULL_FAILED;
}

int image_obtain(const struct store *s, const struct image_wish *w,
		 struct image *ret, struct err *e)
{
	int r;

	TRY(check_policy(w->pull, e));
	if (wants_pull(w))
		return pull_first(s, w, ret, e);
	r = find(s, w, ret, e);
	if (r != -ENOENT || is_id(w->name))
		return r;
	if (check_name(w, e) < 0)
		return -e->code;
	if (streq(w->pull, "never"))
		return find(s, w, ret, e);
	if (!w->quiet)
		fprintf(stderr, "Unable to find image '%s' locally\n",
			w->name);
	r = pull(w, e);
	if (r != 0)
		return r < 0 ? r : EXIT_PULL_FAILED;
	return find(s, w, ret, e);
}
