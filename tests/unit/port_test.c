/* port_test.c - the grammar of published ports. */
#include "net/port.h"

#include "tests/unit/tap.h"

#include <arpa/inet.h>

static struct port_list l;
static struct err e;

static int parse(const char *text)
{
	port_list_release(&l);
	memset(&e, 0, sizeof(e));
	return port_parse(text, &l, &e);
}

static bool is(size_t i, const char *ip, int host, int inside, int protocol)
{
	char text[INET6_ADDRSTRLEN];
	const struct port *p = &l.p[i];

	if (ip && IN6_IS_ADDR_V4MAPPED(&p->addr))
		inet_ntop(AF_INET, p->addr.s6_addr + 12, text, sizeof(text));
	else if (ip)
		inet_ntop(AF_INET6, &p->addr, text, sizeof(text));
	return p->any == !ip && (!ip || strcmp(ip, text) == 0) &&
	       p->host == host && p->inside == inside &&
	       p->protocol == protocol;
}

static void short_forms(void)
{
	OK(parse("80") == 0 && l.n == 1 && is(0, NULL, 0, 80, IPPROTO_TCP));
	OK(parse("8080:80") == 0 && is(0, NULL, 8080, 80, IPPROTO_TCP));
	OK(parse("8080:80/udp") == 0 && is(0, NULL, 8080, 80, IPPROTO_UDP));
	OK(parse("8080:80/TCP") == 0 && is(0, NULL, 8080, 80, IPPROTO_TCP));
	OK(parse("127.0.0.1:8080:80") == 0 &&
	   is(0, "127.0.0.1", 8080, 80, IPPROTO_TCP));
	OK(parse("127.0.0.1::80") == 0 &&
	   is(0, "127.0.0.1", 0, 80, IPPROTO_TCP));
	OK(parse("[::1]:8080:80") == 0 && is(0, "::1", 8080, 80, IPPROTO_TCP));
	OK(parse("[fe80::1:2]::80/udp") == 0 &&
	   is(0, "fe80::1:2", 0, 80, IPPROTO_UDP));
	OK(parse(":80") == 0 && is(0, NULL, 0, 80, IPPROTO_TCP));
	OK(parse("0:80") == 0 && is(0, NULL, 0, 80, IPPROTO_TCP));
	OK(parse("127.0.0.1:0:80/udp") == 0 &&
	   is(0, "127.0.0.1", 0, 80, IPPROTO_UDP));
}

static void ranges(void)
{
	OK(parse("8000-8002:80-82") == 0 && l.n == 3);
	OK(is(0, NULL, 8000, 80, IPPROTO_TCP));
	OK(is(2, NULL, 8002, 82, IPPROTO_TCP));
	OK(parse("80-82/udp") == 0 && l.n == 3);
	OK(is(1, NULL, 0, 81, IPPROTO_UDP));
	/* one port inside: the first free one of the range */
	OK(parse("8000-8009:80") == 0 && l.n == 1);
	OK(l.p[0].host == 8000 && l.p[0].host_end == 8009);
	OK(parse("1-4096") == 0 && l.n == 4096);
	OK(parse("1-4097") == -E2BIG);
	OK(parse("8000-8001:80-82") == -EINVAL);
	OK(parse("8000:80-81") == -EINVAL);
	OK(parse("82-80") == -EINVAL && strstr(e.text, "reversed"));
	OK(parse("8082-8080:80") == -EINVAL &&
	   strstr(e.text, "hostPort '8082-8080'") && strstr(e.text, "reversed"));
	OK(parse("target=80,published=9-8") == -EINVAL &&
	   strstr(e.text, "published '9-8'") && strstr(e.text, "reversed"));
}

static void long_form(void)
{
	OK(parse("published=8080,target=80") == 0);
	OK(is(0, NULL, 8080, 80, IPPROTO_TCP));
	OK(parse("target=53,published=5353,protocol=udp,mode=host,"
		 "host_ip=::1") == 0);
	OK(is(0, "::1", 5353, 53, IPPROTO_UDP));
	OK(parse("target=80") == 0 && is(0, NULL, 0, 80, IPPROTO_TCP));
	OK(parse("target=80,published=0") == 0 &&
	   is(0, NULL, 0, 80, IPPROTO_TCP));
	OK(parse("published=80") == -EINVAL && strstr(e.text, "target"));
	OK(parse("target=80,protocol=x") == -EINVAL &&
	   strstr(e.text, "protocol"));
	OK(parse("target=80,color=red") == -EINVAL && strstr(e.text, "color"));
}

static void errors(void)
{
	static const struct {
		const char *text, *field;
	} bad[] = {
		{ "", "containerPort" }, { "0", "containerPort" },
		{ "65536", "containerPort" }, { "-1", "containerPort" },
		{ "80:", "containerPort" }, { " 80", "containerPort" },
		{ "x:80", "hostPort" }, { "0-1:80", "hostPort" },
		{ "1.2.3:80:80", "IP address" }, { "::80", "IP address" },
		{ "::1:80:80", "IP address" }, { "[::g]:80:80", "IP address" },
		{ "80/", "protocol" }, { "80/sctp", "protocol" },
		{ "80/tcp/udp", "protocol" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		OK(parse(bad[i].text) == -EINVAL);
		OK(strstr(e.text, bad[i].field));
		OK(l.n == 0);
	}
}

static void exposed(void)
{
	port_list_release(&l);
	OK(port_parse_expose("80-81/udp", &l, &e) == 0 && l.n == 2);
	OK(is(1, NULL, 0, 81, IPPROTO_UDP));
	OK(port_parse_expose("1:80", &l, &e) == -EINVAL);
	OK(port_parse_expose("x", &l, &e) == -EINVAL);
}

static void texts(void)
{
	char text[64];

	parse("8080:80/udp");
	port_text(&l.p[0], text);
	EQ_STR(text, "0.0.0.0:8080/udp");
	parse("[::1]:8080:80");
	port_text(&l.p[0], text);
	EQ_STR(text, "[::1]:8080/tcp");
}

int main(void)
{
	RUN(short_forms);
	RUN(ranges);
	RUN(long_form);
	RUN(errors);
	RUN(exposed);
	RUN(texts);
	port_list_release(&l);
	return DONE();
}
