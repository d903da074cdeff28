/* control.c - rl-oci pause, resume, update and events. */
#include "cmd/oci/oci.h"

#include "cmd/ui/report.h"
#include "core/base/file.h"
#include "core/base/time.h"
#include "core/freeze.h"
#include "core/usage.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>

/* ---- pause, resume ---- */

/* Without a cgroup by signals; a file remembers it. */
static int by_signals(const struct oci_state *s, bool stop, struct err *e)
{
	auto_close int fd = oci_state_pidfd(s, e);

	if (fd < 0)
		return fd;
	if (freeze_signal_all(fd, fd, stop ? SIGSTOP : SIGCONT, e) < 0)
		return err_wrap(e, "without a cgroup");
	if (!stop)
		unlinkat(s->dir, "paused", 0);
	return stop ? file_create(s->dir, "paused", "", 0600, e) : 0;
}

static int freeze(const struct oci_globals *g, const char *id, bool stop,
		  struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	enum oci_status want = stop ? OCI_RUNNING : OCI_PAUSED, is;
	auto_close int fd = -1;

	TRY(oci_find(g, id, &s, e));
	is = oci_state_status(&s);
	if (is == OCI_STOPPED)
		return err_set(e, ESRCH, "container not running");
	if (is != want && !(stop && is == OCI_CREATED))
		return err_set(e, EBUSY, "container not %s: %s", stop ?
			       "running or created" : "paused",
			       oci_status_word(is));
	if (!s.cgroup)
		return by_signals(&s, stop, e);
	TRY(fd = cgroup_open(s.cgroup, e));
	return cgroup_freeze(fd, stop, e);
}

static int pause_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	return freeze(opts, argv[0], true, e);
}

static int resume_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	return freeze(opts, argv[0], false, e);
}

const struct cmd oci_cmd_pause = {
	.name = "pause",
	.program = "rl-oci",
	.args = "ID",
	.help = "stop all processes of a container where they are",
	.opts_size = sizeof(struct oci_globals),
	.min_args = 1,
	.max_args = 1,
	.run = pause_run,
};

const struct cmd oci_cmd_resume = {
	.name = "resume",
	.program = "rl-oci",
	.args = "ID",
	.help = "let the processes of a paused container go on",
	.opts_size = sizeof(struct oci_globals),
	.min_args = 1,
	.max_args = 1,
	.run = resume_run,
};

/* ---- update ---- */

struct update_opts {
	struct oci_globals g;
	const char *resources, *memory, *reservation, *swap, *cpuset, *mems;
	int64_t shares, quota, period, pids, weight;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct update_opts, m, n, l, a, h)
static const struct opt update_table[] = {
	O(OPT_STR, resources, "resources", 'r', "FILE",
	  "linux.resources as JSON (-: stdin)"),
	O(OPT_STR, memory, "memory", 0, "BYTES", "limit of memory"),
	O(OPT_STR, reservation, "memory-reservation", 0, "BYTES",
	  "memory that is kept for it"),
	O(OPT_STR, swap, "memory-swap", 0, "BYTES",
	  "limit of memory and swap together, -1: none"),
	O(OPT_INT, shares, "cpu-share", 0, "N", "weight among others"),
	O(OPT_INT, quota, "cpu-quota", 0, "US", "of each period"),
	O(OPT_INT, period, "cpu-period", 0, "US", "length of a period"),
	O(OPT_STR, cpuset, "cpuset-cpus", 0, "LIST", "processors"),
	O(OPT_STR, mems, "cpuset-mems", 0, "LIST", "nodes of memory"),
	O(OPT_INT, pids, "pids-limit", 0, "N", "number of processes"),
	O(OPT_INT, weight, "blkio-weight", 0, "N", "weight for disks"),
	OPT_END
};
#undef O

static int set_size(const char *name, const char *text, int64_t *ret,
		    struct err *e)
{
	uint64_t n;

	if (!text)
		return 0;
	if (streq(text, "-1")) {
		*ret = -1;
		return 0;
	}
	if (!parse_size(text, &n) || n > INT64_MAX)
		return err_set(e, EINVAL, "--%s '%s': it is a size such as "
			       "512m, or -1", name, text);
	*ret = (int64_t)n;
	return 0;
}

static int read_resources(const char *path, struct resources *r,
			  struct err *e)
{
	auto_json json_t *doc = NULL;
	auto_free char *text = NULL;
	size_t n;

	if (streq(path, "-"))
		TRY(fd_read_all(0, "stdin", JSON_TEXT_MAX, &text, &n, e));
	else
		TRY(file_read(AT_FDCWD, path, JSON_TEXT_MAX, &text, &n, e));
	TRY(oci_json_parse(text, n, "the resources", &doc, e));
	return oci_resources_read(doc, r, e);
}

static int collect(const struct update_opts *o, struct resources *r,
		   struct err *e)
{
	if (o->resources)
		return read_resources(o->resources, r, e);
	TRY(set_size("memory", o->memory, &r->memory, e));
	TRY(set_size("memory-reservation", o->reservation, &r->reservation,
		     e));
	TRY(set_size("memory-swap", o->swap, &r->swap, e));
	r->shares = (uint64_t)o->shares;
	r->quota = o->quota;
	r->period = (uint64_t)o->period;
	r->pids = o->pids;
	r->io_weight = (uint64_t)o->weight;
	r->cpus = o->cpuset ? xstrdup(o->cpuset) : NULL;
	r->mems = o->mems ? xstrdup(o->mems) : NULL;
	return 0;
}

static int update_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	auto_resources struct resources r = { 0 };
	const struct update_opts *o = opts;

	TRY(oci_find(&o->g, argv[0], &s, e));
	TRY(collect(o, &r, e));
	if (!resources_any(&r))
		return 0;
	if (!s.cgroup)
		return err_set(e, ENOTSUP, "container %s has no cgroup whose "
			       "limits could be changed", argv[0]);
	return oci_cgroup_update(s.cgroup, &r, e);
}

const struct cmd oci_cmd_update = {
	.name = "update",
	.program = "rl-oci",
	.args = "[OPTIONS] ID",
	.help = "change the limits of a container",
	.example = "rl-oci update --memory 512m web",
	.opts = update_table,
	.opts_size = sizeof(struct update_opts),
	.min_args = 1,
	.max_args = 1,
	.run = update_run,
};

/* ---- events ---- */

struct event_opts {
	struct oci_globals g;
	bool stats;
	const char *interval;
};

static const struct opt event_table[] = {
	OPT_ROW(OPT_BOOL, struct event_opts, stats, "stats", 0, NULL,
		"once, and no more"),
	OPT_ROW(OPT_STR, struct event_opts, interval, "interval", 0, "TIME",
		"between two (5s)"),
	OPT_END
};

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

/* runc's members, of what is known here. */
static json_t *stats_json(const struct oci_state *s, const struct usage *u)
{
	return json_pack(
		"{s:s, s:s, s:{s:{s:{s:o}}, s:{s:{s:o, s:o}}, s:{s:o}}}",
		"type", "stats", "id", s->id, "data",
		"cpu", "usage", "total", number(u->cpu_ns),
		"memory", "usage", "usage", number(u->memory), "limit",
		number(u->limit), "pids", "current", number(u->pids));
}

static int print_stats(const struct oci_state *s, struct err *e)
{
	auto_json json_t *v = NULL;
	auto_free char *text = NULL;
	struct usage u = { 0 };

	TRY(usage_read(s->pid, s->cgroup, &u, e));
	v = stats_json(s, &u);
	text = json_text(v);
	printf("%s\n", text);
	return report_flush(e);
}

/* Kills for want of memory that were not told yet. */
static int print_oom(const struct oci_state *s, int64_t *told, struct err *e)
{
	auto_close int fd = s->cgroup ? cgroup_open(s->cgroup, e) : -1;
	struct cgroup_oom oom = { 0 };

	if (fd < 0)
		return 0;
	cgroup_oom(fd, &oom);
	for (; *told < oom.kills; ++*told)
		printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", s->id);
	return report_flush(e);
}

static int event_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	const struct event_opts *o = opts;
	int64_t every = 5 * NS_PER_S, told = 0;
	auto_close int fd = -1;
	struct pollfd p;

	TRY(oci_find(&o->g, argv[0], &s, e));
	TRY(fd = oci_state_pidfd(&s, e));
	if (o->interval && (!parse_duration(o->interval, &every) ||
			    every < NS_PER_S / 1000))
		return err_set(e, EINVAL, "--interval '%s': it is a time such "
			       "as 5s", o->interval);
	if (o->stats)
		return print_stats(&s, e);
	p = (struct pollfd){ fd, POLLIN, 0 };
	do {
		TRY(print_oom(&s, &told, e));
		TRY(print_stats(&s, e));
	} while (poll(&p, 1, (int)(every / 1000000)) <= 0);
	return print_oom(&s, &told, e);
}

const struct cmd oci_cmd_events = {
	.name = "events",
	.program = "rl-oci",
	.args = "[OPTIONS] ID",
	.help = "show what a container takes, again and again, as JSON",
	.example = "rl-oci events --stats web",
	.opts = event_table,
	.opts_size = sizeof(struct event_opts),
	.min_args = 1,
	.max_args = 1,
	.run = event_run,
};
