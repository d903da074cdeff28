#ifndef RL_SECCOMP_SHRINK_H
#define RL_SECCOMP_SHRINK_H
/*
 * seccomp_shrink.h - the same filter in fewer instructions, at build time.
 *
 * libseccomp compares with each number it was told.  What the kernel pays
 * for when a filter is installed (checks, conversion, JIT, and a dry run of
 * every number) is its length; what a profile says is mostly "these ranges:
 * yes".  So the program is run for whole ranges of numbers at once, and a
 * search over the ranges' ends is written in its place.  Where an argument
 * decides, the original instructions follow, as they are.
 */
#include "core/seccomp.h"

/*
 * Replace the program of `f`.  -EOPNOTSUPP, and `f` as it was, for a program
 * of another shape than libseccomp's.
 */
int seccomp_shrink(struct seccomp_filter *f, struct err *e);

#endif
