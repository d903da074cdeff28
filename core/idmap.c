/* idmap.c - the identity ladder: what this host offers, and the plan. */
#include "core/idmap.h"

#include "core/base/file.h"
#include "core/caps.h"
#include "core/subid.h"

#include <stdio.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#define PROC_MAP_MAX (64 << 10)

static int parse_keep_ids(char *text, struct idmap_request *ret, struct err *e)
{
	char *save, *word = strtok_r(text, ",", &save);

	for (; word; word = strtok_r(NULL, ",", &save)) {
		const char *uid = skip_prefix(word, "uid=");
		const char *gid = skip_prefix(word, "gid=");
		uint64_t v;

		if ((!uid && !gid) ||
		    !parse_u64(uid ? uid : gid, UINT32_MAX - 1, &v))
			return err_set(e, EINVAL,
				       "--userns keep-id: '%s' is not uid=N or "
				       "gid=N", word);
		if (uid)
			ret->keep_uid = v;
		else
			ret->keep_gid = v;
	}
	return 0;
}

int idmap_request_parse(const char *text, struct idmap_request *ret,
			struct err *e)
{
	const char *rest;

	*ret = (struct idmap_request){
		.mode = USERNS_AUTO, .keep_uid = getuid(), .keep_gid = getgid(),
	};
	if (!text || !*text || streq(text, "auto"))
		return 0;
	if (streq(text, "host")) {
		ret->mode = USERNS_HOST;
		return 0;
	}
	rest = skip_prefix(text, "keep-id");
	if (rest && (!*rest || *rest == ':')) {
		auto_free char *ids = xstrdup(*rest ? rest + 1 : "");

		ret->mode = USERNS_KEEP_ID;
		return parse_keep_ids(ids, ret, e);
	}
	return err_set(e, EINVAL, "--userns '%s': it is one of auto, "
		       "keep-id[:uid=N,gid=N], host", text);
}

/* ---- what the host offers ---- */

static void read_proc_map(const char *path, struct id_extents *ret)
{
	auto_free char *text = NULL;
	struct err ignored;
	char *save, *line;

	ret->n = 0;
	if (file_read(AT_FDCWD, path, PROC_MAP_MAX, &text, NULL, &ignored) < 0)
		return;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct id_extent x;

		if (ret->n == IDMAP_EXTENTS_MAX ||
		    sscanf(line, "%u %u %u", &x.inside, &x.outside,
			   &x.count) != 3)
			return;
		ret->e[ret->n++] = x;
	}
}

static bool may_set_ids(void)
{
	uint64_t own = caps_effective();

	return (own & (1u << CAP_SETUID)) && (own & (1u << CAP_SETGID));
}

/* Can this program gain the right to write id maps when we run it? */
static bool helper_usable(const char *path)
{
	struct statvfs vfs;
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	if (!(st.st_mode & S_ISUID) &&
	    getxattr(path, "security.capability", NULL, 0) <= 0)
		return false;
	return statvfs(path, &vfs) == 0 && !(vfs.f_flag & ST_NOSUID);
}

int idmap_host_read(struct idmap_host *ret, struct err *e UNUSED)
{
	*ret = (struct idmap_host){
		.uid = geteuid(), .gid = getegid(), .can_set_ids = may_set_ids(),
	};
	if (ret->can_set_ids) {
		read_proc_map("/proc/self/uid_map", &ret->own_uid);
		read_proc_map("/proc/self/gid_map", &ret->own_gid);
	}
	ret->helpers = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 &&
		       helper_usable(IDMAP_NEWUIDMAP) &&
		       helper_usable(IDMAP_NEWGIDMAP);
	if (ret->helpers)
		subid_read(ret->uid, &ret->sub_uid, &ret->sub_gid);
	return 0;
}

/* ---- the plan ---- */

static uint64_t total(const struct id_extents *x)
{
	uint64_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += x->e[i].count;
	return n;
}

static void add(struct id_extents *x, uint64_t inside, uint64_t outside,
		uint64_t count)
{
	if (count && x->n < IDMAP_EXTENTS_MAX)
		x->e[x->n++] = (struct id_extent){ inside, outside, count };
}

/* Our own id at `own_inside`, the ranges on every other id from 0 up. */
static void plan_ranges(const struct id_extents *sub, uint32_t own_inside,
			uint32_t own, struct id_extents *ret)
{
	uint64_t next = 0;

	ret->n = 0;
	for (size_t i = 0; i < sub->n; i++) {
		uint64_t start = sub->e[i].outside, left = sub->e[i].count;

		while (left > 0) {
			uint64_t k = left;

			if (next == own_inside) {
				add(ret, next++, own, 1);
				continue;
			}
			if (next < own_inside && k > own_inside - next)
				k = own_inside - next;
			add(ret, next, start, k);
			next += k;
			start += k;
			left -= k;
		}
	}
	if (next <= own_inside)
		add(ret, own_inside, own, 1);
}

static void plan_identity(const struct id_extents *own, struct id_extents *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < own->n; i++)
		add(ret, own->e[i].inside, own->e[i].inside, own->e[i].count);
}

static void plan_single(uint32_t inside, uint32_t outside,
			struct id_extents *ret)
{
	ret->n = 0;
	add(ret, inside, outside, 1);
}

int idmap_plan(const struct idmap_host *host, const struct idmap_request *req,
	       struct idmap *ret, struct err *e UNUSED)
{
	bool keep = req->mode == USERNS_KEEP_ID;
	uint32_t uid = keep ? req->keep_uid : 0, gid = keep ? req->keep_gid : 0;

	if (req->mode == USERNS_HOST) {
		ret->kind = IDMAP_SINGLE;
		plan_single(host->uid, host->uid, &ret->uid);
		plan_single(host->gid, host->gid, &ret->gid);
	} else if (host->can_set_ids && total(&host->own_uid) > 1 &&
		   total(&host->own_gid) > 1) {
		ret->kind = IDMAP_FULL;
		plan_identity(&host->own_uid, &ret->uid);
		plan_identity(&host->own_gid, &ret->gid);
	} else if (host->helpers && host->sub_uid.n && host->sub_gid.n) {
		ret->kind = IDMAP_RANGES;
		plan_ranges(&host->sub_uid, uid, host->uid, &ret->uid);
		plan_ranges(&host->sub_gid, gid, host->gid, &ret->gid);
	} else {
		ret->kind = IDMAP_SINGLE;
		plan_single(uid, host->uid, &ret->uid);
		plan_single(gid, host->gid, &ret->gid);
	}
	return 0;
}

int idmap_choose(const struct idmap_request *req, struct idmap *ret,
		 struct err *e)
{
	struct idmap_host host;

	TRY(idmap_host_read(&host, e));
	return idmap_plan(&host, req, ret, e);
}

bool idmap_to_host(const struct id_extents *x, uint32_t id, uint32_t *ret)
{
	for (size_t i = 0; i < x->n; i++) {
		if (id < x->e[i].inside || id - x->e[i].inside >= x->e[i].count)
			continue;
		*ret = x->e[i].outside + (id - x->e[i].inside);
		return true;
	}
	return false;
}

void idmap_text(const struct id_extents *x, struct str *ret)
{
	for (size_t i = 0; i < x->n; i++)
		str_printf(ret, "%u %u %u\n", x->e[i].inside, x->e[i].outside,
			   x->e[i].count);
}

/* "INSIDE OUTSIDE COUNT" with any spaces; numbers of 32 bits, no signs. */
static bool parse_extent(char *line, struct id_extent *ret)
{
	uint64_t n[3];
	size_t i = 0;
	char *save, *word = strtok_r(line, " \t", &save);

	for (; word; word = strtok_r(NULL, " \t", &save))
		if (i == ARRAY_LEN(n) || !parse_u64(word, UINT32_MAX, &n[i++]))
			return false;
	*ret = (struct id_extent){ n[0], n[1], n[2] };
	return i == ARRAY_LEN(n);
}

int idmap_parse(const char *text, struct id_extents *ret, struct err *e)
{
	auto_strv struct strv lines = { 0 };

	ret->n = 0;
	strv_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.n; i++) {
		struct id_extent x;

		if (!*lines.v[i])
			continue;
		if (ret->n == IDMAP_EXTENTS_MAX || !parse_extent(lines.v[i], &x))
			return err_set(e, EINVAL, "'%.40s' is not a line of an "
				       "id map", lines.v[i]);
		ret->e[ret->n++] = x;
	}
	return 0;
}

char *idmap_save(const struct idmap *map)
{
	struct str text = { 0 };

	str_printf(&text, "%d\n", map->kind);
	idmap_text(&map->uid, &text);
	str_puts(&text, "--\n");
	idmap_text(&map->gid, &text);
	return str_steal(&text);
}

int idmap_load(const char *text, struct idmap *ret, struct err *e)
{
	const char *cut = strstr(text, "--\n");
	auto_free char *uids = NULL;

	if (!cut || text[0] < '0' || text[0] > '2' || text[1] != '\n')
		return err_set(e, EINVAL, "not a saved id map");
	uids = xstrndup(text + 2, cut - text - 2);
	ret->kind = text[0] - '0';
	TRY(idmap_parse(uids, &ret->uid, e));
	return idmap_parse(cut + 3, &ret->gid, e);
}
