#ifndef RL_SAME_XATTRS_H
#define RL_SAME_XATTRS_H
/*
 * same_xattrs.h - whether two files have the same extended attributes, of
 * those that a layer keeps: capabilities, what users put there, and the note
 * of an owner (core/emulate_owner.h).  Marks of drivers do not count.
 */
#include <stdbool.h>

/* Of a file or folder in each of two folders.  What cannot be read is the
 * same. */
bool same_xattrs(int dir_a, int dir_b, const char *name);

#endif
