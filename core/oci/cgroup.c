/* cgroup.c - the cgroup of a container of the OCI command line. */
#include "core/oci/cgroup.h"

#include "core/base/file.h"

#include <stdio.h>

/* ---- by path ---- */

/* Each on the way passes on what it can; what is not ours may not let us. */
static int make_path(const char *path, struct err *e)
{
	auto_free char *at = xstrdup(path);
	char *slash = at + strlen(CGROUP_ROOT);

	while (slash) {
		struct err ignored;
		auto_close int fd = -1;

		*slash = '\0';
		if (mkdir(at, 0755) < 0 && errno != EEXIST)
			return err_sys(e, "make the cgroup %s", at);
		TRY(fd = cgroup_open(at, e));
		cgroup_enable_all(fd, &ignored);
		*slash++ = '/';
		slash = strchr(slash, '/');
	}
	if (mkdir(at, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "make the cgroup %s", at);
	return 0;
}

static int by_path(const char *wanted, struct cgroup *ret, struct err *e)
{
	auto_free char *clean = mount_clean_path(wanted), *own = NULL;
	auto_free char *path = NULL;

	TRY(cgroup_check_version(e));
	if (*wanted != '/')
		TRY(cgroup_delegation(&own, e));
	path = xasprintf("%s%s", own ? own : CGROUP_ROOT, clean);
	TRY(make_path(path, e));
	TRY(ret->fd = cgroup_open(path, e));
	ret->path = steal_ptr(path);
	return 0;
}

/* ---- by systemd: "SLICE:PREFIX:NAME" ---- */

static int by_manager(const char *wanted, const char *id, struct cgroup *ret,
		      struct err *e)
{
	auto_strv struct strv parts = { 0 };
	auto_free char *unit = NULL;
	struct cgroup_wish w = { .id = id };

	strv_split(&parts, wanted ? wanted : "", ':');
	if (wanted && *wanted && parts.n != 3)
		return err_set(e, EINVAL, "linux.cgroupsPath: with "
			       "--systemd-cgroup it is SLICE:PREFIX:NAME, not "
			       "'%.100s'", wanted);
	if (parts.n == 3) {
		unit = *parts.v[1] ?
			       xasprintf("%s-%s.scope", parts.v[1], parts.v[2]) :
			       xasprintf("%s.scope", parts.v[2]);
		w.unit = unit;
		w.parent = *parts.v[0] ? parts.v[0] : NULL;
	}
	return cgroup_make(&w, ret, e);
}

/* ---- the whole ---- */

static int limit(int fd, const struct resources *r, struct err *e)
{
	auto_resource_plan struct resource_plan plan = { 0 };

	if (resource_plan_make(r, &plan, e) < 0 ||
	    cgroup_limit(fd, &plan, e) < 0)
		return err_wrap(e, "linux.resources");
	return 0;
}

static int make(const struct oci_config *c, const char *id,
		enum oci_manager how, struct cgroup *ret, struct err *e)
{
	struct cgroup_wish w = { .id = id };

	if (how == OCI_SYSTEMD)
		return by_manager(c->cgroups_path, id, ret, e);
	if (c->cgroups_path && *c->cgroups_path &&
	    by_path(c->cgroups_path, ret, e) == 0)
		return 0;
	if (c->cgroups_path && *c->cgroups_path && e->code != EACCES &&
	    e->code != EROFS && e->code != EPERM && e->code != ENOTSUP)
		return -e->code;
	return resources_limited(&c->spec.resources) ?
		       cgroup_make(&w, ret, e) : 0;
}

int oci_cgroup_make(const struct oci_config *c, const char *id,
		    enum oci_manager how, struct cgroup *ret, struct err *e)
{
	bool wanted = resources_limited(&c->spec.resources);
	int r;

	if (how == OCI_DISABLED)
		return 0;
	r = make(c, id, how, ret, e);
	if (r == 0 && ret->path)
		r = limit(ret->fd, &c->spec.resources, e);
	if (r == 0)
		return 0;
	cgroup_end(ret);
	return wanted || r == -EINVAL ? err_wrap(e, "linux.resources cannot "
						 "be kept") : 0;
}

int oci_cgroup_update(const char *path, const struct resources *r,
		      struct err *e)
{
	auto_close int fd = cgroup_open(path, e);

	return fd < 0 ? fd : limit(fd, r, e);
}

void oci_cgroup_end(const char *path)
{
	struct cgroup g = CGROUP_INIT;
	struct err ignored;

	g.fd = cgroup_open(path, &ignored);
	g.path = xstrdup(path);
	cgroup_end(&g);
}
