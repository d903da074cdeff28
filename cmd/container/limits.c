/* limits.c - a container's cgroup: made, limited, ended. */
#include "cmd/container/limits.h"

#include "cmd/container/limits_best_effort.h"
#include "cmd/ui/limit_flags.h"
#include "core/base/file.h"
#include "core/cgroup_fix.h"

#include <stdio.h>

#define LIMITS_MAX (1 << 20)

static bool best_effort(const struct assembly *a)
{
	return streq(a->o->limits.limits, "best-effort");
}

/* ---- the fixes ---- */

/* What is to be kept, of which there is no way to. */
static int no_cgroup(const struct assembly *a, const struct resource_plan *p,
		     struct err *e)
{
	auto_free char *text = xstrdup(e->text), *flags, *controllers;
	const char *line = cgroup_version_fix();
	struct err version;

	limit_flags(&a->o->limits, p, &flags, &controllers);
	err_set(e, ENOTSUP, "%s: no cgroup to keep it in%s%s%s: ", flags,
		*controllers ? " (controllers: " : "", controllers,
		*controllers ? ")" : "");
	if (cgroup_check_version(&version) < 0)
		err_add(e, "%s.  To change that: %s", version.text, line);
	else
		err_add(e, "%s.  Start it in one of its own: " CGROUP_FIX_SCOPE
			"; without a session: " CGROUP_FIX_MANAGER, text);
	/* only a new one takes the option */
	if (a->o != &a->restored)
		err_add(e, ".  --limits=best-effort goes on without");
	return -ENOTSUP;
}

/* A write failed: say which option's, and what would mend it. */
static int not_kept(const struct limit_options *o,
		    const struct resource_write *w, struct err *e)
{
	int code = e->code;

	err_wrap(e, "%s", limit_flag(o, w));
	if (code == ENOENT)
		err_add(e, ".  To delegate it: " CGROUP_FIX_DELEGATE
			", then log in again");
	else if (code == ENODEV)
		err_add(e, " (" CGROUP_FIX_KERNEL ")");
	return -code;
}

static int write_plan(const struct limit_options *o, int fd,
		      const struct resource_plan *p, struct err *e)
{
	size_t at = 0;

	if (cgroup_limit_from(fd, p, &at, e) < 0)
		return not_kept(o, &p->w[at], e);
	return 0;
}

/* ---- the start ---- */

static int write_limits(struct assembly *a, struct cgroup *g,
			const struct resource_plan *p, struct err *e)
{
	if (!best_effort(a))
		return write_plan(&a->o->limits, g->fd, p, e);
	limits_best_effort(&a->spec, &a->o->limits, g, p);
	return 0;
}

/* A later life: `rl update` may have changed them since the one before. */
static int reread(struct assembly *a, struct err *e)
{
	struct limit_options news = { 0 }, *o = &a->o->limits;
	struct limit_host host;
	json_t *updated;

	TRY(limits_restore(a->container.fd, &news, &updated, e));
	if (!updated)
		return 0;
	news.parent = o->parent;
	news.cgroups = o->cgroups;
	news.limits = o->limits;
	opt_release(limit_option_table, o);
	*o = news;
	json_decref(a->updated);
	a->updated = updated;
	resources_release(&a->spec.resources);
	limit_host_read(&host);
	return limit_options_resources(o, &host, &a->spec.resources, e);
}

int limits_begin(struct assembly *a, bool stays, struct cgroup *ret,
		 struct err *e)
{
	const struct limit_options *o = &a->o->limits;
	struct cgroup_wish w = {
		.id = a->spec.id,
		.parent = o->parent && *o->parent ? o->parent : NULL,
		.split = streq(o->cgroups, "split"),
	};
	auto_resource_plan struct resource_plan p = { 0 };
	bool asked;
	int r;

	if (stays)
		TRY(reread(a, e));
	TRY(resource_plan_make(&a->spec.resources, &p, e));
	asked = limit_options_need(o, &a->spec.resources);
	if (o->oom_kill_disable)
		fprintf(stderr, "rl: WARNING: cgroup v2 cannot disable the "
			"OOM killer: --oom-kill-disable is discarded\n");
	if (streq(o->cgroups, "disabled") || (!asked && !stays))
		return 0;
	r = cgroup_make(&w, ret, e);
	if (r < 0 && !asked)
		return 0;
	if (r < 0 && !best_effort(a))
		return no_cgroup(a, &p, e);
	r = write_limits(a, ret, &p, e);
	if (r < 0)
		cgroup_end(ret);
	return r;
}

/* ---- the end ---- */

static char *oom_note(const struct cgroup_oom *o)
{
	auto_free char *limit = o->limit >= 0 ? format_size_1024(o->limit) :
						xstrdup("none of its own");
	auto_free char *peak = o->peak >= 0 ? format_size_1024(o->peak) :
					      xstrdup("unknown");

	return xasprintf("out of memory: the kernel killed %lld process%s of "
			 "the container (limit %s, peak %s)",
			 (long long)o->kills, o->kills == 1 ? "" : "es", limit,
			 peak);
}

bool limits_end(struct cgroup *g, char **ret_note)
{
	struct cgroup_oom oom = { 0 };

	*ret_note = NULL;
	if (!g->path)
		return false;
	cgroup_oom(g->fd, &oom);
	if (oom.kills > 0)
		*ret_note = oom_note(&oom);
	cgroup_end(g);
	return oom.kills > 0;
}

/* ---- what an update changed ---- */

int limits_restore(int dirfd, struct limit_options *o, json_t **ret,
		   struct err *e)
{
	auto_free char *text = NULL;
	size_t n;
	int r = file_read(dirfd, CONTAINER_LIMITS, LIMITS_MAX, &text, &n, e);

	*ret = NULL;
	if (r == -ENOENT)
		return 0;
	TRY(r);
	TRY(json_parse(text, n, CONTAINER_LIMITS, ret, e));
	return opt_load(limit_option_table, *ret, o, e);
}

void limits_record(const char *path, json_t *host_config)
{
	auto_close int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_json json_t *updated = NULL;
	struct limit_options o = { 0 };
	struct err ignored;

	if (fd >= 0 && limits_restore(fd, &o, &updated, &ignored) == 0)
		limit_options_record(&o, host_config);
	opt_release(limit_option_table, &o);
}

/* A new object with the record's own limits and those of earlier updates. */
static int limits_now(const struct container *c, json_t **ret, struct err *e)
{
	auto_json json_t *record = NULL;
	auto_json json_t *updated = NULL;
	struct limit_options ignored = { 0 };
	const json_t *options = NULL;
	int r;

	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "Options", &options, e));
	r = limits_restore(c->fd, &ignored, &updated, e);
	opt_release(limit_option_table, &ignored);
	TRY(r);
	*ret = json_object();
	for (const struct opt *row = limit_option_table; row->name; row++) {
		json_t *v = json_object_get(updated, row->name);

		if (!v)
			v = json_object_get(options, row->name);
		if (v)
			json_object_set(*ret, row->name, v);
	}
	return 0;
}

/* All of them are written: what was so before is no change. */
static int apply(const struct container *c, const struct container_state *st,
		 const struct limit_options *o, const struct resources *r,
		 struct err *e)
{
	auto_resource_plan struct resource_plan p = { 0 };
	auto_close int fd = -1;

	if (!container_status_runs(st->status) ||
	    (!st->cgroup && !resources_limited(r)))
		return 0;
	if (!st->cgroup)
		return err_set(e, EOPNOTSUPP, "container %s runs without a "
			       "cgroup, so there is nothing to limit it by "
			       "(rl doctor says what this host lacks; one "
			       "started in the foreground has one with "
			       "--cgroups=enabled)", c->name);
	TRY(fd = cgroup_open(st->cgroup, e));
	TRY(resource_plan_make(r, &p, e));
	return write_plan(o, fd, &p, e);
}

/* `all`, checked, onto one that runs. */
static int apply_all(struct container *c, const json_t *all,
		     struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	auto_resources struct resources r = { 0 };
	struct limit_options o = { 0 };
	struct limit_host host;
	int code;

	limit_host_read(&host);
	TRY(opt_load(limit_option_table, all, &o, e));
	code = limit_options_resources(&o, &host, &r, e);
	if (code >= 0)
		code = container_state_read(c, &st, e);
	if (code >= 0)
		code = apply(c, &st, &o, &r, e);
	opt_release(limit_option_table, &o);
	return code;
}

static int update_with(struct container *c, const json_t *all, struct err *e)
{
	auto_free char *text = json_text(all);

	TRY(apply_all(c, all, e));
	return file_replace(c->fd, CONTAINER_LIMITS, text, strlen(text), 0600,
			    e);
}

int limits_update(struct container *c, const struct limit_options *more,
		  struct err *e)
{
	auto_json json_t *all = NULL;
	auto_json json_t *news = opt_save(limit_option_table, more);

	TRY(limits_now(c, &all, e));
	json_object_update(all, news);
	return update_with(c, all, e) < 0 ?
		       err_wrap(e, "cannot update container %s", c->name) : 0;
}
