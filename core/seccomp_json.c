/* seccomp_json.c - profiles from files: docker's seccomp.json, OCI's form. */
#include "core/base/json.h"
#include "core/seccomp_profile.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/utsname.h>

#define SYSCALLS_MAX 10000
#define NO_UNKNOWN 0xeffff /* no number is above what the profile knows */

/* What a profile becomes, while it is read. */
struct profile {
	scmp_filter_ctx ctx;
	const struct caps *caps;
	int highest;   /* number of a call that it names */
	size_t budget; /* rules that may still come */
	bool notify;   /* some are answered by a listener */
};

/* Go's names of architectures, which docker's files use. */
static const struct {
	const char *name;
	uint32_t arch;
} arches[] = {
	{ "amd64", SCMP_ARCH_X86_64 }, { "arm64", SCMP_ARCH_AARCH64 },
	{ "riscv64", SCMP_ARCH_RISCV64 }, { "ppc64le", SCMP_ARCH_PPC64LE },
	{ "s390x", SCMP_ARCH_S390X },
};

static const struct {
	const char *name;
	uint32_t action;
} actions[] = {
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(EPERM) },
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(EPERM) },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
};

static const struct {
	const char *name;
	enum scmp_compare op;
} compares[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE }, { "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static int parse_action(const char *name, int64_t errno_ret, uint32_t *ret,
			struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (!streq(actions[i].name, name))
			continue;
		*ret = actions[i].action;
		if (streq(name, "SCMP_ACT_ERRNO") && errno_ret > 0)
			*ret = SCMP_ACT_ERRNO((uint32_t)errno_ret & 0xffff);
		if (streq(name, "SCMP_ACT_TRACE") && errno_ret > 0)
			*ret = SCMP_ACT_TRACE((uint32_t)errno_ret & 0xffff);
		return 0;
	}
	return err_set(e, EINVAL, "unknown action '%.40s'", name ? name : "");
}

static int parse_arg(const json_t *a, struct scmp_arg_cmp *ret, struct err *e)
{
	int64_t index, value, two;
	const char *op;

	TRY(json_int(a, "index", &index, e));
	TRY(json_int(a, "value", &value, e));
	TRY(json_int(a, "valueTwo", &two, e));
	TRY(json_str(a, "op", &op, e));
	if (index < 0 || index > 5)
		return err_set(e, EINVAL, "args.index is 0 to 5");
	for (size_t i = 0; i < ARRAY_LEN(compares); i++)
		if (streq(compares[i].name, op)) {
			ret->arg = index;
			ret->op = compares[i].op;
			ret->datum_a = value;
			ret->datum_b = two;
			return 0;
		}
	return err_set(e, EINVAL, "unknown comparison '%.40s'", op ? op : "");
}

static bool holds(const struct caps *c, const json_t *name)
{
	const char *text = json_string_value(name);
	int n = text ? caps_number(text) : -1;

	return n >= 0 && (c->bounding >> n & 1);
}

static bool is_native(const json_t *name)
{
	for (size_t i = 0; i < ARRAY_LEN(arches); i++)
		if (streq(arches[i].name, json_string_value(name)))
			return arches[i].arch == seccomp_arch_native();
	return false;
}

/* "4.8" against uname(2). */
static bool kernel_at_least(const char *text)
{
	unsigned int want[2] = { 0 }, have[2] = { 0 };
	struct utsname u;

	if (sscanf(text, "%u.%u", &want[0], &want[1]) < 1 || uname(&u) < 0)
		return false;
	sscanf(u.release, "%u.%u", &have[0], &have[1]);
	return have[0] != want[0] ? have[0] > want[0] : have[1] >= want[1];
}

/* moby's rules: all of `includes` must hold, one of `excludes` is enough. */
static bool applies(const json_t *sys, const struct caps *c)
{
	const json_t *in = json_object_get(sys, "includes");
	const json_t *out = json_object_get(sys, "excludes");
	const json_t *in_arches = json_object_get(in, "arches");
	const char *min = json_string_value(json_object_get(in, "minKernel"));
	const char *max = json_string_value(json_object_get(out, "minKernel"));
	bool native = json_array_size(in_arches) == 0;
	size_t i;
	json_t *v;

	json_array_foreach(json_object_get(out, "caps"), i, v)
		if (holds(c, v))
			return false;
	json_array_foreach(json_object_get(out, "arches"), i, v)
		if (is_native(v))
			return false;
	json_array_foreach(json_object_get(in, "caps"), i, v)
		if (!holds(c, v))
			return false;
	json_array_foreach(in_arches, i, v)
		native |= is_native(v);
	return native && (!min || kernel_at_least(min)) &&
	       !(max && kernel_at_least(max));
}

static int refused(const char *name, int r, struct err *e)
{
	/* EACCES: the same as the default action */
	if (r == 0 || r == -EACCES || r == -EEXIST)
		return 0;
	return err_set(e, -r, "the rule for %s is refused", name);
}

/*
 * As runc reads them: conditions on different arguments must all hold, but
 * two on the same one are rules of their own.
 */
static int add_conditions(struct profile *p, uint32_t action, int nr,
			  const char *name, const struct scmp_arg_cmp *args,
			  unsigned int n, struct err *e)
{
	unsigned int seen = 0;
	bool repeated = false;

	for (unsigned int i = 0; i < n; i++) {
		repeated |= seen >> args[i].arg & 1;
		seen |= 1u << args[i].arg;
	}
	if (!repeated)
		return refused(name, seccomp_rule_add_array(p->ctx, action, nr,
							    n, args), e);
	for (unsigned int i = 0; i < n; i++)
		TRY(refused(name, seccomp_rule_add_array(p->ctx, action, nr, 1,
							 &args[i]), e));
	return 0;
}

static void note_number(struct profile *p, const char *name)
{
	static const uint32_t tables[] = { SCMP_ARCH_NATIVE, SCMP_ARCH_X86,
					   SCMP_ARCH_ARM };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		int nr = seccomp_syscall_resolve_name_arch(tables[i], name);

		if (nr > p->highest && nr < NO_UNKNOWN)
			p->highest = nr;
	}
}

static int add_rule(struct profile *p, const json_t *sys, uint32_t action,
		    const char *name, struct err *e)
{
	const json_t *list;
	struct scmp_arg_cmp args[6];
	unsigned int n = 0;
	int nr = seccomp_syscall_resolve_name(name);
	size_t i;
	json_t *a;

	TRY(json_arr(sys, "args", &list, e));
	if (nr == __NR_SCMP_ERROR)
		return 0; /* a call of other kernels or machines */
	note_number(p, name);
	json_array_foreach(list, i, a) {
		if (n == 6)
			return err_set(e, EINVAL, "more than six args");
		TRY(parse_arg(a, &args[n++], e));
	}
	return add_conditions(p, action, nr, name, args, n, e);
}

/*
 * Init still has to hand the listener on, and to be heard when it fails: a
 * listener for that would wait for itself.
 */
static int check_notify(const char *name, struct err *e)
{
	if (streq(name, "sendmsg") || streq(name, "write"))
		return err_set(e, EINVAL, "SCMP_ACT_NOTIFY cannot be used for "
			       "%s", name);
	return 0;
}

/* One entry of "syscalls": an action for a list of names. */
static int add_entry(struct profile *p, const json_t *sys, struct err *e)
{
	auto_strv struct strv names = { 0 };
	const char *name, *act;
	int64_t errno_ret;
	uint32_t action;

	TRY(json_strv(sys, "names", &names, e));
	TRY(json_str(sys, "name", &name, e));
	TRY(json_str(sys, "action", &act, e));
	TRY(json_int(sys, "errnoRet", &errno_ret, e));
	TRY(parse_action(act, errno_ret, &action, e));
	if (name && names.n)
		return err_set(e, EINVAL, "both 'name' and 'names' are "
			       "specified, use either");
	if (name)
		strv_add(&names, name);
	p->notify |= action == SCMP_ACT_NOTIFY;
	for (size_t k = 0; k < names.n; k++) {
		if (p->budget-- == 0)
			return err_set(e, EFBIG, "too many rules");
		if (action == SCMP_ACT_NOTIFY)
			TRY(check_notify(names.v[k], e));
		TRY(add_rule(p, sys, action, names.v[k], e));
	}
	return 0;
}

static int add_syscalls(struct profile *p, const json_t *doc, struct err *e)
{
	const json_t *list;
	size_t i;
	json_t *sys;

	TRY(json_arr(doc, "syscalls", &list, e));
	json_array_foreach(list, i, sys)
		if (applies(sys, p->caps))
			TRY(add_entry(p, sys, e));
	return 0;
}

/* "SCMP_ARCH_X86": libseccomp has it as "x86". */
static int add_arch(struct profile *p, const char *name, struct err *e)
{
	const char *rest = skip_prefix(name ? name : "", "SCMP_ARCH_");
	auto_free char *word = xstrdup(rest ? rest : "");
	uint32_t arch;
	int r;

	for (char *s = word; *s; s++)
		*s = *s >= 'A' && *s <= 'Z' ? *s + 'a' - 'A' : *s;
	arch = *word ? seccomp_arch_resolve_name(word) : 0;
	if (!arch)
		return err_set(e, EINVAL, "unknown architecture '%.40s'",
			       name ? name : "");
	r = seccomp_arch_add(p->ctx, arch);
	return r == 0 || r == -EEXIST ? 0 :
	       err_set(e, -r, "the architecture %s is refused", name);
}

/* Those that are listed; else what this machine runs beside its own. */
static int add_architectures(struct profile *p, const json_t *doc,
			     struct err *e)
{
	const json_t *list = json_object_get(doc, "architectures");
	size_t i;
	json_t *v;

	if (!json_array_size(list)) {
		seccomp_add_sisters(p->ctx);
		return 0;
	}
	json_array_foreach(list, i, v)
		TRY(add_arch(p, json_string_value(v), e));
	return 0;
}

static const struct {
	const char *name;
	unsigned int flag;
} flags[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", 0 }, /* there is one thread */
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

static int parse_flags(const json_t *doc, unsigned int *ret, struct err *e)
{
	auto_strv struct strv names = { 0 };

	TRY(json_strv(doc, "flags", &names, e));
	for (size_t i = 0; i < names.n; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(flags) && !streq(flags[k].name, names.v[i]))
			k++;
		if (k == ARRAY_LEN(flags))
			return err_set(e, EINVAL, "unknown flag '%.60s'",
				       names.v[i]);
		*ret |= flags[k].flag;
	}
	return 0;
}

static int compile(const json_t *doc, const struct caps *c,
		   struct seccomp_filter *ret, struct err *e)
{
	struct profile p = { .caps = c, .budget = SYSCALLS_MAX };
	int64_t errno_ret;
	const char *act;
	uint32_t action;
	int r;

	TRY(json_str(doc, "defaultAction", &act, e));
	TRY(json_int(doc, "defaultErrnoRet", &errno_ret, e));
	if (json_array_size(json_object_get(doc, "architectures")) &&
	    json_array_size(json_object_get(doc, "archMap")))
		return err_set(e, EINVAL, "both 'architectures' and 'archMap' "
			       "are specified, use either");
	TRY(parse_action(act, errno_ret, &action, e));
	p.ctx = seccomp_init(action);
	if (!p.ctx)
		return err_set(e, ENOMEM, "libseccomp gave no context");
	seccomp_attr_set(p.ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	r = add_architectures(&p, doc, e);
	if (r == 0)
		r = add_syscalls(&p, doc, e);
	if (!streq(act, "SCMP_ACT_ERRNO"))
		p.highest = NO_UNKNOWN;
	if (r == 0)
		r = seccomp_export(p.ctx, p.highest, ret, e);
	seccomp_release(p.ctx);
	if (r == 0)
		r = parse_flags(doc, &ret->flags, e);
	ret->notify = p.notify || action == SCMP_ACT_NOTIFY;
	/* the kernel takes this one with a listener only */
	if (!ret->notify)
		ret->flags &= ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	return r;
}

int seccomp_from_json(const char *text, const struct caps *c,
		      struct seccomp_filter *ret, struct err *e)
{
	auto_json json_t *doc = NULL;

	TRY(json_parse(text, strlen(text), "seccomp profile", &doc, e));
	if (compile(doc, c, ret, e) < 0)
		return err_wrap(e, "seccomp profile");
	return 0;
}
