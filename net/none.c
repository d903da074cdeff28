/* none.c - --network none: a namespace with nothing but a loopback. */
#include "net/net.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int loopback_up(void *arg UNUSED, struct err *e)
{
	auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_name = "lo" };

	if (fd < 0)
		return err_sys(e, "open a socket");
	r.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &r) < 0)
		return err_sys(e, "bring the loopback up");
	return 0;
}

const struct net_ops net_none = {
	.name = "none", .own_namespace = true, .inside = loopback_up,
};
