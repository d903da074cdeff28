/* destroy.c - a container removed: ended first, if that was asked for. */
#include "cmd/container/end.h"

#include "fs/runroot.h"
#include "fs/volume_mount.h"

#include <signal.h>
#include <sys/stat.h>

static int refuse(const struct container *c, const struct container_state *st,
		  struct err *e)
{
	return err_set(e, EBUSY, "cannot remove container \"%s\": container "
		       "is %s: stop the container before removing or force "
		       "remove (rl rm -f)", c->name,
		       container_status_name(st->status));
}

static int end(const struct store *s, struct container *c,
	       const struct remove_how *how, struct err *e)
{
	static const struct stop_how at_once = {
		.signal = SIGKILL, .limited = true, .seconds = -1,
	};
	auto_container_state struct container_state st = { 0 };

	TRY(container_state_read(c, &st, e));
	if (how->force)
		return container_stop(s, c, &at_once, e);
	return st.status == CONTAINER_CREATED ||
	       st.status == CONTAINER_EXITED ? 0 : refuse(c, &st, e);
}

/* It goes by itself when its process ends; we only wanted it gone. */
static bool went_by_itself(const struct container *c)
{
	struct stat st;

	return fstat(c->fd, &st) < 0 || st.st_nlink == 0;
}

int container_destroy(const struct store *s, struct container *c,
		      const struct remove_how *how, struct err *e)
{
	auto_json json_t *record = NULL;
	struct err ignored;

	TRY(end(s, c, how, e));
	if (went_by_itself(c))
		return 0;
	if (container_lock(c, e) < 0)
		return went_by_itself(c) ? 0 : -e->code;
	container_record(c, &record, &ignored);
	runroot_drop_socket(c->id);
	container_event(s, c, "destroy", NULL);
	TRY(container_remove(s, c, -1, e));
	if (how->volumes)
		volume_drop_anonymous(s, c->id,
				      json_object_get(record, "Mounts"));
	return 0;
}
