/* net_dns_test.c - queries and answers as they come over the wire. */
#include "net/slirp/dns.h"

#include "tests/unit/tap.h"

/* a.Test, type A */
static const uint8_t query[] = {
	0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	1, 'a', 4, 'T', 'e', 's', 't', 0, 0, 1, 0, 1,
};
/* its answer: an alias, then an address of each family */
static const uint8_t answer[] = {
	0x12, 0x34, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0,
	1, 'A', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, 'b', 0xc0, 14,
	0xc0, 36, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 7,
	0xc0, 36, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16,
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,
};

static void reads_a_query(void)
{
	struct dns_question q;

	OK(dns_parse_query(query, sizeof(query), &q));
	OK(q.id == 0x1234 && q.type == 1 && q.end == sizeof(query));
	EQ_STR(q.name, "a.test");
	for (size_t n = 0; n < sizeof(query); n++)
		OK(!dns_parse_query(query, n, &q));
	OK(!dns_parse_query(answer, sizeof(answer), &q));
}

static void odd_names_are_unreadable(void)
{
	static const uint8_t odd[] = { 0, ' ', '"', '\\', '.', 0x80, '/' };
	uint8_t b[sizeof(query)];
	struct dns_question q;

	for (size_t i = 0; i < sizeof(odd); i++) {
		memcpy(b, query, sizeof(b));
		b[13] = odd[i];
		OK(!dns_parse_query(b, sizeof(b), &q));
	}
	memcpy(b, query, sizeof(b));
	b[12] = 0xc0; /* a pointer to itself */
	b[13] = 12;
	OK(!dns_parse_query(b, sizeof(b), &q));
}

static void knows_its_answer(void)
{
	uint8_t b[sizeof(answer)];

	OK(dns_answers(answer, sizeof(answer), query, sizeof(query)));
	OK(!dns_answers(query, sizeof(query), query, sizeof(query)));
	memcpy(b, answer, sizeof(b));
	b[1] ^= 1; /* another id */
	OK(!dns_answers(b, sizeof(b), query, sizeof(query)));
	memcpy(b, answer, sizeof(b));
	b[13] = 'c'; /* another name */
	OK(!dns_answers(b, sizeof(b), query, sizeof(query)));
	OK(!dns_answers(answer, 20, query, sizeof(query)));
}

static void finds_addresses(void)
{
	struct dns_address a[DNS_ADDRESSES];

	OK(dns_addresses(answer, sizeof(answer), a) == 2);
	OK(IN6_IS_ADDR_V4MAPPED(&a[0].addr) && a[0].ttl == 256);
	OK(a[0].addr.s6_addr[15] == 7 && a[1].addr.s6_addr[0] == 0x20);
	OK(a[1].ttl == 60);
}

/* Every cut, and every byte changed: nothing is read beyond the end. */
static void survives_damage(void)
{
	struct dns_address a[DNS_ADDRESSES];

	for (size_t n = 0; n <= sizeof(answer); n++) {
		uint8_t *exact = malloc(n + 1);

		memcpy(exact, answer, n);
		OK(dns_addresses(exact, n, a) <= 2);
		free(exact);
	}
	for (size_t i = 0; i < sizeof(answer); i++)
		for (int v = 0; v < 256; v++) {
			uint8_t *b = malloc(sizeof(answer));

			memcpy(b, answer, sizeof(answer));
			b[i] = v;
			OK(dns_addresses(b, sizeof(answer), a) <= 3);
			dns_answers(b, sizeof(answer), query, sizeof(query));
			dns_refuse(b, sizeof(answer), DNS_NXDOMAIN);
			free(b);
		}
}

static void refusal_keeps_the_question(void)
{
	uint8_t b[64];

	memcpy(b, query, sizeof(query));
	memset(b + sizeof(query), 0xaa, 11); /* an EDNS record */
	b[11] = 1;
	OK(dns_refuse(b, sizeof(query) + 11, DNS_NXDOMAIN) == sizeof(query));
	OK((b[2] & 0x80) && (b[3] & 15) == DNS_NXDOMAIN && b[11] == 0);
	OK(dns_answers(b, sizeof(query), query, sizeof(query)));
	OK(dns_refuse(b, 5, DNS_SERVFAIL) == 0);
}

int main(void)
{
	RUN(reads_a_query);
	RUN(odd_names_are_unreadable);
	RUN(knows_its_answer);
	RUN(finds_addresses);
	RUN(survives_damage);
	RUN(refusal_keeps_the_question);
	return DONE();
}
