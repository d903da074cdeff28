#ifndef RL_RESIDENT_H
#define RL_RESIDENT_H
/*
 * resident.h - what a program keeps in memory while it waits.
 */
#include "core/base/base.h"

/*
 * Unmap the pages of this program's code and constants, its libraries'
 * included: from here on it mostly waits, and need not keep in memory what
 * only its start ran.  The kernel maps again what is used.
 */
void resident_give_back_code(void);
/*
 * Give back the whole pages of a buffer whose content nobody needs: it reads
 * as zeroes after.  For large ones, which malloc(3) maps.
 */
void resident_forget(void *buf, size_t n);

#endif
