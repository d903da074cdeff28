/* holder.c - from a port to a socket's inode to a process, through /proc. */
#include "net/holder.h"

#include "core/base/file.h"
#include "core/base/str.h"

#include <inttypes.h>
#include <stdio.h>

#define TABLE_MAX (16 << 20)
#define CMDLINE_MAX (1 << 20)
#define TCP_LISTEN 10

/* An address of proc(5)'s tables: words of 8 digits in the host's order. */
static bool parse_address(const char *hex, struct in6_addr *ret)
{
	size_t n = strlen(hex) / 8;
	uint32_t words[4];

	if (n != 1 && n != 4)
		return false;
	for (size_t i = 0; i < n; i++)
		if (sscanf(hex + 8 * i, "%8" SCNx32, &words[i]) != 1)
			return false;
	*ret = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(ret->s6_addr + (n == 1 ? 12 : 0), words, 4 * n);
	return true;
}

static bool is_any(const struct in6_addr *a)
{
	static const struct in6_addr four = {
		.s6_addr = { [10] = 0xff, [11] = 0xff } };

	return IN6_IS_ADDR_UNSPECIFIED(a) || memcmp(a, &four, 16) == 0;
}

/* Two sockets of one port exclude each other where their addresses meet. */
static bool meets(const struct port *p, const struct in6_addr *a)
{
	return p->any || is_any(&p->addr) || is_any(a) ||
	       memcmp(&p->addr, a, sizeof(*a)) == 0;
}

/* The inode of the socket that one of proc(5)'s net tables has there. */
static uint64_t find_inode(const char *table, const struct port *p)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, table, TABLE_MAX, &text, NULL, &ignored) < 0)
		return 0;
	for (char *line = strchr(text, '\n'); line;
	     line = strchr(line + 1, '\n')) {
		unsigned int port, state;
		struct in6_addr addr;
		uint64_t inode;
		char hex[33];

		if (sscanf(line + 1, " %*u: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x "
			   "%*x:%*x %*x:%*x %*x %*u %*u %" SCNu64, hex, &port,
			   &state, &inode) == 4 &&
		    port == p->host && parse_address(hex, &addr) &&
		    meets(p, &addr) && (p->protocol == IPPROTO_UDP ||
					state == TCP_LISTEN))
			return inode;
	}
	return 0;
}

/* Does the process `pid` have this socket open? */
static bool has_socket(int proc, const char *pid, const char *link)
{
	auto_free char *path = xasprintf("%s/fd", pid);
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;
	char target[64];

	while (d && (ent = readdir(d))) {
		ssize_t n = readlinkat(fd, ent->d_name, target,
				       sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (streq(target, link))
			return true;
	}
	return false;
}

static void describe(int proc, const char *pid, char *ret, size_t n)
{
	auto_free char *path = xasprintf("%s/cmdline", pid), *text = NULL;
	struct err ignored;
	size_t len;

	snprintf(ret, n, ": process %.10s holds it", pid);
	if (file_read(proc, path, CMDLINE_MAX, &text, &len, &ignored) < 0 ||
	    !len)
		return;
	for (size_t i = 0; i + 1 < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	snprintf(ret, n, ": process %.10s holds it (%.100s)", pid, text);
}

pid_t holder_text(const struct port *p, char *ret, size_t n)
{
	bool tcp = p->protocol == IPPROTO_TCP;
	uint64_t inode = find_inode(tcp ? "/proc/net/tcp" : "/proc/net/udp", p);
	auto_free char *link = NULL;
	auto_dir DIR *d = opendir("/proc");
	struct dirent *ent;

	*ret = '\0';
	if (!inode)
		inode = find_inode(tcp ? "/proc/net/tcp6" : "/proc/net/udp6",
				   p);
	link = xasprintf("socket:[%" PRIu64 "]", inode);
	while (d && inode && (ent = readdir(d))) {
		if (*ent->d_name < '1' || *ent->d_name > '9' ||
		    !has_socket(dirfd(d), ent->d_name, link))
			continue;
		if (atoi(ent->d_name) == getpid())
			snprintf(ret, n, ": it is published twice here");
		else
			describe(dirfd(d), ent->d_name, ret, n);
		return atoi(ent->d_name);
	}
	if (inode)
		snprintf(ret, n, ": a process of another user holds it");
	return 0;
}
