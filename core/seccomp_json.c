/* seccomp_json.c - profiles from files: docker's seccomp.json, OCI's form. */
#include "core/base/json.h"
#include "core/seccomp_profile.h"

#include <seccomp.h>
#include <stdio.h>

#define SYSCALLS_MAX 10000

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

/* Does the bounding set hold one of these names? */
static bool holds_one(const json_t *filter, const struct caps *c)
{
	const json_t *list = json_object_get(filter, "caps");
	size_t i;
	json_t *v;

	json_array_foreach(list, i, v) {
		const char *name = json_string_value(v);
		int n = name ? caps_number(name) : -1;

		if (n >= 0 && (c->bounding >> n & 1))
			return true;
	}
	return false;
}

static bool applies(const json_t *sys, const struct caps *c)
{
	const json_t *in = json_object_get(sys, "includes");
	const json_t *out = json_object_get(sys, "excludes");

	if (json_array_size(json_object_get(in, "caps")) && !holds_one(in, c))
		return false;
	/* rules for one architecture by name: none is this one's */
	if (json_array_size(json_object_get(in, "arches")))
		return false;
	return !holds_one(out, c);
}

static int add_rule(scmp_filter_ctx ctx, const json_t *sys, uint32_t action,
		    const char *name, struct err *e)
{
	const json_t *list;
	struct scmp_arg_cmp args[6];
	unsigned int n = 0;
	int nr = seccomp_syscall_resolve_name(name), r;
	size_t i;
	json_t *a;

	TRY(json_arr(sys, "args", &list, e));
	if (nr == __NR_SCMP_ERROR)
		return 0; /* a call of other kernels or machines */
	json_array_foreach(list, i, a) {
		if (n == 6)
			return err_set(e, EINVAL, "more than six args");
		TRY(parse_arg(a, &args[n++], e));
	}
	r = seccomp_rule_add_array(ctx, action, nr, n, args);
	/* EACCES: the same as the default action */
	if (r < 0 && r != -EACCES && r != -EEXIST)
		return err_set(e, -r, "the rule for %s is refused", name);
	return 0;
}

static int add_syscalls(scmp_filter_ctx ctx, const json_t *doc,
			const struct caps *c, struct err *e)
{
	const json_t *list;
	size_t i, budget = SYSCALLS_MAX;
	json_t *sys;

	TRY(json_arr(doc, "syscalls", &list, e));
	json_array_foreach(list, i, sys) {
		auto_strv struct strv names = { 0 };
		const char *name, *act;
		int64_t errno_ret;
		uint32_t action;

		if (!applies(sys, c))
			continue;
		TRY(json_strv(sys, "names", &names, e));
		TRY(json_str(sys, "name", &name, e));
		TRY(json_str(sys, "action", &act, e));
		TRY(json_int(sys, "errnoRet", &errno_ret, e));
		TRY(parse_action(act, errno_ret, &action, e));
		if (name)
			strv_add(&names, name);
		for (size_t k = 0; k < names.n; k++) {
			if (budget-- == 0)
				return err_set(e, EFBIG, "too many rules");
			TRY(add_rule(ctx, sys, action, names.v[k], e));
		}
	}
	return 0;
}

static int compile(const json_t *doc, const struct caps *c,
		   struct seccomp_filter *ret, struct err *e)
{
	scmp_filter_ctx ctx;
	int64_t errno_ret;
	const char *act;
	uint32_t action;
	int r;

	TRY(json_str(doc, "defaultAction", &act, e));
	TRY(json_int(doc, "defaultErrnoRet", &errno_ret, e));
	TRY(parse_action(act, errno_ret, &action, e));
	ctx = seccomp_init(action);
	if (!ctx)
		return err_set(e, ENOMEM, "libseccomp gave no context");
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
		seccomp_arch_add(ctx, SCMP_ARCH_X86);
		seccomp_arch_add(ctx, SCMP_ARCH_X32);
	}
	r = add_syscalls(ctx, doc, c, e);
	if (r == 0)
		r = seccomp_export(ctx, ret, e);
	seccomp_release(ctx);
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
