#ifndef RL_SECCOMP_H
#define RL_SECCOMP_H
/*
 * seccomp.h - which system calls a container may make: seccomp(2).
 *
 * The default profile allows what Docker's does.  It is compiled when rl is
 * built (core/gen/seccomp_gen.c) for the default capabilities, so the usual
 * start runs no compiler; any other set of capabilities, and profiles from
 * files, go through libseccomp at run time.
 */
#include "core/base/err.h"
#include "core/caps.h"

#include <linux/filter.h>

struct seccomp_filter {
	const struct sock_filter *insns;
	unsigned short n;
	struct sock_filter *owned; /* what to free, or NULL */
	bool notify; /* some calls are answered by a listener */
	unsigned int flags; /* SECCOMP_FILTER_FLAG_* that the profile asks for */
};

/* Docker's profile for this bounding set. */
int seccomp_default(const struct caps *c, struct seccomp_filter *ret,
		    struct err *e);
/*
 * A profile in docker's or OCI linux.seccomp JSON; includes and excludes by
 * capability are judged by c->bounding.
 */
int seccomp_from_json(const char *text, const struct caps *c,
		      struct seccomp_filter *ret, struct err *e);
/* Install it on this process: no_new_privs or CAP_SYS_ADMIN is needed. */
int seccomp_install(const struct seccomp_filter *f, struct err *e);
/*
 * The same for a caller's own filter, to which nothing is added.
 * *ret_listener is the caller's, or -1 (f->notify is false).
 */
int seccomp_install_plain(const struct seccomp_filter *f, int *ret_listener,
			  struct err *e);
/* Free what a filter owns. */
void seccomp_filter_release(struct seccomp_filter *f);

#endif
