/* names.c - the texts of /etc/hosts and /etc/resolv.conf. */
#include "net/net.h"

#include "core/base/file.h"

#include <arpa/inet.h>

#define RESOLV_MAX 65536

static bool is_address(const char *s)
{
	unsigned char buf[16];

	return inet_pton(AF_INET, s, buf) == 1 ||
	       inet_pton(AF_INET6, s, buf) == 1;
}

static int add_entry(const char *text, struct str *ret, struct err *e)
{
	auto_free char *name = xstrdup(text);
	char *cut = strpbrk(name, "=:");

	if (!cut || cut == name)
		return err_set(e, EINVAL, "--add-host '%s': it is NAME:ADDRESS",
			       text);
	*cut++ = '\0';
	if (!is_address(cut))
		return err_set(e, EINVAL, "--add-host '%s': '%s' is not an IP "
			       "address", text, cut);
	str_printf(ret, "%s\t%s\n", cut, name);
	return 0;
}

int net_hosts_text(const char *hostname, const char *ip,
		   const struct strv *add, struct str *ret, struct err *e)
{
	str_puts(ret, "127.0.0.1\tlocalhost\n"
		      "::1\tlocalhost ip6-localhost ip6-loopback\n"
		      "fe00::\tip6-localnet\nff00::\tip6-mcastprefix\n"
		      "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
	if (hostname && ip)
		str_printf(ret, "%s\t%s\n", ip, hostname);
	for (size_t i = 0; i < add->n; i++)
		TRY(add_entry(add->v[i], ret, e));
	return 0;
}

int net_resolv_text(const struct strv *dns, const struct strv *search,
		    const struct strv *option, struct str *ret, struct err *e)
{
	auto_free char *host = NULL;
	struct err ignored;

	for (size_t i = 0; i < dns->n; i++) {
		if (!is_address(dns->v[i]))
			return err_set(e, EINVAL, "--dns '%s' is not an IP "
				       "address", dns->v[i]);
		str_printf(ret, "nameserver %s\n", dns->v[i]);
	}
	for (size_t i = 0; i < search->n; i++)
		str_printf(ret, "search %s\n", search->v[i]);
	for (size_t i = 0; i < option->n; i++)
		str_printf(ret, "options %s\n", option->v[i]);
	if (!dns->n && file_read(AT_FDCWD, "/etc/resolv.conf", RESOLV_MAX,
				 &host, NULL, &ignored) == 0)
		str_puts(ret, host);
	return 0;
}
