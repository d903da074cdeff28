#ifndef RL_NET_H
#define RL_NET_H
/*
 * net.h - a container's network: a table of backends behind one interface,
 * and the texts of the files that name hosts.
 */
#include "core/base/err.h"
#include "core/base/str.h"

struct net_ops {
	const char *name;
	bool own_namespace; /* a network namespace of its own */
	/* Runs inside the new namespace as its root; may be NULL. */
	int (*inside)(void *arg, struct err *e);
};

extern const struct net_ops net_none, net_host;

/* By --network's word.  -EINVAL lists what there is. */
int net_find(const char *name, const struct net_ops **ret, struct err *e);

/*
 * /etc/hosts: the fixed lines, the container's own name (on `ip`), then
 * --add-host entries "name:ip" or "name=ip".  -EINVAL for a bad entry.
 */
int net_hosts_text(const char *hostname, const char *ip,
		   const struct strv *add, struct str *ret, struct err *e);
/*
 * /etc/resolv.conf: the host's own, or what --dns, --dns-search and
 * --dns-option say where they are given.
 */
int net_resolv_text(const struct strv *dns, const struct strv *search,
		    const struct strv *option, struct str *ret, struct err *e);

#endif
