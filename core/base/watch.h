#ifndef RL_WATCH_H
#define RL_WATCH_H
/*
 * watch.h - waiting until something in a folder has changed.
 *
 * With inotify(7) where it can be had: a user has few of them
 * (fs.inotify.max_user_instances), and not every file system has it.  Without
 * it the caller is woken often, to look.
 */

/*
 * Begin: a descriptor for watch_wait, the caller's to close, or -1, which
 * watch_wait takes as well.
 */
int watch_folder(int dirfd);
/*
 * Wait until something may have changed since the last call, for `ms`
 * milliseconds at most (-1: for ever).  A signal ends it, too.
 */
void watch_wait(int watch, int ms);

#endif
