/* net_frame_test.c - frames taken apart, refusals put together, verdicts. */
#include "net/slirp/frame.h"
#include "net/slirp/judge.h"

#include "tests/unit/tap.h"

#include <arpa/inet.h>

/* A SYN from 10.0.2.100:40000 to 192.0.2.1:443. */
static const uint8_t syn[] = {
	0x52, 0x55, 10, 0, 2, 2, 2, 0x72, 0x6c, 0, 2, 0x64, 8, 0,
	0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0,
	10, 0, 2, 100, 192, 0, 2, 1,
	0x9c, 0x40, 1, 0xbb, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff,
	0, 0, 0, 0,
};
/* A datagram of 3 bytes from [fd00::64]:40000 to [2001:db8::1]:53. */
static const uint8_t udp6[] = {
	0x52, 0x55, 10, 0, 2, 2, 2, 0x72, 0x6c, 0, 2, 0x64, 0x86, 0xdd,
	0x60, 0, 0, 0, 0, 11, 17, 64,
	0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x64,
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x9c, 0x40, 0, 53, 0, 11, 0, 0, 'a', 'b', 'c',
};

/* RFC 1071 over a whole header, or a pseudo header and what it covers. */
static uint16_t checksum(const uint8_t *p, size_t n, uint32_t s)
{
	for (size_t i = 0; i < n; i++)
		s += i % 2 ? p[i] : p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s;
}

static void reads_ipv4(void)
{
	struct frame f;
	struct in_addr dst;

	OK(frame_parse(syn, sizeof(syn), &f) == FRAME_IP);
	OK(f.family == AF_INET && f.protocol == IPPROTO_TCP);
	OK(f.sport == 40000 && f.dport == 443 && f.seq == 9);
	OK(f.flags == FRAME_SYN && !f.fragment);
	inet_pton(AF_INET, "192.0.2.1", &dst);
	OK(IN6_IS_ADDR_V4MAPPED(&f.dst));
	OK(memcmp(f.dst.s6_addr + 12, &dst, 4) == 0);
}

static void reads_ipv6(void)
{
	struct frame f;

	OK(frame_parse(udp6, sizeof(udp6), &f) == FRAME_IP);
	OK(f.family == AF_INET6 && f.protocol == IPPROTO_UDP);
	OK(f.dport == 53 && f.len == 3 && memcmp(f.payload, "abc", 3) == 0);
}

/* No cut of a packet reads beyond it, and none passes for a whole one. */
static void cut_short(void)
{
	for (size_t n = 0; n < sizeof(syn); n++) {
		uint8_t *exact = malloc(n + 1);
		struct frame f;
		enum frame_kind kind;

		memcpy(exact, syn, n);
		kind = frame_parse(exact, n, &f);
		free(exact);
		OK(kind == (n <= FRAME_ETH ? FRAME_OTHER : FRAME_BAD));
	}
}

static void lies_in_lengths(void)
{
	uint8_t b[sizeof(udp6)];
	struct frame f;

	memcpy(b, udp6, sizeof(b));
	b[19] = 12; /* IP says more than there is */
	OK(frame_parse(b, sizeof(b), &f) == FRAME_BAD);
	b[19] = 11;
	b[59] = 12; /* UDP does */
	OK(frame_parse(b, sizeof(b), &f) == FRAME_BAD);
	b[59] = 7;
	OK(frame_parse(b, sizeof(b), &f) == FRAME_BAD);
	memcpy(b, syn, sizeof(syn));
	b[14] = 0x44; /* a header of 16 bytes */
	OK(frame_parse(b, sizeof(syn), &f) == FRAME_BAD);
	b[14] = 0x4f; /* of 60: the TCP header is beyond the end */
	OK(frame_parse(b, sizeof(syn), &f) == FRAME_BAD);
}

static void reset_answers_a_syn(void)
{
	uint8_t b[FRAME_REPLY_MAX];
	struct frame f, r;

	frame_parse(syn, sizeof(syn), &f);
	OK(frame_parse(b, frame_reset(b, &f), &r) == FRAME_IP);
	OK(r.flags == (FRAME_RST | FRAME_ACK) && r.ack == 10 && r.seq == 0);
	OK(r.sport == 443 && r.dport == 40000);
	OK(memcmp(&r.src, &f.dst, 16) == 0 && memcmp(&r.dst, &f.src, 16) == 0);
	OK(memcmp(b, syn + 6, 6) == 0 && memcmp(b + 6, syn, 6) == 0);
	OK(checksum(b + 14, 20, 0) == 0xffff);
	OK(checksum(b + 26, 8 + 20, IPPROTO_TCP + 20) == 0xffff);
}

static void prohibition_quotes_the_packet(void)
{
	uint8_t b[FRAME_REPLY_MAX];
	struct frame f, r;
	size_t n;

	frame_parse(udp6, sizeof(udp6), &f);
	n = frame_prohibited(b, &f);
	OK(frame_parse(b, n, &r) == FRAME_IP);
	OK(r.protocol == IPPROTO_ICMPV6 && b[54] == 1 && b[55] == 1);
	OK(memcmp(b + 62, udp6 + 14, 48) == 0);
	OK(checksum(b + 22, n - 22, IPPROTO_ICMPV6 + (n - 54)) == 0xffff);
}

static void datagram_made_and_read(void)
{
	uint8_t b[2048] = { 0 };
	struct frame_path p = { .sport = 53, .dport = 9999 };
	struct frame f;
	size_t n;

	inet_pton(AF_INET, "10.0.2.3", &p.src);
	inet_pton(AF_INET, "10.0.2.100", &p.dst);
	memcpy(b + FRAME_UDP_HEAD, "hello", 5);
	n = frame_udp(b, &p, 5);
	OK(frame_parse(b, n, &f) == FRAME_IP);
	OK(f.sport == 53 && f.dport == 9999 && f.len == 5);
	OK(memcmp(f.payload, "hello", 5) == 0);
	OK(checksum(b + 14, 20, 0) == 0xffff);
	OK(frame_udp(b, &p, 65508) == 0);
}

/* ---- verdicts ---- */

static void no_fragments(void)
{
	struct wire_config c = { 0 };
	struct policy open = { 0 };
	uint8_t b[sizeof(syn)];
	struct frame f;

	memcpy(b, syn, sizeof(b));
	b[20] = 0x20; /* more follow */
	OK(judge_frame(&c, &open, frame_parse(b, sizeof(b), &f), &f, 0).verdict
	   == VERDICT_DROP);
	b[20] = 0;
	b[21] = 1; /* an offset */
	OK(judge_frame(&c, &open, frame_parse(b, sizeof(b), &f), &f, 0).verdict
	   == VERDICT_DROP);
}

static enum verdict judge_to(const char *ip, const struct policy *p)
{
	struct wire_config c = { 0 };
	uint8_t b[sizeof(udp6)];
	struct frame f;
	size_t n;

	inet_pton(AF_INET, "10.0.2.3", &c.dns);
	if (strchr(ip, ':')) {
		memcpy(b, udp6, n = sizeof(udp6));
		inet_pton(AF_INET6, ip, b + 38);
	} else {
		memcpy(b, syn, n = sizeof(syn));
		inet_pton(AF_INET, ip, b + 30);
	}
	return judge_frame(&c, p, frame_parse(b, n, &f), &f, 0).verdict;
}

static void never_the_hosts_own(void)
{
	static const char *const never[] = {
		"127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "::", "::1",
		"::ffff:127.0.0.1", "::ffff:192.0.2.1", "::127.0.0.1",
	};
	struct policy open = { 0 };

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		OK(judge_to(never[i], &open) == VERDICT_DROP);
	OK(judge_to("192.0.2.1", &open) == VERDICT_PASS);
	OK(judge_to("2001:db8::1", &open) == VERDICT_PASS);
}

static void closed_policy(void)
{
	struct policy p = { 0 };
	struct in_addr a;
	struct err e;

	OK(policy_allow(&p, "Good.Test.:443", &e) == 0);
	OK(policy_allow(&p, "[2001:db8::1]:53", &e) == 0);
	OK(policy_name(&p, "good.test") && !policy_name(&p, "a.good.test"));
	OK(judge_to("192.0.2.1", &p) == VERDICT_REFUSE);
	inet_pton(AF_INET, "192.0.2.1", &a);
	policy_learn(&p, "bad.test", frame_mapped(a), 60, 0);
	OK(judge_to("192.0.2.1", &p) == VERDICT_REFUSE);
	policy_learn(&p, "good.test", frame_mapped(a), 60, 0);
	OK(judge_to("192.0.2.1", &p) == VERDICT_PASS);
	OK(judge_to("192.0.2.2", &p) == VERDICT_REFUSE);
	OK(judge_to("2001:db8::1", &p) == VERDICT_PASS);
	OK(judge_to("2001:db8::2", &p) == VERDICT_REFUSE);
	/* forgotten when its time is over */
	OK(policy_connect(&p, &(struct in6_addr){ 0 }, 443, 0) == false);
	{
		struct in6_addr m = frame_mapped(a);

		OK(policy_connect(&p, &m, 443, 59999));
		OK(!policy_connect(&p, &m, 443, 60001));
		OK(!policy_connect(&p, &m, 80, 0));
	}
	policy_release(&p);
}

static void rules(void)
{
	static const char *const bad[] = {
		"", ":80", "a:", "a:0", "a:65536", "a b", "1.2.3.4/33",
		"::1/129", "[::1", "[::1]80", "*", "*.", ".a", "a/8",
	};
	struct policy p = { 0 };
	struct in6_addr a = { 0 };
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(policy_allow(&p, bad[i], &e) == -EINVAL);
	OK(p.n_rules == 0);
	OK(policy_allow(&p, "*.a.test", &e) == 0);
	OK(policy_name(&p, "x.a.test") && policy_name(&p, "y.x.a.test"));
	OK(!policy_name(&p, "a.test") && !policy_name(&p, "xa.test"));
	OK(policy_allow(&p, "10.0.0.0/7", &e) == 0);
	a.s6_addr[10] = a.s6_addr[11] = 0xff;
	a.s6_addr[12] = 11;
	OK(policy_connect(&p, &a, 1, 0));
	a.s6_addr[12] = 12;
	OK(!policy_connect(&p, &a, 1, 0));
	policy_release(&p);
}

int main(void)
{
	RUN(reads_ipv4);
	RUN(reads_ipv6);
	RUN(cut_short);
	RUN(lies_in_lengths);
	RUN(reset_answers_a_syn);
	RUN(prohibition_quotes_the_packet);
	RUN(datagram_made_and_read);
	RUN(no_fragments);
	RUN(never_the_hosts_own);
	RUN(closed_policy);
	RUN(rules);
	return DONE();
}
