#ifndef RL_PORT_H
#define RL_PORT_H
/*
 * port.h - published ports: the texts of -p, --publish and --expose as a
 * list.  Pure: nothing is bound here.
 *
 *	[[IP:][HOST[-END]]:]INSIDE[-END][/tcp|udp]    IPv6 as [::1]
 *	published=8080,target=80,protocol=tcp,host_ip=127.0.0.1
 *
 * HOST 0 is as no HOST: any free port.
 */
#include "core/base/err.h"

#include <netinet/in.h>

/* More would need too many sockets. */
#define PORTS_MAX 4096

struct port {
	bool any;             /* every address of both families */
	struct in6_addr addr; /* IPv4: mapped */
	uint16_t host, host_end; /* one of these; 0: any free one */
	uint16_t inside;
	uint8_t protocol;     /* IPPROTO_TCP, IPPROTO_UDP */
};

struct port_list {
	struct port *p;
	size_t n;
};

/* Free what the list owns; it is empty after. */
void port_list_release(struct port_list *l);
/* Append what -p's text names.  -EINVAL names the field that is wrong. */
int port_parse(const char *text, struct port_list *l, struct err *e);
/* Is this what --expose takes?  -EINVAL, with docker's words, if not. */
int port_check_expose(const char *text, struct err *e);
/* Append --expose's "80", "80-90/udp" as ports that any free one leads to. */
int port_parse_expose(const char *text, struct port_list *l, struct err *e);
/* "0.0.0.0:80/tcp": where the port is bound, for people. */
void port_text(const struct port *p, char ret[64]);
/* "tcp" or "udp". */
const char *port_protocol(const struct port *p);

#endif
