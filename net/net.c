/* net.c - the backends by name. */
#include "net/net.h"

static const struct net_ops *const backends[] = { &net_none, &net_host };

int net_find(const char *name, const struct net_ops **ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++)
		if (streq(backends[i]->name, name)) {
			*ret = backends[i];
			return 0;
		}
	return err_set(e, EINVAL, "--network '%s': it is none or host", name);
}
