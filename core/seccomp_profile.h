#ifndef RL_SECCOMP_PROFILE_H
#define RL_SECCOMP_PROFILE_H
/*
 * seccomp_profile.h - the default profile, and its compilation.
 *
 * The profile is kept as what it refuses: a call that this profile's age
 * knows and that is not listed is allowed; a listed one gets EPERM unless
 * the container has the capability beside it; a number nobody knew then gets
 * ENOSYS, so that programs fall back to older calls.
 */
#include "core/seccomp.h"

/* Compile the default profile for this bounding set with libseccomp. */
int seccomp_profile_compile(uint64_t bounding, struct seccomp_filter *ret,
			    struct err *e);
/* Take the program out of a libseccomp context (a scmp_filter_ctx). */
int seccomp_export(void *ctx, struct seccomp_filter *ret, struct err *e);

#endif
