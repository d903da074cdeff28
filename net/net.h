#ifndef RL_NET_H
#define RL_NET_H
/*
 * net.h - a container's network: a table of backends behind one interface,
 * and the texts of the files that name hosts.
 *
 * A struct net is first a plan (net_parse), then runs: start() in the
 * supervisor before the namespaces exist, inside() in the container's first
 * process once they do, event() in the supervisor whenever `sock` has
 * something to say, stop() at the end.
 */
#include "core/base/err.h"
#include "core/base/str.h"
#include "net/bind.h"
#include "net/policy.h"
#include "net/port.h"
#include "net/wire.h"

#include <sys/types.h>

struct net;

struct net_ops {
	const char *name;
	bool own_namespace; /* a network namespace of its own */
	bool reaches_out;   /* over addresses of its own */
	bool polices;       /* judges every connection */
	bool publishes;     /* ports of the host lead inside */
	bool options;       /* takes NAME:key=value,... */
	/* Each may be NULL. */
	int (*start)(struct net *n, struct err *e);
	/* As root of the new namespaces. */
	int (*inside)(struct net *n, struct err *e);
	/* `sock` is readable.  An error: the network is dead. */
	int (*event)(struct net *n, struct err *e);
	void (*stop)(struct net *n);
};

/*
 * The code of errors that are not the host's refusal of a namespace or a tap:
 * no other network takes the place of this one then.
 */
#define NET_BROKEN ELIBBAD

struct net {
	const struct net_ops *ops;
	bool chosen; /* by name: no other may take its place */
	bool auto6;  /* IPv6 inside if the host has it */
	struct wire_config config;
	struct port_list ports; /* to be published; those that got a free
				 * number have it after the start */
	struct strv allow;      /* texts that policy_allow() takes */
	const char *log;        /* file of the connection log, or NULL */
	struct net_peer {       /* net_container: of whom it joins */
		char *hostname; /* NULL: not known yet */
		char *hosts, *resolv; /* its files' text; NULL: none */
	} peer;
	/* while it runs */
	int sock; /* to rl-slirp, -1 without */
	pid_t pid;
	int far;  /* external.c: the other end, for init */
	int quit; /* external.c: the program ends when this is closed */
	struct binding_list bindings;
};

#define NET_INIT { .sock = -1, .far = -1, .quit = -1 }

extern const struct net_ops net_none, net_host, net_slirp, net_slirp4netns,
			    net_pasta, net_container;

/*
 * Plan a network from --network's text, NULL for the best that works here.
 * -EINVAL names what is wrong with the text.
 */
int net_parse(const char *text, struct net *ret, struct err *e);
/* X of "container:X", else NULL. */
const char *net_peer_name(const char *text);
/*
 * Publish ports: -p's texts, then with `all` those that the image and
 * --expose name.  1: on the host's network they are published as they are,
 * with none nothing is; the list is dropped.  -EINVAL for a network that
 * cannot.
 */
int net_publish(struct net *n, const struct strv *publish, bool all,
		const struct strv *exposed, struct err *e);
/*
 * Close the network but for what --net-allow's texts name, and log its
 * connections to a file.  -EINVAL for a bad text or another backend.
 */
int net_police(struct net *n, const struct strv *allow, const char *log,
	       struct err *e);
/* Begin what needs no namespaces: bind ports, start programs. */
int net_start(struct net *n, struct err *e);
/* After a failure of net_start() or net_inside(): nobody chose this network,
 * the host refuses it, and the host's may take its place. */
bool net_may_fall(const struct net *n, const struct err *e);
/* The hook of core/supervisor.h; `net` is the struct net. */
int net_inside(void *net, struct err *e);
/* -EPIPE or another error: the network is gone; -ECANCELED: it never was,
 * and the container's start tells why. */
int net_event(struct net *n, struct err *e);
/* After a start that failed with NET_BROKEN: put what its program said last,
 * or how it ended, behind *e.  Returns -e->code. */
int net_explain(struct net *n, struct err *e);
/* End it, if it was started; it can be started anew. */
void net_halt(struct net *n);
/* The same, and free what the plan owns. */
void net_stop(struct net *n);

/*
 * /etc/hosts: the fixed lines, the container's own name with the domain (NULL:
 * none), the host's, then --add-host entries "name:ip" or "name=ip", where ip
 * may be host-gateway.  On the host's network, the host's lines come first
 * instead of the fixed ones; on another container's, that one's file.
 * -EINVAL for a bad entry.
 */
int net_hosts_text(const struct net *n, const char *hostname,
		   const char *domain, const struct strv *add,
		   struct str *ret, struct err *e);
/*
 * /etc/resolv.conf: the network's own name server with the host's search
 * list and options, or the host's file as it is where its name servers are
 * in reach; --dns, --dns-search and --dns-option take their line's place.
 * A search of "." is none.  On another container's network, its file.
 */
int net_resolv_text(const struct net *n, const struct strv *dns,
		    const struct strv *search, const struct strv *option,
		    struct str *ret, struct err *e);

#endif
