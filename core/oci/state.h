#ifndef RL_OCI_STATE_H
#define RL_OCI_STATE_H
/*
 * state.h - a container of the OCI command line between its commands: a
 * folder in the root folder (--root), 0700, which ends with the boot.
 *
 *	ID/config.json   as it was read when it was created
 *	ID/state.json    what is below; written whole, once init is there
 *	ID/start         init's socket, as long as it waits to be started
 *	ID/paused        stopped by signals, for want of a cgroup
 *
 * Who creates one holds the folder's lock (flock): a folder without a state
 * and without an owner is what a killed create left, and is taken over.  A
 * process is known by its pid and start time.
 */
#include "core/oci/config.h"

#include <sys/types.h>

enum oci_status {
	OCI_CREATING, OCI_CREATED, OCI_RUNNING, OCI_PAUSED, OCI_STOPPED,
};

struct oci_state {
	char *id;
	int   dir;       /* its folder */
	int   root;      /* the root folder, borrowed */
	pid_t pid;       /* of init */
	uint64_t start_time;
	char *bundle, *rootfs;
	char *cgroup;    /* folder, or NULL */
	int64_t created; /* ns since 1970 */
	struct strv annotations;
	bool  poststart, poststop; /* there are such hooks */
};
#define OCI_STATE_INIT { .dir = -1 }

/* Can a container be called so? */
int oci_state_check_id(const char *id, struct err *e);
/* Make and lock the folder.  -EEXIST: there is such a container. */
int oci_state_create(int root, const char *id, struct oci_state *ret,
		     struct err *e);
/* Write state.json; from here on it exists. */
int oci_state_write(const struct oci_state *s, struct err *e);
/* Read it.  -ENOENT: there is none. */
int oci_state_open(int root, const char *id, struct oci_state *ret,
		   struct err *e);
/* Forget it: the folder and all in it. */
int oci_state_remove(struct oci_state *s, struct err *e);
void oci_state_release(struct oci_state *s);
static inline void auto_oci_state_p(struct oci_state *s)
{
	oci_state_release(s);
}
#define auto_oci_state __attribute__((cleanup(auto_oci_state_p)))

/* What it is doing now, as its process and files show. */
enum oci_status oci_state_status(const struct oci_state *s);
/* "created", as state and hooks have it. */
const char *oci_status_word(enum oci_status status);
/* A pidfd of init; -ESRCH: it has ended. */
int oci_state_pidfd(const struct oci_state *s, struct err *e);
/* What `state` prints. */
json_t *oci_state_json(const struct oci_state *s, enum oci_status status);
/* The inside of that for hook_state(): caller frees. */
char *oci_state_known(const struct oci_state *s);
/* The config.json that is kept in the folder. */
int oci_state_config(const struct oci_state *s, struct oci_config *ret,
		     struct err *e);
/* The socket in the folder: listen on it, or connect to it. */
int oci_state_listen(const struct oci_state *s, struct err *e);
int oci_state_connect(const struct oci_state *s, struct err *e);

#endif
