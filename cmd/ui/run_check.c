/* run_check.c - options of run that contradict each other. */
#include "cmd/ui/run_options.h"

#include "core/restart.h"

static bool is_stream(const char *s)
{
	return strcasecmp(s, "stdin") == 0 || strcasecmp(s, "stdout") == 0 ||
	       strcasecmp(s, "stderr") == 0;
}

int run_options_check(const struct run_options *o, struct err *e)
{
	struct restart_policy policy;

	TRY(restart_policy_parse(o->restart, &policy, e));
	if (o->rm && policy.when != RESTART_NO)
		return err_set(e, EINVAL, "conflicting options: cannot specify "
			       "both --restart and --rm");
	for (size_t i = 0; i < o->attach.n; i++)
		if (!is_stream(o->attach.v[i]))
			return err_set(e, EINVAL, "invalid argument \"%s\" for "
				       "\"-a, --attach\" flag: valid streams "
				       "are STDIN, STDOUT and STDERR",
				       o->attach.v[i]);
	if (o->detach && o->attach.n)
		return err_set(e, EINVAL, "conflicting options: cannot specify "
			       "both --attach and --detach");
	return 0;
}
