#ifndef RL_EVENT_H
#define RL_EVENT_H
/*
 * event.h - what happened, as a list that all processes add to.
 *
 * containers/.events is a line of JSON an event, in docker's words (events
 * API): {"Type","Action","Actor":{"ID","Attributes":{...}},"time","timeNano"}.
 * Past EVENT_FILE_MAX bytes it is renamed to .events.1, the list before it
 * goes.
 */
#include "fs/container.h"

#define EVENT_FILE      "containers/.events"
#define EVENT_FILE_OLD  "containers/.events.1"
#define EVENT_FILE_MAX  (1 << 20)

/*
 * Add one; `attributes` is an object of strings, whose reference is taken,
 * or NULL.  An event that cannot be written is lost: it keeps nobody from
 * acting.
 */
void event_add(const struct store *s, const char *type, const char *action,
	       const char *id, json_t *attributes);
/* The same as text, to be added later: a line with its end.  Caller frees. */
char *event_line(const char *type, const char *action, const char *id,
		 json_t *attributes);
/* Add lines, with one write. */
void event_add_lines(const struct store *s, const char *lines);
/* One of a container, with its name and its image among the attributes. */
void event_add_container(const struct store *s, const struct container *c,
			 const char *action, json_t *attributes);
/*
 * The exit code of the last "die" event of a container.  False: there is
 * none.
 */
bool event_exit_code(const struct store *s, const char *id, int *ret);

#endif
