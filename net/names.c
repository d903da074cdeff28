/* names.c - the texts of /etc/hosts and /etc/resolv.conf. */
#include "net/net.h"

#include "core/base/file.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#define RESOLV_MAX 65536
/* A cluster's names may be many. */
#define HOSTS_MAX (4 << 20)
/* TEST-NET-3 of RFC 5737: asked for a route, never sent to. */
#define SOMEWHERE "203.0.113.1"

static bool is_address(const char *s)
{
	unsigned char buf[16];

	return inet_pton(AF_INET, s, buf) == 1 ||
	       inet_pton(AF_INET6, s, buf) == 1;
}

/* ---- /etc/hosts ---- */

/* The address that packets to the world leave from. */
static bool outward_address(struct in_addr *ret)
{
	auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	socklen_t n = sizeof(a);

	inet_pton(AF_INET, SOMEWHERE, &a.sin_addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		return false;
	*ret = a.sin_addr;
	return true;
}

/* Where the host is seen from inside; false: nowhere. */
static bool host_address(const struct net *n, char ret[INET_ADDRSTRLEN])
{
	struct in_addr a = { htonl(INADDR_LOOPBACK) };

	if (n->ops->own_namespace && !n->ops->reaches_out)
		return false;
	if (n->ops->reaches_out && n->config.host_loopback)
		a = n->config.gateway;
	else if (n->ops->reaches_out && !outward_address(&a))
		return false;
	return inet_ntop(AF_INET, &a, ret, INET_ADDRSTRLEN);
}

static int add_entry(const struct net *n, const char *text, struct str *ret,
		     struct err *e)
{
	auto_free char *name = xstrdup(text);
	char *cut = strpbrk(name, "=:"), host[INET_ADDRSTRLEN];
	size_t len;

	if (!cut || cut == name || strpbrk(name, " \t\n#"))
		return err_set(e, EINVAL, "--add-host '%s': it is NAME:ADDRESS",
			       text);
	*cut++ = '\0';
	len = strlen(cut);
	if (streq(cut, "host-gateway")) {
		if (!host_address(n, host))
			return err_set(e, EINVAL, "--add-host '%s': the host "
				       "cannot be reached from this network",
				       text);
		cut = host;
	} else if (*cut == '[' && cut[len - 1] == ']') {
		cut[len - 1] = '\0';
		cut++;
	}
	if (!is_address(cut))
		return err_set(e, EINVAL, "--add-host '%s': '%s' is not an IP "
			       "address", text, cut);
	str_printf(ret, "%s\t%s\n", cut, name);
	return 0;
}

/* What the host's file says, or the lines that every container has. */
static void first_lines(const struct net *n, struct str *ret)
{
	auto_free char *host = NULL;
	struct err ignored;

	if (!n->ops->own_namespace &&
	    file_read(AT_FDCWD, "/etc/hosts", HOSTS_MAX, &host, NULL,
		      &ignored) == 0 && *host) {
		str_puts(ret, host);
		if (host[strlen(host) - 1] != '\n')
			str_putc(ret, '\n');
		return;
	}
	str_puts(ret, "127.0.0.1\tlocalhost\n"
		      "::1\tlocalhost ip6-localhost ip6-loopback\n"
		      "fe00::\tip6-localnet\nff00::\tip6-mcastprefix\n"
		      "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
}

/* The container's own line: the name in full, then its first word. */
static void own_line(const struct net *n, const char *hostname,
		     const char *domain, struct str *ret)
{
	char ip[INET_ADDRSTRLEN] = "127.0.0.1";

	if (n->ops->reaches_out)
		inet_ntop(AF_INET, &n->config.addr, ip, sizeof(ip));
	str_printf(ret, "%s\t%s", ip, hostname);
	if (domain && *domain)
		str_printf(ret, ".%s %s", domain, hostname);
	else if (strchr(hostname, '.'))
		str_printf(ret, " %.*s", (int)strcspn(hostname, "."),
			   hostname);
	str_putc(ret, '\n');
}

int net_hosts_text(const struct net *n, const char *hostname,
		   const char *domain, const struct strv *add,
		   struct str *ret, struct err *e)
{
	char host[INET_ADDRSTRLEN];

	if (n->ops == &net_container) {
		str_puts(ret, n->peer.hosts ? n->peer.hosts : "");
		return 0;
	}
	first_lines(n, ret);
	if (hostname && n->ops->own_namespace)
		own_line(n, hostname, domain, ret);
	if (host_address(n, host))
		str_printf(ret, "%s\thost.containers.internal "
			   "host.docker.internal\n", host);
	for (size_t i = 0; i < add->n; i++)
		TRY(add_entry(n, add->v[i], ret, e));
	return 0;
}

/* ---- /etc/resolv.conf ---- */

/* Copy the lines of `text` whose first word is `key`. */
static void copy_lines(const char *text, const char *key, struct str *ret)
{
	size_t n = strlen(key);

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > n && memcmp(text, key, n) == 0 &&
		    strchr(" \t", text[n])) {
			str_add(ret, text, len);
			str_putc(ret, '\n');
		}
		text += len + (text[len] == '\n');
	}
}

static bool plain_word(const char *s)
{
	return *s && !strpbrk(s, " \t\r\n");
}

static int servers(const struct net *n, const struct strv *dns,
		   const char *host, struct str *ret, struct err *e)
{
	char ip[INET_ADDRSTRLEN];

	for (size_t i = 0; i < dns->n; i++) {
		if (!is_address(dns->v[i]))
			return err_set(e, EINVAL, "--dns '%s' is not an IP "
				       "address", dns->v[i]);
		str_printf(ret, "nameserver %s\n", dns->v[i]);
	}
	if (dns->n)
		return 0;
	if (!n->ops->reaches_out) {
		copy_lines(host, "nameserver", ret);
		return 0;
	}
	inet_ntop(AF_INET, &n->config.dns, ip, sizeof(ip));
	str_printf(ret, "nameserver %s\n", ip);
	return 0;
}

/* One line of all words; the host's lines when there is none. */
static int words(const char *flag, const char *key, const struct strv *l,
		 const char *host, struct str *ret, struct err *e)
{
	if (!l->n) {
		copy_lines(host, key, ret);
		return 0;
	}
	for (size_t i = 0; i < l->n; i++)
		if (!plain_word(l->v[i]))
			return err_set(e, EINVAL, "%s '%s': one word", flag,
				       l->v[i]);
	if (l->n == 1 && streq(l->v[0], "."))
		return 0;
	str_puts(ret, key);
	for (size_t i = 0; i < l->n; i++)
		str_printf(ret, " %s", l->v[i]);
	str_putc(ret, '\n');
	return 0;
}

int net_resolv_text(const struct net *n, const struct strv *dns,
		    const struct strv *search, const struct strv *option,
		    struct str *ret, struct err *e)
{
	auto_free char *host = NULL;
	struct err ignored;

	if (n->ops == &net_container) {
		str_puts(ret, n->peer.resolv ? n->peer.resolv : "");
		return 0;
	}
	if (file_read(AT_FDCWD, "/etc/resolv.conf", RESOLV_MAX, &host, NULL,
		      &ignored) < 0)
		host = xstrdup("");
	if (!dns->n && !search->n && !option->n && !n->ops->reaches_out) {
		str_puts(ret, host);
		return 0;
	}
	TRY(servers(n, dns, host, ret, e));
	if (!search->n)
		copy_lines(host, "domain", ret);
	TRY(words("--dns-search", "search", search, host, ret, e));
	return words("--dns-option", "options", option, host, ret, e);
}
