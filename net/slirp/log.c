/* log.c - lines of the connection log. */
#include "net/slirp/log.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#define FLOWS 1024
#define FLOW_IDLE_MS 60000

/* A flow that was seen lately. */
struct log_flow {
	struct in6_addr dst;
	uint16_t sport, dport;
	uint8_t protocol;
	int64_t seen_ms;
};

struct log {
	struct log_flow flows[FLOWS];
	int64_t second; /* the one that `lines` counts */
	int lines;
	unsigned int dropped;
};

static struct log *log_of(struct child *c)
{
	if (!c->log)
		c->log = xcalloc(1, sizeof(*c->log));
	return c->log;
}

/* Datagrams have no beginning: a flow begins when it was not seen lately. */
static bool begins(struct child *c, const struct frame *f)
{
	uint32_t h = f->sport * 31 + f->dport;
	struct log_flow *s, now = {
		.dst = f->dst, .sport = f->sport, .dport = f->dport,
		.protocol = f->protocol,
	};
	bool same;

	for (int i = 0; i < 16; i++)
		h = h * 31 + f->dst.s6_addr[i];
	s = &log_of(c)->flows[h * 2654435761u >> 22];
	same = s->protocol == now.protocol && s->sport == now.sport &&
	       s->dport == now.dport && c->now_ms - s->seen_ms < FLOW_IDLE_MS &&
	       memcmp(&s->dst, &now.dst, sizeof(now.dst)) == 0;
	now.seen_ms = c->now_ms;
	*s = now;
	return !same;
}

static bool room(struct log *l, int64_t now_ms)
{
	if (l->second != now_ms / 1000) {
		l->second = now_ms / 1000;
		l->lines = 0;
	}
	if (l->lines++ < LOG_RATE)
		return true;
	l->dropped++;
	return false;
}

/* The line's head and tail; a whole line is one write. */
static void write_line(struct child *c, const char *middle)
{
	struct log *l = log_of(c);
	char line[1024], when[32], dropped[32] = "";
	struct timespec t;
	struct tm tm;
	int n;

	if (!room(l, c->now_ms))
		return;
	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	if (l->dropped)
		snprintf(dropped, sizeof(dropped), ",\"dropped\":%u",
			 l->dropped);
	n = snprintf(line, sizeof(line), "{\"time\":\"%s.%03ldZ\",%s%s}\n",
		     when, t.tv_nsec / 1000000, middle, dropped);
	l->dropped = 0;
	if (n < (int)sizeof(line) && write(c->log_fd, line, n) < 0)
		l->dropped++;
}

static const char *protocol_name(const struct frame *f)
{
	return f->protocol == IPPROTO_TCP ? "tcp" :
	       f->protocol == IPPROTO_UDP ? "udp" : "icmp";
}

void log_connection(struct child *c, const struct frame *f, bool allowed)
{
	const char *name = policy_name_of(&c->policy, &f->dst);
	char ip[INET6_ADDRSTRLEN], middle[512];

	if (c->log_fd < 0 || (f->protocol != IPPROTO_TCP && !begins(c, f)))
		return;
	if (f->family == AF_INET)
		inet_ntop(AF_INET, f->dst.s6_addr + 12, ip, sizeof(ip));
	else
		inet_ntop(AF_INET6, &f->dst, ip, sizeof(ip));
	/* a name is of letters that JSON takes as they are: dns.h */
	snprintf(middle, sizeof(middle), "\"protocol\":\"%s\",\"address\":\"%s\","
		 "\"port\":%u,%s%s%s\"allowed\":%s", protocol_name(f), ip,
		 f->dport, name ? "\"name\":\"" : "", name ? name : "",
		 name ? "\"," : "", allowed ? "true" : "false");
	write_line(c, middle);
}

void log_name(struct child *c, const char *name)
{
	char middle[512];

	if (c->log_fd < 0)
		return;
	snprintf(middle, sizeof(middle), "\"protocol\":\"dns\",\"name\":\"%s\","
		 "\"allowed\":false", name);
	write_line(c, middle);
}
