/* restart.c - --restart: whether and when. */
#include "core/restart.h"

#include "core/base/str.h"
#include "core/base/time.h"

#define FIRST_MS   100
#define LONGEST_MS 60000
#define STEADY_NS  (10 * NS_PER_S)

static const char *const names[] = {
	[RESTART_NO] = "no", [RESTART_ALWAYS] = "always",
	[RESTART_UNLESS_STOPPED] = "unless-stopped",
	[RESTART_ON_FAILURE] = "on-failure",
};

const char *restart_policy_name(const struct restart_policy *p)
{
	return names[p->when];
}

static int parse_max(const char *text, const char *number,
		     struct restart_policy *p, struct err *e)
{
	uint64_t n;

	if (p->when != RESTART_ON_FAILURE)
		return err_set(e, EINVAL, "--restart '%s': a maximum number of "
			       "retries goes with on-failure only", text);
	if (!parse_u64(number, UINT32_MAX, &n))
		return err_set(e, EINVAL, "--restart '%s': the maximum number "
			       "of retries must be a whole number", text);
	p->max = n;
	return 0;
}

int restart_policy_parse(const char *text, struct restart_policy *ret,
			 struct err *e)
{
	size_t n = text ? strcspn(text, ":") : 0;

	*ret = (struct restart_policy){ .when = RESTART_NO };
	if (!n)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strlen(names[i]) != n || strncmp(names[i], text, n) != 0)
			continue;
		ret->when = i;
		return text[n] ? parse_max(text, text + n + 1, ret, e) : 0;
	}
	return err_set(e, EINVAL, "--restart '%s': it is no, always, "
		       "unless-stopped or on-failure[:MAX]", text);
}

bool restart_wanted(const struct restart_policy *p, int exit_code,
		    unsigned count)
{
	if (p->when == RESTART_ON_FAILURE)
		return exit_code != 0 && (!p->max || count < p->max);
	return p->when != RESTART_NO;
}

int64_t restart_delay(struct restart_backoff *b, int64_t ran_ns)
{
	b->count++;
	if (!b->last_ms || ran_ns >= STEADY_NS)
		b->last_ms = FIRST_MS;
	else if (b->last_ms * 2 <= LONGEST_MS)
		b->last_ms *= 2;
	else
		b->last_ms = LONGEST_MS;
	return b->last_ms;
}
