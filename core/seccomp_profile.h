#ifndef RL_SECCOMP_PROFILE_H
#define RL_SECCOMP_PROFILE_H
/*
 * seccomp_profile.h - the default profile, and its compilation.
 *
 * The profile is Docker's: a list of what is allowed, some of it with a
 * capability only or for some arguments only.  What it does not list gets
 * EPERM; a number above all that the profile's age knows gets ENOSYS, so
 * that programs fall back to older calls.
 */
#include "core/seccomp.h"

/* Compile the default profile for this bounding set with libseccomp. */
int seccomp_profile_compile(uint64_t bounding, struct seccomp_filter *ret,
			    struct err *e);
/*
 * Take the program out of a libseccomp context (a scmp_filter_ctx), and put
 * ENOSYS for every number above `highest` in front of it.
 */
int seccomp_export(void *ctx, int highest, struct seccomp_filter *ret,
		   struct err *e);
/* Let the context cover the 32-bit calls of this machine too. */
int seccomp_add_sisters(void *ctx);
/* The highest number of a call that libseccomp knows on this machine. */
int seccomp_highest_known(void);

#endif
