/* limit_flags.c - the options behind the writes of a cgroup. */
#include "cmd/ui/limit_flags.h"

/* By file, then by a word of the text, then by what was given. */
static const struct row {
	const char *file, *word, *flag;
	size_t given; /* member of struct limit_options; the first row's that
		       * is set, or the last of the file */
} rows[] = {
#define ROW(file, word, flag, m) \
	{ file, word, flag, offsetof(struct limit_options, m) }
	ROW("memory.max", NULL, "--memory", memory),
	ROW("memory.low", NULL, "--memory-reservation", reservation),
	ROW("memory.swap.max", NULL, "--memory-swap", swap),
	ROW("cpu.max", NULL, "--cpus", cpus),
	ROW("cpu.max", NULL, "--cpu-quota", quota),
	ROW("cpu.max", NULL, "--cpu-period", period),
	ROW("cpu.weight", NULL, "--cpu-shares", shares),
	ROW("cpuset.cpus", NULL, "--cpuset-cpus", cpuset_cpus),
	ROW("cpuset.mems", NULL, "--cpuset-mems", cpuset_mems),
	ROW("pids.max", NULL, "--pids-limit", pids),
	ROW("io.bfq.weight", NULL, "--blkio-weight", blkio_weight),
	ROW("io.weight", NULL, "--blkio-weight", blkio_weight),
	ROW("io.max", " rbps=", "--device-read-bps", read_bps.v),
	ROW("io.max", " wbps=", "--device-write-bps", write_bps.v),
	ROW("io.max", " riops=", "--device-read-iops", read_iops.v),
	ROW("io.max", " wiops=", "--device-write-iops", write_iops.v),
#undef ROW
};

static bool is_given(const struct limit_options *o, const struct row *r)
{
	return *(const void *const *)((const char *)o + r->given);
}

const char *limit_flag(const struct limit_options *o,
		       const struct resource_write *w)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (streq(rows[i].file, w->file) &&
		    (!rows[i].word || strstr(w->text, rows[i].word)) &&
		    is_given(o, &rows[i]))
			return rows[i].flag;
	return "--cgroup-conf";
}

static void add_once(struct strv *l, const char *word)
{
	if (!strv_has(l, word))
		strv_add(l, word);
}

static char *join(const struct strv *l)
{
	struct str s = { 0 };

	for (size_t i = 0; i < l->n; i++)
		str_printf(&s, "%s%s", i ? ", " : "", l->v[i]);
	return str_steal(&s);
}

void limit_flags(const struct limit_options *o, const struct resource_plan *p,
		 char **ret_flags, char **ret_controllers)
{
	auto_strv struct strv flags = { 0 }, controllers = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		if (p->w[i].optional)
			continue;
		add_once(&flags, limit_flag(o, &p->w[i]));
		add_once(&controllers, p->w[i].controller);
	}
	if (o->parent && *o->parent)
		strv_add(&flags, "--cgroup-parent");
	if (o->cgroups && !streq(o->cgroups, "disabled"))
		strv_printf(&flags, "--cgroups=%s", o->cgroups);
	*ret_flags = join(&flags);
	*ret_controllers = join(&controllers);
}
