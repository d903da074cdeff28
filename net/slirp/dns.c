/* dns.c - reading and refusing DNS messages. */
#include "net/slirp/dns.h"

#define TYPE_A 1
#define TYPE_AAAA 28
#define LABEL_MAX 63
#define FLAG_RESPONSE 0x80
#define FLAG_RA 0x80

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static char name_char(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_')
		return c;
	return 0;
}

/* One label to `ret`; false when it does not fit or is odd. */
static bool add_label(const uint8_t *p, size_t n, char *ret, size_t *len)
{
	if (*len + n + 2 > DNS_NAME_MAX)
		return false;
	if (*len)
		ret[(*len)++] = '.';
	for (size_t i = 0; i < n; i++) {
		char c = name_char(p[i]);

		if (!c)
			return false;
		ret[(*len)++] = c;
	}
	ret[*len] = '\0';
	return true;
}

/* The name at `at`, without compression: as it stands in a question. */
static bool read_name(const uint8_t *msg, size_t n, size_t at, char *ret,
		      size_t *ret_end)
{
	size_t len = 0;

	ret[0] = '\0';
	for (;;) {
		size_t label;

		if (at >= n)
			return false;
		label = msg[at++];
		if (label == 0)
			break;
		if (label > LABEL_MAX || label > n - at ||
		    !add_label(msg + at, label, ret, &len))
			return false;
		at += label;
	}
	*ret_end = at;
	return true;
}

/* Step over a name, compressed or not.  0: it runs off the message. */
static size_t skip_name(const uint8_t *msg, size_t n, size_t at)
{
	while (at < n) {
		size_t label = msg[at];

		if (label == 0)
			return at + 1;
		if (label >= 0xc0)
			return at + 2;
		if (label > LABEL_MAX)
			return 0;
		at += label + 1;
	}
	return 0;
}

bool dns_parse_query(const uint8_t *msg, size_t n, struct dns_question *ret)
{
	size_t end;

	if (n < DNS_HEAD || (msg[2] & FLAG_RESPONSE) || get16(msg + 4) != 1)
		return false;
	if (!read_name(msg, n, DNS_HEAD, ret->name, &end) || n - end < 4)
		return false;
	ret->id = get16(msg);
	ret->type = get16(msg + end);
	ret->end = end + 4;
	return true;
}

/* Servers may change the case of the name: RFC 4343. */
static bool same_text(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t x = a[i], y = b[i];

		if (x != y && !(name_char(x) && name_char(x) == name_char(y)))
			return false;
	}
	return true;
}

bool dns_answers(const uint8_t *msg, size_t n, const uint8_t *query,
		 size_t query_n)
{
	size_t end;

	if (n < DNS_HEAD || query_n < DNS_HEAD ||
	    !(msg[2] & FLAG_RESPONSE) || get16(msg) != get16(query))
		return false;
	if (get16(query + 4) != 1)
		return true;
	/* a server that cannot read the query may leave the question out */
	if (get16(msg + 4) == 0)
		return (msg[3] & 15) != 0;
	end = skip_name(query, query_n, DNS_HEAD);
	return end && end + 4 <= query_n && end + 4 <= n &&
	       same_text(msg + DNS_HEAD, query + DNS_HEAD,
			 end + 4 - DNS_HEAD);
}

/* One record at *at; its data, when it is an address, to `ret`. */
static bool read_record(const uint8_t *msg, size_t n, size_t *at,
			struct dns_address *ret, bool *is_address)
{
	size_t p = skip_name(msg, n, *at), len;
	uint16_t type;

	*is_address = false;
	if (!p || p > n || n - p < 10)
		return false;
	type = get16(msg + p);
	len = get16(msg + p + 8);
	ret->ttl = (uint32_t)get16(msg + p + 4) << 16 | get16(msg + p + 6);
	p += 10;
	if (len > n - p)
		return false;
	*at = p + len;
	if (type == TYPE_A && len == 4) {
		ret->addr = (struct in6_addr){
			.s6_addr = { [10] = 0xff, [11] = 0xff } };
		memcpy(ret->addr.s6_addr + 12, msg + p, 4);
		*is_address = true;
	} else if (type == TYPE_AAAA && len == 16) {
		memcpy(&ret->addr, msg + p, 16);
		*is_address = true;
	}
	return true;
}

size_t dns_addresses(const uint8_t *msg, size_t n,
		     struct dns_address ret[DNS_ADDRESSES])
{
	size_t at = DNS_HEAD, found = 0;
	struct dns_address one;
	bool is;

	if (n < DNS_HEAD)
		return 0;
	for (int i = get16(msg + 4); i > 0; i--) {
		at = skip_name(msg, n, at);
		if (!at || n < 4 || at > n - 4)
			return 0;
		at += 4;
	}
	for (int i = get16(msg + 6); i > 0 && found < DNS_ADDRESSES; i--) {
		if (!read_record(msg, n, &at, &one, &is))
			break;
		if (is)
			ret[found++] = one;
	}
	return found;
}

size_t dns_refuse(uint8_t *buf, size_t n, int rcode)
{
	size_t end = n < DNS_HEAD ? 0 : skip_name(buf, n, DNS_HEAD);
	bool question = end && get16(buf + 4) == 1 && end + 4 <= n;

	if (n < DNS_HEAD)
		return 0;
	buf[2] |= FLAG_RESPONSE;
	buf[3] = FLAG_RA | rcode;
	/* the question stays; whatever followed it goes */
	memset(buf + 6, 0, 6);
	if (question)
		return end + 4;
	memset(buf + 4, 0, 2);
	return DNS_HEAD;
}
