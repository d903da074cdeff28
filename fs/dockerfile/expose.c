/* expose.c - ports and ranges of them. */
#include "fs/dockerfile/expose.h"

#include <strings.h>

static const char *const protocols[] = { "tcp", "udp", "sctp" };

static int bad(const char *word, const char *why, struct err *e)
{
	return err_set(e, EINVAL, "invalid port '%.60s': %s", word, why);
}

static const char *find_protocol(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (strcasecmp(protocols[i], name) == 0)
			return protocols[i];
	return NULL;
}

/* "80" or "80-90". */
static bool read_range(char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash++ = '\0';
	return parse_u64(text, 65535, ret_first) && *ret_first &&
	       parse_u64(dash ? dash : text, 65535, ret_last);
}

int expose_ports(const char *word, struct strv *ret, struct err *e)
{
	const char *colon = strrchr(word, ':');
	auto_free char *text = xstrdup(colon ? colon + 1 : word);
	char *slash = strchr(text, '/');
	const char *protocol = protocols[0];
	uint64_t first, last;

	if (slash) {
		*slash++ = '\0';
		protocol = find_protocol(slash);
	}
	if (!protocol)
		return bad(word, "a protocol is tcp, udp or sctp", e);
	if (!read_range(text, &first, &last))
		return bad(word, "a port is a number from 1 to 65535, or a "
			   "range 8000-8010", e);
	if (first > last)
		return bad(word, "the range ends before it begins", e);
	for (; first <= last; first++)
		strv_printf(ret, "%llu/%s", (unsigned long long)first,
			    protocol);
	return 0;
}
