/* subid.c - subuid(5), subgid(5), and getsubids(1) for other sources. */
#include "core/subid.h"

#include "core/base/file.h"
#include "core/base/proc.h"

#include <stdio.h>

#define SUBID_FILE_MAX (16 << 20) /* a university's worth of users */

static bool overlaps(const struct id_extents *x, uint64_t start, uint64_t n)
{
	for (size_t i = 0; i < x->n; i++)
		if (start < (uint64_t)x->e[i].outside + x->e[i].count &&
		    x->e[i].outside < start + n)
			return true;
	return false;
}

/* "NAME:START:COUNT" of one line, not NUL-terminated. */
static void parse_line(const char *line, size_t len, const char *name,
		       uid_t uid, struct id_extents *ret)
{
	auto_free char *copy = xstrndup(line, len);
	auto_strv struct strv f = { 0 };
	uint64_t first, n, as_uid;

	strv_split(&f, copy, ':');
	if (f.n != 3 || ret->n == IDMAP_EXTENTS_MAX - 2)
		return;
	if (!streq(f.v[0], name) &&
	    !(parse_u64(f.v[0], UINT32_MAX, &as_uid) && as_uid == uid))
		return;
	if (!parse_u64(f.v[1], UINT32_MAX - 1, &first) ||
	    !parse_u64(f.v[2], UINT32_MAX, &n) || first == 0 || n == 0 ||
	    first + n > UINT32_MAX || overlaps(ret, first, n))
		return;
	ret->e[ret->n++] = (struct id_extent){ 0, first, n };
}

void subid_parse(const char *text, const char *name, uid_t uid,
		 struct id_extents *ret)
{
	ret->n = 0;
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > 0 && *text != '#')
			parse_line(text, len, name, uid, ret);
		text += len + (text[len] == '\n');
	}
}

char *subid_name(const char *passwd, uid_t uid)
{
	char field[32];
	size_t n = snprintf(field, sizeof(field), ":%u:", uid);

	while (*passwd) {
		size_t len = strcspn(passwd, "\n");
		const char *colon = memchr(passwd, ':', len);
		const char *second = colon ? strchr(colon + 1, ':') : NULL;

		if (second && second < passwd + len &&
		    strncmp(second, field, n) == 0)
			return xstrndup(passwd, colon - passwd);
		passwd += len + (passwd[len] == '\n');
	}
	return NULL;
}

static char *read_optional(const char *path)
{
	struct err ignored;
	char *text;

	if (file_read(AT_FDCWD, path, SUBID_FILE_MAX, &text, NULL, &ignored) < 0)
		return NULL;
	return text;
}

/* Our login name: the passwd file, else what the login session says. */
static char *login_name(uid_t uid)
{
	auto_free char *passwd = read_optional("/etc/passwd");
	char *name = passwd ? subid_name(passwd, uid) : NULL;
	const char *env = getenv("USER");

	if (!name && env && *env && uid == getuid())
		name = xstrdup(env);
	return name;
}

/* Does nsswitch.conf send sub-ids elsewhere than to the files? */
static bool other_source(void)
{
	auto_free char *text = read_optional("/etc/nsswitch.conf");
	const char *line = text;

	while (line && *line) {
		const char *rest = skip_prefix(line, "subid:");

		if (rest)
			return strspn(rest, " \t") != strcspn(rest, "\n");
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return false;
}

/* "0: alice 100000 65536" lines as "alice:100000:65536". */
static void ask_getsubids(bool groups, const char *name, uid_t uid,
			  struct id_extents *ret)
{
	char *argv[] = { "getsubids", groups ? "-g" : (char *)name,
			 groups ? (char *)name : NULL, NULL };
	auto_free char *out = NULL, *errors = NULL;
	auto_str struct str text = { 0 };
	struct err ignored;
	const char *p;

	if (proc_capture(argv, NULL, 1 << 16, &out, &errors, &ignored) != 0)
		return;
	for (p = out; p && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		unsigned int start, count;

		if (sscanf(p, "%*u: %*s %u %u", &start, &count) == 2)
			str_printf(&text, "%s:%u:%u\n", name, start, count);
	}
	subid_parse(str_text(&text), name, uid, ret);
}

void subid_read(uid_t uid, struct id_extents *ret_uid,
		struct id_extents *ret_gid)
{
	auto_free char *subuid = read_optional("/etc/subuid");
	auto_free char *subgid = read_optional("/etc/subgid");
	auto_free char *name = login_name(uid);

	subid_parse(subuid ? subuid : "", name, uid, ret_uid);
	subid_parse(subgid ? subgid : "", name, uid, ret_gid);
	if ((ret_uid->n && ret_gid->n) || !name || !other_source())
		return;
	ask_getsubids(false, name, uid, ret_uid);
	ask_getsubids(true, name, uid, ret_gid);
}
