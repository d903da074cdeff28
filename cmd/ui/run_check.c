/* run_check.c - options of run that contradict each other. */
#include "cmd/ui/run_options.h"

#include "core/detach_keys.h"
#include "core/log_options.h"
#include "core/restart.h"

static bool is_stream(const char *s)
{
	return strcasecmp(s, "stdin") == 0 || strcasecmp(s, "stdout") == 0 ||
	       strcasecmp(s, "stderr") == 0;
}

/* What another container's network has decided already. */
static int check_shared_network(const struct run_options *o, struct err *e)
{
	const struct {
		bool given;
		const char *what;
	} conflicts[] = {
		{ o->hostname || o->domainname, "hostname and the" },
		{ o->dns.n || o->dns_search.n || o->dns_option.n,
		  "dns and the" },
		{ o->add_host.n, "custom host-to-IP mapping and the" },
		{ o->publish.n || o->publish_all,
		  "port publishing and the container type" },
		{ o->expose.n, "port exposing and the container type" },
	};

	for (size_t i = 0; i < ARRAY_LEN(conflicts); i++)
		if (conflicts[i].given)
			return err_set(e, EINVAL, "conflicting options: %s "
				       "network mode", conflicts[i].what);
	return 0;
}

/* Its user namespace is the other's, and its clocks are its own: not both. */
static int check_shared(const struct run_options *o, struct err *e)
{
	if (net_peer_name(o->network))
		TRY(check_shared_network(o, e));
	else if (!net_peer_name(o->pid))
		return 0;
	if (o->userns)
		return err_set(e, EINVAL, "conflicting options: --userns and "
			       "the namespaces of another container");
	if (o->time_offset)
		return err_set(e, EINVAL, "conflicting options: --time-offset "
			       "and the namespaces of another container");
	return 0;
}

static int check_stop_timeout(const char *text, struct err *e)
{
	int64_t seconds;

	if (!text || parse_i64(text, &seconds))
		return 0;
	return err_set(e, EINVAL, "--stop-timeout '%.40s': it is a number of "
		       "seconds, or -1 to wait for ever", text);
}

int run_options_check(const struct run_options *o, struct err *e)
{
	struct restart_policy policy;
	struct log_options log;
	struct detach_keys keys;

	TRY(restart_policy_parse(o->restart, &policy, e));
	if (o->rm && policy.when != RESTART_NO)
		return err_set(e, EINVAL, "conflicting options: cannot specify "
			       "both --restart and --rm");
	TRY(check_stop_timeout(o->stop_timeout, e));
	TRY(log_options_parse(o->log_driver, &o->log_opt, &log, e));
	if (o->detach_keys)
		TRY(detach_keys_parse(o->detach_keys, &keys, e));
	for (size_t i = 0; i < o->attach.n; i++)
		if (!is_stream(o->attach.v[i]))
			return err_set(e, EINVAL, "invalid argument \"%s\" for "
				       "\"-a, --attach\" flag: valid streams "
				       "are STDIN, STDOUT and STDERR",
				       o->attach.v[i]);
	if (o->detach && o->attach.n)
		return err_set(e, EINVAL, "conflicting options: cannot specify "
			       "both --attach and --detach");
	return check_shared(o, e);
}
