/* container_user.c - --user against an image's passwd and group files. */
#include "core/container_user.h"

#include "core/base/file.h"

#define USER_FILE_MAX (1 << 20)
#define USER_GROUPS_MAX 1024

int container_file_read(const char *path, char **ret, struct err *e)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
					       O_NOCTTY);
	struct stat st;

	*ret = NULL;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		*ret = xstrdup("");
		return 0;
	}
	return fd_read_all(fd, path, USER_FILE_MAX, ret, NULL, e);
}

void container_user_release(struct container_user *u)
{
	free(u->groups);
	free(u->home);
	*u = (struct container_user){ 0 };
}

/* Cut one line at colons into at most n fields; false at the text's end. */
static bool next_line(const char **text, char **ret_copy, char **fields,
		      size_t n)
{
	size_t len = strcspn(*text, "\n");
	char *copy, *p;

	if (!**text)
		return false;
	copy = p = xstrndup(*text, len);
	*text += len + ((*text)[len] == '\n');
	for (size_t i = 0; i < n; i++) {
		fields[i] = p;
		if (p && (p = strchr(p, ':')))
			*p++ = '\0';
	}
	*ret_copy = copy;
	return true;
}

static bool as_id(const char *s, uint32_t *ret)
{
	uint64_t v;

	if (!s || !parse_u64(s, INT32_MAX, &v))
		return false;
	*ret = v;
	return true;
}

/* name:password:uid:gid:gecos:home:shell */
static bool find_user(const char *passwd, const char *want, bool numeric,
		      uint32_t uid, struct container_user *ret, char **ret_name)
{
	char *copy, *f[6];

	while (next_line(&passwd, &copy, f, 6)) {
		auto_free char *line = copy;
		uint32_t u, g;

		if (!as_id(f[2], &u) || !as_id(f[3], &g) ||
		    !(numeric ? u == uid : streq(f[0], want)))
			continue;
		ret->uid = u;
		ret->gid = g;
		ret->home = f[5] && *f[5] ? xstrdup(f[5]) : NULL;
		*ret_name = xstrdup(f[0]);
		return true;
	}
	return false;
}

static bool find_group(const char *group, const char *want, uint32_t *ret)
{
	char *copy, *f[4];

	while (next_line(&group, &copy, f, 4)) {
		auto_free char *line = copy;

		if (streq(f[0], want) && as_id(f[2], ret))
			return true;
	}
	return false;
}

static void add_group(struct container_user *u, gid_t gid)
{
	if (u->n_groups == USER_GROUPS_MAX)
		return;
	for (size_t i = 0; i < u->n_groups; i++)
		if (u->groups[i] == gid)
			return;
	u->groups = xrealloc(u->groups, u->n_groups + 1, sizeof(gid_t));
	u->groups[u->n_groups++] = gid;
}

/* Groups that list `name` as a member. */
static void add_memberships(const char *group, const char *name,
			    struct container_user *u)
{
	char *copy, *f[4];

	while (next_line(&group, &copy, f, 4)) {
		auto_free char *line = copy;
		char *save, *m = f[3] ? strtok_r(f[3], ",", &save) : NULL;
		uint32_t gid;

		for (; m; m = strtok_r(NULL, ",", &save))
			if (streq(m, name) && as_id(f[2], &gid))
				add_group(u, gid);
	}
}

static int resolve_group(const char *text, const char *group, uint32_t *ret,
			 struct err *e)
{
	if (as_id(text, ret) || find_group(group, text, ret))
		return 0;
	return err_set(e, EINVAL, "unable to find group %s: no matching "
		       "entries in group file", text);
}

static int resolve_primary(char *user, const char *group_text,
			   const char *passwd, const char *group,
			   struct container_user *ret, struct err *e)
{
	auto_free char *name = NULL;
	uint32_t uid = 0, gid;
	bool numeric = !*user || as_id(user, &uid);

	if (!find_user(passwd, user, numeric, uid, ret, &name)) {
		if (!numeric)
			return err_set(e, EINVAL, "unable to find user %s: no "
				       "matching entries in passwd file", user);
		ret->uid = uid;
	}
	if (group_text) {
		TRY(resolve_group(group_text, group, &gid, e));
		ret->gid = gid;
		return 0;
	}
	if (name)
		add_memberships(group, name, ret);
	return 0;
}

int container_user_resolve(const char *text, const struct strv *extra_groups,
			   const char *passwd, const char *group,
			   struct container_user *ret, struct err *e)
{
	auto_free char *user = xstrdup(text ? text : "");
	char *colon = strchr(user, ':');
	uint32_t gid;

	*ret = (struct container_user){ 0 };
	if (colon)
		*colon++ = '\0';
	TRY(resolve_primary(user, colon && *colon ? colon : NULL, passwd, group,
			    ret, e));
	for (size_t i = 0; i < extra_groups->n; i++) {
		TRY(resolve_group(extra_groups->v[i], group, &gid, e));
		add_group(ret, gid);
	}
	return 0;
}
