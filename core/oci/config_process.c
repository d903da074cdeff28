/* config_process.c - config.json: process. */
#include "core/oci/config.h"

#include <linux/sched/types.h>
#include <stdio.h>

#define P(k, m, fn) \
	{ .key = k, .read = fn, .offset = offsetof(struct oci_config, m) }

/* A word of a table, or -EINVAL. */
struct word {
	const char *word;
	int value;
};

static int find_word(struct reader *r, const struct word *words, size_t n,
		     const json_t *v, int *ret)
{
	const char *text = read_text(r, v);

	if (!text)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (streq(words[i].word, text)) {
			*ret = words[i].value;
			return 0;
		}
	return read_fail(r, "'%.40s' is none of those there are", text);
}

/* ---- user ---- */

struct user {
	uint32_t uid, gid;
	int64_t  umask;
	struct strv groups;
};

static int add_group(struct reader *r, const json_t *v, void *dest)
{
	int64_t n = 0;

	TRY(read_number(r, v, 0, UINT32_MAX - 1, &n));
	strv_printf(dest, "%u", (uint32_t)n);
	return 0;
}

static int read_groups(struct reader *r, const struct field *f UNUSED,
		       const json_t *v, void *dest)
{
	return read_each(r, v, add_group, dest);
}

static int read_umask(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	return read_number(r, v, 0, 0777, dest);
}

static const struct field user_fields[] = {
	{ .key = "uid", .read = read_uint32,
	  .offset = offsetof(struct user, uid) },
	{ .key = "gid", .read = read_uint32,
	  .offset = offsetof(struct user, gid) },
	{ .key = "umask", .read = read_umask,
	  .offset = offsetof(struct user, umask) },
	{ .key = "additionalGids", .read = read_groups,
	  .offset = offsetof(struct user, groups) },
	FIELD_END
};

static int read_user(struct reader *r, const struct field *f UNUSED,
		     const json_t *v, void *dest)
{
	struct spec *s = &((struct oci_config *)dest)->spec;
	struct user u = { .umask = 022 };
	int code = read_fields(r, user_fields, v, &u);

	free(s->user.text);
	s->user.text = xasprintf("%u:%u", u.uid, u.gid);
	s->umask = (mode_t)u.umask;
	strv_release(&s->user.groups);
	s->user.groups = u.groups;
	return code;
}

/* ---- capabilities ---- */

/* Names that this kernel does not know are passed over, as runc does. */
static int add_cap(struct reader *r, const json_t *v, void *dest)
{
	const char *name = read_text(r, v);
	int n;

	if (!name)
		return -EINVAL;
	n = caps_number(name);
	if (n >= 0)
		*(uint64_t *)dest |= UINT64_C(1) << n;
	return 0;
}

static int read_cap_set(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	return read_each(r, v, add_cap, dest);
}

#define S(m) \
	{ .key = #m, .read = read_cap_set, .offset = offsetof(struct caps, m) }
static const struct field cap_fields[] = {
	S(bounding), S(effective), S(permitted), S(inheritable), S(ambient),
	FIELD_END
};
#undef S

static int read_caps(struct reader *r, const struct field *f UNUSED,
		     const json_t *v, void *dest)
{
	struct caps *caps = ((struct oci_config *)dest)->spec.caps;

	*caps = (struct caps){ 0 };
	return read_fields(r, cap_fields, v, caps);
}

/* ---- limits ---- */

static const struct word rlimit_words[] = {
	{ "RLIMIT_AS", RLIMIT_AS }, { "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU }, { "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE }, { "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE }, { "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE }, { "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS }, { "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};

struct rlimit_text {
	int type;
	uint64_t soft, hard;
};

static int read_rlimit_type(struct reader *r, const struct field *f UNUSED,
			    const json_t *v, void *dest)
{
	return find_word(r, rlimit_words, ARRAY_LEN(rlimit_words), v, dest);
}

static const struct field rlimit_fields[] = {
	{ .key = "type", .read = read_rlimit_type, .required = true,
	  .offset = offsetof(struct rlimit_text, type) },
	{ .key = "soft", .read = read_uint64, .required = true,
	  .offset = offsetof(struct rlimit_text, soft) },
	{ .key = "hard", .read = read_uint64, .required = true,
	  .offset = offsetof(struct rlimit_text, hard) },
	FIELD_END
};

static int add_rlimit(struct reader *r, const json_t *v, void *dest)
{
	struct spec *s = dest;
	struct rlimit_text t = { 0 };

	TRY(read_fields(r, rlimit_fields, v, &t));
	for (size_t i = 0; i < s->n_rlimits; i++)
		if (s->rlimits[i].resource == t.type)
			return read_fail(r, "this type is in the list twice");
	spec_add_rlimit(s, t.type, (struct rlimit){ t.soft, t.hard });
	return 0;
}

static int read_rlimits(struct reader *r, const struct field *f UNUSED,
			const json_t *v, void *dest)
{
	struct spec *s = dest;

	s->n_rlimits = 0;
	return read_each(r, v, add_rlimit, s);
}

/* ---- scheduling ---- */

static const struct word policies[] = {
	{ "SCHED_OTHER", 0 }, { "SCHED_FIFO", 1 }, { "SCHED_RR", 2 },
	{ "SCHED_BATCH", 3 }, { "SCHED_ISO", 4 }, { "SCHED_IDLE", 5 },
	{ "SCHED_DEADLINE", 6 },
};

static const struct word sched_flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 }, { "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 }, { "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 }, { "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

static const struct word io_classes[] = {
	{ "IOPRIO_CLASS_RT", 1 }, { "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
};

static int read_policy(struct reader *r, const struct field *f UNUSED,
		       const json_t *v, void *dest)
{
	return find_word(r, policies, ARRAY_LEN(policies), v, dest);
}

static int add_sched_flag(struct reader *r, const json_t *v, void *dest)
{
	int flag = 0;

	TRY(find_word(r, sched_flags, ARRAY_LEN(sched_flags), v, &flag));
	*(uint64_t *)dest |= (unsigned int)flag;
	return 0;
}

static int read_sched_flags(struct reader *r, const struct field *f UNUSED,
			    const json_t *v, void *dest)
{
	return read_each(r, v, add_sched_flag, dest);
}

static int read_int32(struct reader *r, const struct field *f UNUSED,
		      const json_t *v, void *dest)
{
	int64_t n = 0;

	TRY(read_number(r, v, INT32_MIN, INT32_MAX, &n));
	*(int32_t *)dest = (int32_t)n;
	return 0;
}

#define S(k, m, fn) \
	{ .key = k, .read = fn, \
	  .offset = offsetof(struct attributes, scheduler.m) }
static const struct field scheduler_fields[] = {
	{ .key = "policy", .read = read_policy, .required = true,
	  .offset = offsetof(struct attributes, scheduler.policy) },
	S("nice", nice, read_int32),
	S("priority", priority, read_uint32),
	S("flags", flags, read_sched_flags),
	S("runtime", runtime, read_uint64),
	S("deadline", deadline, read_uint64),
	S("period", period, read_uint64),
	FIELD_END
};
#undef S

static int read_scheduler(struct reader *r, const struct field *f UNUSED,
			  const json_t *v, void *dest)
{
	struct attributes *a = dest;

	a->has_scheduler = true;
	return read_fields(r, scheduler_fields, v, a);
}

struct io_text {
	int class;
	int64_t priority;
};

static int read_io_class(struct reader *r, const struct field *f UNUSED,
			 const json_t *v, void *dest)
{
	return find_word(r, io_classes, ARRAY_LEN(io_classes), v, dest);
}

static int read_io_level(struct reader *r, const struct field *f UNUSED,
			 const json_t *v, void *dest)
{
	return read_number(r, v, 0, 7, dest);
}

static const struct field io_fields[] = {
	{ .key = "class", .read = read_io_class, .required = true,
	  .offset = offsetof(struct io_text, class) },
	{ .key = "priority", .read = read_io_level,
	  .offset = offsetof(struct io_text, priority) },
	FIELD_END
};

static int read_io_priority(struct reader *r, const struct field *f UNUSED,
			    const json_t *v, void *dest)
{
	struct attributes *a = dest;
	struct io_text t = { 0 };

	TRY(read_fields(r, io_fields, v, &t));
	a->has_io_priority = true;
	a->io_priority = t.class << 13 | (int)t.priority;
	return 0;
}

/* ---- the process ---- */

/* What was there before is replaced: exec --process. */
static int replace_strings(struct reader *r, const struct field *f,
			   const json_t *v, void *dest)
{
	strv_release(dest);
	return read_strings(r, f, v, dest);
}

static int read_args(struct reader *r, const struct field *f,
		     const json_t *v, void *dest)
{
	struct strv *args = dest;

	TRY(replace_strings(r, f, v, args));
	return args->n && *args->v[0] ? 0 :
	       read_fail(r, "the first one must not be empty");
}

static int read_cwd(struct reader *r, const struct field *f, const json_t *v,
		    void *dest)
{
	TRY(read_string(r, f, v, dest));
	if (**(char **)dest != '/')
		return read_fail(r, "an absolute path is wanted");
	return 0;
}

static int read_oom(struct reader *r, const struct field *f UNUSED,
		    const json_t *v, void *dest)
{
	int64_t n = 0;

	TRY(read_number(r, v, -1000, 1000, &n));
	free(*(int **)dest);
	*(int **)dest = xmalloc(sizeof(int));
	**(int **)dest = (int)n;
	return 0;
}

static int read_side(struct reader *r, const struct field *f UNUSED,
		     const json_t *v, void *dest)
{
	int64_t n = 0;

	TRY(read_number(r, v, 0, UINT16_MAX, &n));
	*(unsigned short *)dest = (unsigned short)n;
	return 0;
}

static const struct field size_fields[] = {
	P("height", spec.size.ws_row, read_side),
	P("width", spec.size.ws_col, read_side),
	FIELD_END
};

static const struct field affinity_fields[] = {
	P("final", spec.affinity, read_string),
	FIELD_END
};

const struct field oci_process_fields[] = {
	P("terminal", spec.terminal, read_bool),
	{ .key = "consoleSize", .read = read_object, .sub = size_fields },
	{ .key = "user", .read = read_user },
	P("args", spec.argv, read_args),
	P("env", spec.env, replace_strings),
	{ .key = "cwd", .read = read_cwd, .required = true,
	  .offset = offsetof(struct oci_config, spec.cwd) },
	{ .key = "capabilities", .read = read_caps },
	P("rlimits", spec, read_rlimits),
	P("noNewPrivileges", spec.no_new_privs, read_bool),
	P("apparmorProfile", spec.attributes.apparmor, read_string),
	P("selinuxLabel", spec.attributes.selinux, read_string),
	P("oomScoreAdj", spec.oom_score_adj, read_oom),
	P("scheduler", spec.attributes, read_scheduler),
	P("ioPriority", spec.attributes, read_io_priority),
	{ .key = "execCPUAffinity", .read = read_object,
	  .sub = affinity_fields },
	FIELD_END
};
