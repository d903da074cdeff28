/* inspect_network.c - docker's NetworkSettings of a container. */
#include "cmd/container/inspect_json.h"

#include "net/net.h"
#include "net/tap.h"

#include <arpa/inet.h>
#include <stdio.h>

/* What it has where it has no addresses of its own. */
static const char settings_defaults[] =
	"{\"Bridge\":\"\",\"SandboxID\":\"\",\"SandboxKey\":\"\","
	"\"Ports\":{},\"HairpinMode\":false,\"LinkLocalIPv6Address\":\"\","
	"\"LinkLocalIPv6PrefixLen\":0,\"SecondaryIPAddresses\":null,"
	"\"SecondaryIPv6Addresses\":null,\"EndpointID\":\"\",\"Gateway\":\"\","
	"\"GlobalIPv6Address\":\"\",\"GlobalIPv6PrefixLen\":0,"
	"\"IPAddress\":\"\",\"IPPrefixLen\":0,\"IPv6Gateway\":\"\","
	"\"MacAddress\":\"\",\"Networks\":{}}";
static const char endpoint_defaults[] =
	"{\"IPAMConfig\":null,\"Links\":null,\"Aliases\":null,"
	"\"MacAddress\":\"\",\"DriverOpts\":null,\"GwPriority\":0,"
	"\"NetworkID\":\"\",\"EndpointID\":\"\",\"Gateway\":\"\","
	"\"IPAddress\":\"\",\"IPPrefixLen\":0,\"IPv6Gateway\":\"\","
	"\"GlobalIPv6Address\":\"\",\"GlobalIPv6PrefixLen\":0,"
	"\"DNSNames\":null}";

static void set(json_t *a, json_t *b, const char *key, json_t *value)
{
	json_object_set(a, key, value);
	json_object_set_new(b, key, value);
}

static void set_address4(json_t *a, json_t *b, const struct wire_config *c)
{
	char ip[INET_ADDRSTRLEN], gateway[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &c->addr, ip, sizeof(ip));
	inet_ntop(AF_INET, &c->gateway, gateway, sizeof(gateway));
	set(a, b, "IPAddress", json_string(ip));
	set(a, b, "IPPrefixLen",
	    json_integer(__builtin_popcount(c->mask.s_addr)));
	set(a, b, "Gateway", json_string(gateway));
}

static void set_address6(json_t *a, json_t *b, const struct wire_config *c)
{
	char ip[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &c->addr6, ip, sizeof(ip));
	inet_ntop(AF_INET6, &c->gateway6, gateway, sizeof(gateway));
	set(a, b, "GlobalIPv6Address", json_string(ip));
	set(a, b, "GlobalIPv6PrefixLen", json_integer(c->prefix6));
	set(a, b, "IPv6Gateway", json_string(gateway));
}

/* Addresses follow from the options: nothing hands them out. */
static void set_addresses(json_t *settings, json_t *endpoint,
			  const struct net *net)
{
	static const unsigned char m[] = TAP_MAC;
	char mac[18];

	set_address4(settings, endpoint, &net->config);
	if (net->config.ipv6)
		set_address6(settings, endpoint, &net->config);
	if (net->ops != &net_slirp)
		return;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		 m[2], m[3], m[4], m[5]);
	set(settings, endpoint, "MacAddress", json_string(mac));
}

static void describe(const struct entry *n, const char *text,
		     const char *mode, json_t *settings, json_t *endpoint)
{
	struct net net = NET_INIT;
	struct err ignored;

	/* what was asked, unless the start fell to another network */
	if (net_parse(text, &net, &ignored) == 0 &&
	    streq(net.ops->name, mode) && net.ops->reaches_out &&
	    net.ops->own_namespace && container_status_runs(n->state.status)) {
		net.config.ipv6 = n->state.ipv6;
		set_addresses(settings, endpoint, &net);
	}
	net_stop(&net);
}

json_t *inspect_network(const struct entry *n, const json_t *record)
{
	json_t *ret = json_loads(settings_defaults, 0, NULL);
	json_t *endpoint = json_loads(endpoint_defaults, 0, NULL);
	const json_t *options = json_object_get(record, "Options");
	const json_t *host = json_object_get(record, "HostConfig");
	const char *mode = json_string_value(
		json_object_get(host, "NetworkMode"));

	mode = mode ? mode : "none";
	describe(n, json_string_value(json_object_get(options, "network")),
		 mode, ret, endpoint);
	/* what another container has is said there */
	if (net_peer_name(mode))
		json_decref(endpoint);
	else
		json_object_set_new(json_object_get(ret, "Networks"), mode,
				    endpoint);
	json_object_set_new(ret, "Ports", entry_ports(n));
	if (!container_status_runs(n->state.status))
		return ret;
	json_object_set_new(ret, "SandboxID", json_string(n->id));
	json_object_set_new(ret, "SandboxKey",
			    json_sprintf("/proc/%d/ns/net", n->state.pid));
	return ret;
}
