/* resolver.c - queries of the guest, forwarded to the host's resolvers. */
#include "net/slirp/resolver.h"

#include "net/slirp/dns.h"
#include "net/slirp/log.h"

#include <arpa/inet.h>
#include <net/if.h>

#define SERVERS_MAX 8
#define QUERIES_MAX 256
#define QUERY_BYTES_MAX 4096
#define CONF_FRESH_MS 1000
#define CONF_WAIT_MS 300
#define SERVER_WAIT_MS 1500
#define ROUNDS 2 /* of all servers */
#define PORT 53

/* One query on its way; a socket of its own, so an answer cannot be guessed. */
struct query {
	struct watch watch; /* fd -1: waits for the resolv.conf */
	bool used;
	uint8_t *msg;
	size_t n;
	struct frame_path back;
	size_t tries;
	int64_t deadline;
};

struct resolver {
	struct sockaddr_storage servers[SERVERS_MAX];
	size_t n_servers;
	int64_t conf_ms; /* when the file was last sent */
	bool asked;
	struct query queries[QUERIES_MAX];
	size_t n_used;
};

/* ---- resolv.conf ---- */

static bool parse_server(char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	char *scope = strchr(text, '%');

	memset(ret, 0, sizeof(*ret));
	if (scope)
		*scope++ = '\0';
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(PORT);
		return true;
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		return false;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(PORT);
	in6->sin6_scope_id = scope ? if_nametoindex(scope) : 0;
	return true;
}

static void take_servers(struct resolver *r, const char *text)
{
	auto_free char *copy = xstrdup(text);
	char *line, *save, *save_word;

	r->n_servers = 0;
	for (line = strtok_r(copy, "\n", &save);
	     line && r->n_servers < SERVERS_MAX;
	     line = strtok_r(NULL, "\n", &save)) {
		char *word = strtok_r(line, " \t\r", &save_word);
		char *addr = strtok_r(NULL, " \t\r", &save_word);

		if (addr && streq(word, "nameserver") &&
		    parse_server(addr, &r->servers[r->n_servers]))
			r->n_servers++;
	}
	if (r->n_servers == 0) {
		char local[] = "127.0.0.1";

		parse_server(local, &r->servers[r->n_servers++]);
	}
}

/* ---- one query ---- */

static void finish(struct resolver *r, struct query *q)
{
	if (q->watch.fd >= 0)
		close(q->watch.fd);
	free(q->msg);
	*q = (struct query){ .watch.fd = -1 };
	r->n_used--;
}

static void refuse(struct child *c, struct query *q, int rcode)
{
	uint8_t *to = c->reply + FRAME_UDP_HEAD;
	size_t n;

	memcpy(to, q->msg, q->n);
	n = dns_refuse(to, q->n, rcode);
	child_send(c, c->reply, frame_udp(c->reply, &q->back, n));
	finish(c->resolver, q);
}

static void ask_next(struct child *c, struct query *q);

/* What an answer says is who may be connected to, or who was. */
static void learn(struct child *c, const struct query *q, const uint8_t *msg,
		  size_t n)
{
	struct dns_address a[DNS_ADDRESSES];
	struct dns_question asked;
	size_t found;

	if ((!c->policy.closed && c->log_fd < 0) ||
	    !dns_parse_query(q->msg, q->n, &asked))
		return;
	found = dns_addresses(msg, n, a);
	for (size_t i = 0; i < found; i++)
		policy_learn(&c->policy, asked.name, a[i].addr, a[i].ttl,
			     c->now_ms);
}

/* Under a closed policy, only what can be read and is allowed is asked. */
static bool may_ask(struct child *c, const struct query *q)
{
	struct dns_question asked;

	if (!c->policy.closed)
		return true;
	if (!dns_parse_query(q->msg, q->n, &asked))
		return false;
	if (policy_name(&c->policy, asked.name))
		return true;
	log_name(c, asked.name);
	return false;
}

static void on_answer(struct child *c, struct watch *w,
		      uint32_t events UNUSED)
{
	struct query *q = (struct query *)w;
	uint8_t *to = c->reply + FRAME_UDP_HEAD;
	ssize_t n = recv(w->fd, to, FRAME_MAX - FRAME_UDP_HEAD, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		ask_next(c, q); /* nobody listens there */
		return;
	}
	if (!dns_answers(to, n, q->msg, q->n))
		return;
	learn(c, q, to, n);
	child_send(c, c->reply, frame_udp(c->reply, &q->back, n));
	finish(c->resolver, q);
}

static bool ask(struct child *c, struct query *q,
		const struct sockaddr_storage *server)
{
	size_t len = server->ss_family == AF_INET ?
			     sizeof(struct sockaddr_in) :
			     sizeof(struct sockaddr_in6);

	q->watch.ready = on_answer;
	q->watch.fd = socket(server->ss_family, SOCK_DGRAM | SOCK_CLOEXEC |
			     SOCK_NONBLOCK, 0);
	return q->watch.fd >= 0 &&
	       connect(q->watch.fd, (const struct sockaddr *)server, len) == 0 &&
	       send(q->watch.fd, q->msg, q->n, 0) == (ssize_t)q->n &&
	       child_watch(c, &q->watch, EPOLLIN) == 0;
}

static void ask_next(struct child *c, struct query *q)
{
	struct resolver *r = c->resolver;

	while (q->tries < ROUNDS * r->n_servers) {
		if (q->watch.fd >= 0)
			close(steal_fd(q->watch.fd));
		q->deadline = c->now_ms + SERVER_WAIT_MS;
		if (ask(c, q, &r->servers[q->tries++ % r->n_servers]))
			return;
	}
	refuse(c, q, DNS_SERVFAIL);
}

static struct query *new_query(struct resolver *r)
{
	for (size_t i = 0; i < QUERIES_MAX; i++)
		if (!r->queries[i].used) {
			r->queries[i].used = true;
			r->n_used++;
			return &r->queries[i];
		}
	return NULL;
}

/* Is what we know of the file fresh?  If not, rl is asked, once. */
static bool conf_fresh(struct child *c)
{
	static const uint32_t want = WIRE_WANT_RESOLV;
	struct resolver *r = c->resolver;

	if (r->n_servers && c->now_ms - r->conf_ms < CONF_FRESH_MS)
		return true;
	if (!r->asked && send(c->control, &want, sizeof(want), MSG_DONTWAIT |
			      MSG_NOSIGNAL) == sizeof(want))
		r->asked = true;
	return !r->asked && r->n_servers;
}

void resolver_query(struct child *c, const struct frame *f)
{
	struct query *q;
	struct frame_path *b;

	if (f->len < DNS_HEAD || f->len > QUERY_BYTES_MAX || f->fragment)
		return;
	q = new_query(c->resolver);
	if (!q)
		return;
	q->msg = xmalloc(f->len);
	q->n = f->len;
	memcpy(q->msg, f->payload, f->len);
	b = &q->back;
	memcpy(b->dst_mac, f->eth + 6, 6);
	memcpy(b->src_mac, f->eth, 6);
	memcpy(&b->src, f->dst.s6_addr + 12, 4);
	memcpy(&b->dst, f->src.s6_addr + 12, 4);
	b->sport = f->dport;
	b->dport = f->sport;
	q->deadline = c->now_ms + CONF_WAIT_MS;
	if (!may_ask(c, q))
		refuse(c, q, DNS_NXDOMAIN);
	else if (conf_fresh(c))
		ask_next(c, q);
}

/* ---- from outside ---- */

void resolver_init(struct child *c)
{
	c->resolver = xcalloc(1, sizeof(*c->resolver));
	for (size_t i = 0; i < QUERIES_MAX; i++)
		c->resolver->queries[i].watch.fd = -1;
}

void resolver_conf(struct child *c, const char *text)
{
	struct resolver *r = c->resolver;

	take_servers(r, text);
	r->asked = false;
	r->conf_ms = c->now_ms;
	for (size_t i = 0; i < QUERIES_MAX && r->n_used; i++)
		if (r->queries[i].used && !r->queries[i].tries)
			ask_next(c, &r->queries[i]);
}

void resolver_tick(struct child *c)
{
	struct resolver *r = c->resolver;

	if (!r->n_used)
		return;
	for (size_t i = 0; i < QUERIES_MAX; i++) {
		struct query *q = &r->queries[i];

		if (!q->used || q->deadline > c->now_ms)
			continue;
		r->asked = false; /* rl did not answer: ask it again */
		ask_next(c, q);
	}
}

int64_t resolver_due(const struct child *c)
{
	const struct resolver *r = c->resolver;
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < QUERIES_MAX && r->n_used; i++)
		if (r->queries[i].used && r->queries[i].deadline < due)
			due = r->queries[i].deadline;
	return due;
}

const struct sockaddr_storage *resolver_server(const struct child *c)
{
	return &c->resolver->servers[0];
}
