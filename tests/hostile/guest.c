/*
 * guest.c - plays a hostile guest to rl-slirp: random bytes and mutated real
 * packets as frames, then asks whether the stack still works.
 *
 * guest RL-SLIRP SECONDS [SEED], in a network namespace where every address
 * is local (tests/hostile/run.sh): what gets out meets our own servers.
 */
#include "net/tap.h"
#include "net/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#define FRAME 65600
#define ECHO_PORT 7

struct guest {
	int tap, control;
	pid_t pid;
	uint64_t random;
	uint32_t seq, ack; /* of the latest TCP session */
	uint16_t port;
	unsigned long sent, got;
	uint8_t in[FRAME], out[FRAME];
};

static const uint8_t guest_mac[6] = TAP_MAC;
static const uint8_t host_mac[6] = { 0x52, 0x55, 10, 0, 2, 2 };

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* xorshift64*: a seed repeats a run. */
static uint32_t rnd(struct guest *g, uint32_t below)
{
	g->random ^= g->random >> 12;
	g->random ^= g->random << 25;
	g->random ^= g->random >> 27;
	return (g->random * 0x2545f4914f6cdd1dULL >> 32) % below;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint32_t sum(uint32_t s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s += i % 2 ? p[i] : p[i] << 8;
	return s;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s;
}

/* ---- real packets ---- */

static size_t ethernet(uint8_t *b, uint16_t type)
{
	memcpy(b, host_mac, 6);
	memcpy(b + 6, guest_mac, 6);
	put16(b + 12, type);
	return 14;
}

static size_t arp(struct guest *g)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	uint8_t *b = g->out;

	ethernet(b, 0x0806);
	memset(b, 0xff, 6);
	memcpy(b + 14, head, sizeof(head));
	memcpy(b + 22, guest_mac, 6);
	put32(b + 28, 0x0a000264);
	memset(b + 32, 0, 6);
	put32(b + 38, 0x0a000202);
	return 42;
}

/* IPv4 around what is at b + 34; checksums are put in by fix(). */
static size_t ip4(uint8_t *b, uint8_t protocol, uint32_t dst, size_t len)
{
	ethernet(b, 0x0800);
	memset(b + 14, 0, 20);
	b[14] = 0x45;
	put16(b + 16, 20 + len);
	b[22] = 64;
	b[23] = protocol;
	put32(b + 26, 0x0a000264);
	put32(b + 30, dst);
	return 34 + len;
}

static uint32_t target(struct guest *g)
{
	static const uint32_t known[] = {
		0xc6336401, 0x0a000202, 0x0a000203, 0x7f000001, 0, 0xffffffff,
		0xe0000001, 0x0a0002ff, 0x0a000264,
	};

	return known[rnd(g, ARRAY_LEN(known) * 2) % ARRAY_LEN(known)];
}

static size_t tcp(struct guest *g)
{
	uint8_t *t = g->out + 34;
	size_t len = 0, head = 20;
	bool syn = rnd(g, 3) == 0;

	if (syn) {
		g->port = 1024 + rnd(g, 60000);
		g->seq = rnd(g, UINT32_MAX);
		g->ack = 0;
	}
	memset(t, 0, 20);
	put16(t, g->port);
	put16(t + 2, rnd(g, 8) ? ECHO_PORT : rnd(g, 65536));
	put32(t + 4, g->seq);
	put32(t + 8, g->ack);
	t[12] = 0x50;
	t[13] = syn ? 2 : rnd(g, 8) ? 0x18 : rnd(g, 64);
	put16(t + 14, rnd(g, 65536));
	if (syn && rnd(g, 2)) {
		for (size_t i = 20; i < 40; i++)
			t[i] = rnd(g, 256);
		t[12] = 0xa0;
		head = 40;
	} else if (!syn) {
		len = rnd(g, 3) ? rnd(g, 2000) : rnd(g, 65000);
		memset(t + 20, 'x', len);
		g->seq += len;
	}
	return ip4(g->out, IPPROTO_TCP,
		   rnd(g, 8) ? 0xc6336401 : target(g), head + len);
}

static size_t udp(struct guest *g, const void *data, size_t n, uint32_t dst,
		  uint16_t port)
{
	uint8_t *u = g->out + 34;

	put16(u, 1024 + rnd(g, 100));
	put16(u + 2, port);
	put16(u + 4, 8 + n);
	put16(u + 6, 0);
	memmove(u + 8, data, n);
	return ip4(g->out, IPPROTO_UDP, dst, 8 + n);
}

static size_t dns(struct guest *g)
{
	static const uint8_t query[] = {
		0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
		1, 'a', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1,
	};

	return udp(g, query, sizeof(query), 0x0a000203, 53);
}

static size_t datagram(struct guest *g)
{
	static const uint16_t ports[] = { 7, 53, 67, 69, 123, 520, 547, 9999 };
	static uint8_t zeros[9000];

	return udp(g, zeros, rnd(g, sizeof(zeros)), target(g),
		   ports[rnd(g, ARRAY_LEN(ports))]);
}

static size_t ping(struct guest *g)
{
	uint8_t *p = g->out + 34;
	size_t n = rnd(g, 1000);

	memset(p, 0, 8 + n);
	p[0] = rnd(g, 4) ? 8 : rnd(g, 256);
	put16(p + 4, rnd(g, 65536));
	return ip4(g->out, IPPROTO_ICMP, target(g), 8 + n);
}

static size_t ip6(struct guest *g)
{
	static const uint8_t next[] = { 6, 17, 58, 0, 43, 44, 60, 59 };
	static const char *const to[] = {
		"fe80::2", "ff02::1", "ff02::2", "ff02::1:2", "fd00:726c::2",
		"2001:db8::1", "::1", "::ffff:127.0.0.1", "fd00:726c::3",
	};
	uint8_t *b = g->out;
	size_t n = rnd(g, 500);

	ethernet(b, 0x86dd);
	memset(b + 14, 0, 40);
	b[14] = 0x60;
	put16(b + 18, n);
	b[20] = next[rnd(g, ARRAY_LEN(next))];
	b[21] = 255;
	inet_pton(AF_INET6, "fd00:726c::64", b + 22);
	inet_pton(AF_INET6, to[rnd(g, ARRAY_LEN(to))], b + 38);
	for (size_t i = 0; i < n; i++)
		b[54 + i] = rnd(g, 256);
	if (b[20] == 58 && n)
		b[54] = 128 + rnd(g, 16);
	return 54 + n;
}

static size_t noise(struct guest *g)
{
	size_t n = 1 + (rnd(g, 4) ? rnd(g, 100) : rnd(g, 65549));

	for (size_t i = 0; i < n; i++)
		g->out[i] = rnd(g, 256);
	if (n > 14 && rnd(g, 2))
		put16(g->out + 12, rnd(g, 2) ? 0x0800 : 0x86dd);
	return n;
}

/* ---- mutation ---- */

static size_t mutate(struct guest *g, size_t n)
{
	for (int i = rnd(g, 6); i > 0; i--)
		g->out[rnd(g, n < 80 ? n : 80)] = rnd(g, 256);
	if (rnd(g, 10) == 0)
		n = 1 + rnd(g, n);
	if (rnd(g, 20) == 0 && n > 60)
		put16(g->out + 16, rnd(g, 65536)); /* IP's length */
	return n;
}

/* Right checksums take a packet further in. */
static void fix(uint8_t *b, size_t n)
{
	size_t head = (b[14] & 15) * 4, at = 14 + head, len;
	uint32_t s;

	if (n < 34 || b[12] != 8 || b[13] != 0 || n < at + 20 || head < 20)
		return;
	put16(b + 24, 0);
	put16(b + 24, fold(sum(0, b + 14, head)));
	len = n - at;
	if (b[23] == IPPROTO_TCP) {
		put16(b + at + 16, 0);
		s = sum(IPPROTO_TCP + len, b + 26, 8);
		put16(b + at + 16, fold(sum(s, b + at, len)));
	} else if (b[23] == IPPROTO_ICMP) {
		put16(b + at + 2, 0);
		put16(b + at + 2, fold(sum(0, b + at, len)));
	}
}

static size_t next_frame(struct guest *g)
{
	static size_t (*const makers[])(struct guest *) = {
		arp, tcp, tcp, tcp, dns, datagram, ping, ip6, noise,
	};
	size_t n = makers[rnd(g, ARRAY_LEN(makers))](g);

	if (rnd(g, 2))
		n = mutate(g, n);
	if (rnd(g, 8))
		fix(g->out, n);
	return n;
}

/* ---- the two sides ---- */

/* A SYN's answer tells how to go on. */
static void take(struct guest *g, size_t n)
{
	const uint8_t *t = g->in + 34;

	g->got++;
	if (n < 54 || g->in[12] != 8 || g->in[13] != 0 ||
	    g->in[23] != IPPROTO_TCP)
		return;
	if ((t[2] << 8 | t[3]) == g->port && (t[13] & 0x12) == 0x12) {
		g->ack = ((uint32_t)t[4] << 24 | t[5] << 16 | t[6] << 8 |
			  t[7]) + 1;
		g->seq++;
	}
}

static void drain(struct guest *g)
{
	ssize_t n;

	while ((n = recv(g->tap, g->in, sizeof(g->in), MSG_DONTWAIT)) > 0)
		take(g, n);
}

static void send_frame(struct guest *g, size_t n)
{
	while (send(g->tap, g->out, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		struct pollfd p = { g->tap, POLLIN | POLLOUT, 0 };

		if (errno != EAGAIN && errno != ENOBUFS)
			return;
		poll(&p, 1, 100);
		drain(g);
	}
	g->sent++;
	drain(g);
}

static void start(struct guest *g, const char *program)
{
	struct wire_config c = { .mtu = 65520, .prefix6 = 64, .ipv6 = true };
	struct wire_tap w = { 0 };
	int control[2], tap[2], ready[2], given[2], size = 4 << 20;
	char byte;
	struct err e;

	inet_pton(AF_INET, "10.0.2.100", &c.addr);
	inet_pton(AF_INET, "255.255.255.0", &c.mask);
	inet_pton(AF_INET, "10.0.2.2", &c.gateway);
	inet_pton(AF_INET, "10.0.2.3", &c.dns);
	inet_pton(AF_INET6, "fd00:726c::2", &c.gateway6);
	inet_pton(AF_INET6, "fd00:726c::64", &c.addr6);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, tap) < 0 ||
	    pipe2(ready, O_CLOEXEC) < 0)
		die("socketpair");
	given[0] = tap[1];
	given[1] = ready[1];
	for (int i = 0; i < 2; i++)
		setsockopt(tap[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fcntl(tap[1], F_SETFL, O_NONBLOCK);
	g->pid = fork();
	if (g->pid == 0) {
		dup2(control[1], 0);
		execl(program, "rl-slirp", NULL);
		_exit(127);
	}
	close(control[1]);
	g->control = control[0];
	g->tap = tap[0];
	if (wire_send(g->control, WIRE_CONFIG, &c, sizeof(c), NULL, 0, &e) < 0 ||
	    wire_send(g->control, WIRE_RESOLV, "nameserver 127.0.0.1\n", 21,
		      NULL, 0, &e) < 0 ||
	    wire_send(g->control, WIRE_TAP, &w, sizeof(w), given, 2, &e) < 0)
		die(e.text);
	close(tap[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("rl-slirp did not start");
	close(ready[0]);
}

/* Servers that what gets out meets: TCP and UDP echo. */
static pid_t serve(void)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT),
	};
	int s = socket(AF_INET6, SOCK_STREAM, 0), one = 1;
	pid_t pid = fork();

	if (pid)
		return pid;
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 64) < 0)
		_exit(1);
	for (;;) {
		static char buf[65536];
		int c = accept(s, NULL, NULL);

		if (recv(c, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			send(c, buf, 100, MSG_NOSIGNAL);
		close(c);
	}
}

static int tests;

static bool ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
	return good;
}

/* Is an ARP request for the gateway still answered? */
static bool answers(struct guest *g)
{
	for (int i = 0; i < 100; i++) {
		struct pollfd p = { g->tap, POLLIN, 0 };
		ssize_t n;

		send(g->tap, g->out, arp(g), MSG_DONTWAIT | MSG_NOSIGNAL);
		poll(&p, 1, 100);
		while ((n = recv(g->tap, g->in, sizeof(g->in),
				 MSG_DONTWAIT)) > 0)
			if (n >= 42 && g->in[12] == 8 && g->in[13] == 6 &&
			    g->in[21] == 2 && memcmp(g->in + 28, "\x0a\0\x02\x02",
						     4) == 0)
				return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct guest g = { .random = 88172645463325252ULL };
	time_t end;
	pid_t server;
	int status;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 3)
		g.random ^= strtoull(argv[3], NULL, 10) * 0x9e3779b97f4a7c15ULL;
	server = serve();
	start(&g, argv[1]);
	ok(answers(&g), "the stack works before");
	end = time(NULL) + atoi(argv[2]);
	while (time(NULL) < end && waitpid(g.pid, &status, WNOHANG) == 0)
		for (int i = 0; i < 64; i++)
			send_frame(&g, next_frame(&g));
	ok(waitpid(g.pid, &status, WNOHANG) == 0, "it lives");
	ok(answers(&g), "the stack works after");
	close(g.control);
	ok(waitpid(g.pid, &status, 0) == g.pid && status == 0,
	   "it ends cleanly when rl does");
	kill(server, SIGKILL);
	printf("# %lu frames sent, %lu got\n1..%d\n", g.sent, g.got, tests);
	return 0;
}
