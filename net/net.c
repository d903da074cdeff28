/* net.c - the backends by name, and their calls. */
#include "net/net.h"

#include "net/slirp_options.h"

static const struct net_ops *const backends[] = {
	&net_slirp, &net_none, &net_host,
};

static const struct net_ops *find(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++)
		if (strlen(backends[i]->name) == n &&
		    memcmp(backends[i]->name, name, n) == 0)
			return backends[i];
	return NULL;
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
		return err_set(e, EINVAL, "--network '%s': it is slirp, none "
			       "or host", text);
	if (!text[n])
		return 0;
	if (!ret->ops->options)
		return err_set(e, EINVAL, "--network '%s': %s takes no options",
			       text, ret->ops->name);
	return slirp_options_parse(text + n + 1, ret, e);
}

int net_start(struct net *n, struct err *e)
{
	return n->ops->start ? n->ops->start(n, e) : 0;
}

int net_inside(void *net, struct err *e)
{
	struct net *n = net;

	return n->ops->inside ? n->ops->inside(n, e) : 0;
}

int net_event(struct net *n, struct err *e)
{
	return n->ops->event ? n->ops->event(n, e) : 0;
}

void net_stop(struct net *n)
{
	if (n->ops && n->ops->stop)
		n->ops->stop(n);
}
