/* ports_json.c - published ports as docker's NetworkSettings.Ports. */
#include "cmd/container/ports_json.h"

#include <arpa/inet.h>
#include <stdio.h>

static void add(json_t *list, const char *ip, uint16_t port)
{
	json_t *o = json_object();

	json_object_set_new(o, "HostIp", json_string(ip));
	json_object_set_new(o, "HostPort", json_sprintf("%u", port));
	json_array_append_new(list, o);
}

static void add_port(json_t *list, const struct port *p)
{
	char ip[INET6_ADDRSTRLEN];

	if (p->any) {
		add(list, "0.0.0.0", p->host);
		add(list, "::", p->host);
	} else if (IN6_IS_ADDR_V4MAPPED(&p->addr)) {
		inet_ntop(AF_INET, &p->addr.s6_addr[12], ip, sizeof(ip));
		add(list, ip, p->host);
	} else {
		inet_ntop(AF_INET6, &p->addr, ip, sizeof(ip));
		add(list, ip, p->host);
	}
}

json_t *ports_json(const struct port_list *l)
{
	json_t *o = l->n ? json_object() : NULL;

	for (size_t i = 0; i < l->n; i++) {
		char key[16];
		json_t *list;

		snprintf(key, sizeof(key), "%u/%s", l->p[i].inside,
			 port_protocol(&l->p[i]));
		list = json_object_get(o, key);
		if (!list) {
			list = json_array();
			json_object_set_new(o, key, list);
		}
		add_port(list, &l->p[i]);
	}
	return o;
}
