/* net.c - the backends by name, and their calls. */
#include "net/net.h"

#include "net/defaults.h"
#include "net/slirp_options.h"

#include <poll.h>

static const struct net_ops *const backends[] = {
	&net_slirp, &net_slirp4netns, &net_pasta, &net_none, &net_host,
	&net_container,
};

static const struct net_ops *find(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++)
		if (strlen(backends[i]->name) == n &&
		    memcmp(backends[i]->name, name, n) == 0)
			return backends[i];
	return NULL;
}

const char *net_peer_name(const char *text)
{
	return text ? skip_prefix(text, "container:") : NULL;
}

int net_parse(const char *text, struct net *ret, struct err *e)
{
	size_t n = text ? strcspn(text, ":") : 0;

	slirp_options_init(ret);
	if (!text || streq(text, "default") || streq(text, "bridge") ||
	    streq(text, "private")) {
		ret->ops = &net_slirp;
		ret->chosen = text != NULL;
		return 0;
	}
	ret->chosen = true;
	ret->ops = find(text, n);
	if (!ret->ops)
		return err_set(e, EINVAL, "--network '%s': it is slirp, "
			       "slirp4netns, pasta, none, host or "
			       "container:NAME", text);
	if (ret->ops == &net_container)
		return text[n] && text[n + 1] ? 0 :
		       err_set(e, EINVAL, "--network '%s': invalid container "
			       "format container:<name|id>", text);
	if (!text[n])
		return 0;
	if (!ret->ops->options)
		return err_set(e, EINVAL, "--network '%s': %s takes no options",
			       text, ret->ops->name);
	return slirp_options_parse(text + n + 1, ret, e);
}

/* Ports that -p names already need no other. */
static bool published(const struct port_list *l, const struct port *p)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->p[i].inside == p->inside &&
		    l->p[i].protocol == p->protocol)
			return true;
	return false;
}

static int publish_exposed(struct net *n, const struct strv *exposed,
			   struct err *e)
{
	struct port_list l = { 0 };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < exposed->n; i++)
		r = port_parse_expose(exposed->v[i], &l, e);
	for (size_t i = 0; r >= 0 && i < l.n; i++) {
		if (published(&n->ports, &l.p[i]))
			continue;
		n->ports.p = xrealloc(n->ports.p, n->ports.n + 1,
				      sizeof(*n->ports.p));
		n->ports.p[n->ports.n++] = l.p[i];
	}
	port_list_release(&l);
	return r;
}

int net_publish(struct net *n, const struct strv *publish, bool all,
		const struct strv *exposed, struct err *e)
{
	for (size_t i = 0; i < publish->n; i++)
		TRY(port_parse(publish->v[i], &n->ports, e));
	if (all)
		TRY(publish_exposed(n, exposed, e));
	if (!n->ports.n || n->ops->publishes)
		return 0;
	if (n->ops->own_namespace && n->ops != &net_none)
		return err_set(e, EINVAL, "--network %s publishes no ports "
			       "(--network slirp, the default, does)",
			       n->ops->name);
	port_list_release(&n->ports);
	return 1;
}

int net_police(struct net *n, const struct strv *allow, const char *log,
	       struct err *e)
{
	struct policy check = { 0 };
	int r = 0;

	if (!allow->n && !log)
		return 0;
	if (!n->ops->polices)
		return err_set(e, EINVAL, "--net-allow and --net-log need "
			       "--network slirp, not %s", n->ops->name);
	for (size_t i = 0; r >= 0 && i < allow->n; i++)
		r = policy_allow(&check, allow->v[i], e);
	n->config.closed = check.closed;
	policy_release(&check);
	strv_extend(&n->allow, strv_list(allow));
	n->log = log;
	/* no other network would keep the promise */
	n->chosen = true;
	return r;
}

int net_start(struct net *n, struct err *e)
{
	return n->ops->start ? n->ops->start(n, e) : 0;
}

bool net_may_fall(const struct net *n, const struct err *e)
{
	return !n->chosen && n->ops->own_namespace && e->code != NET_BROKEN;
}

int net_inside(void *net, struct err *e)
{
	struct net *n = net;

	defaults_set();
	return n->ops->inside ? n->ops->inside(n, e) : 0;
}

int net_event(struct net *n, struct err *e)
{
	return n->ops->event ? n->ops->event(n, e) : 0;
}

#define LAST_WORDS_MS 1000

int net_explain(struct net *n, struct err *e)
{
	struct pollfd p = { n->sock, POLLIN, 0 };
	struct err why;

	while (n->sock >= 0 && n->pid > 0 && poll(&p, 1, LAST_WORDS_MS) > 0)
		if (net_event(n, &why) < 0)
			return err_add(e, ": %s", why.text);
	return -e->code;
}

void net_halt(struct net *n)
{
	if (n->ops && n->ops->stop)
		n->ops->stop(n);
}

void net_stop(struct net *n)
{
	net_halt(n);
	port_list_release(&n->ports);
	strv_release(&n->allow);
	free(n->peer.hostname);
	free(n->peer.hosts);
	free(n->peer.resolv);
	n->peer = (struct net_peer){ 0 };
}
