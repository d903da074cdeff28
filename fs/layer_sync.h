#ifndef RL_LAYER_SYNC_H
#define RL_LAYER_SYNC_H
/*
 * layer_sync.h - layers whose files may still be in memory only.
 *
 * Writing a layer to the disk takes longer than unpacking it, and nobody has
 * to wait for that: while the machine is up, its files are what was written.
 * So a layer gets its name at once, beside a symbolic link
 *
 *	layers/MAP/HEX.unsynced -> NODE:BOOT
 *
 * (a link, as its text is metadata like the names themselves: a journal that
 * keeps the layer's name keeps the link too).  Who finds a link of this node
 * but of an earlier boot throws the layer away: it is unpacked anew from its
 * blob.  The link goes once the files are on the disk for sure.
 */
#include "core/base/err.h"

#define LAYER_UNSYNCED ".unsynced"

/* Make the link for a layer that is about to get this name. */
int layer_sync_owe(int maps_fd, const char *name, struct err *e);
/* False: the machine went down before this layer was on the disk. */
bool layer_sync_trusted(int maps_fd, const char *name);
/* Drop the links of such a layer, which has been renamed. */
void layer_sync_forget(int maps_fd, const char *name);
/* `link` ends in LAYER_UNSYNCED: when it is old, sync and remove it. */
void layer_sync_settle(int maps_fd, const char *link);

#endif
