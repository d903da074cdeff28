#ifndef RL_OCI_FILTER_H
#define RL_OCI_FILTER_H
/*
 * filter.h - linux.seccomp, compiled; kept beside the containers, since
 * callers give the same profile again and again and libseccomp takes longer
 * over it than the rest of a start.
 *
 *	ROOT/%filters/HEX   what it was made of, whole, then the program
 *
 * The name is a hash of what it was made of, which is compared: a file that
 * is another's, or torn, is as good as none.  '%' is in no container's ID.
 */
#include "core/caps.h"
#include "core/seccomp.h"

/* The program for this profile and these capabilities. */
int oci_filter(int root, const char *json, const struct caps *caps,
	       struct seccomp_filter *ret, struct err *e);

#endif
