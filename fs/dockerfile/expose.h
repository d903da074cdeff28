#ifndef RL_DOCKERFILE_EXPOSE_H
#define RL_DOCKERFILE_EXPOSE_H
/*
 * expose.h - EXPOSE's words as an image's configuration has them.
 */
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * Append "80/tcp" for "80", and one of each port of "80-90/udp".  As in docker
 * an address and a port of the host in front of it ("127.0.0.1:8080:80") are
 * taken and mean nothing.  -EINVAL: no port, or no protocol that there is.
 */
int expose_ports(const char *word, struct strv *ret, struct err *e);

#endif
