#ifndef RL_DOCTOR_H
#define RL_DOCTOR_H
/*
 * doctor.h - what `rl doctor` tries, as a table: ladders of rungs.
 *
 * A probe does for real what a start would do and undoes it.  It says what
 * it found (a few words), or fails with the kernel's words and points at the
 * remedy that mends just that.  The remedies' texts are also what
 * docs/troubleshooting.md is made of.
 */
#include "core/base/err.h"
#include "core/base/str.h"
#include "core/idmap.h"

struct remedy {
	const char *when; /* what is the matter, in a few words */
	const char *line; /* what to type */
};

/* What every probe may look at. */
struct doctor {
	struct idmap_host host;
	struct idmap map; /* the best that works for this user */
	struct idmap single;
	const char *store; /* its folder, or NULL when it cannot be opened */
	int store_fd;
};

/* What a probe has to say. */
struct finding {
	struct str detail;           /* "65536 ids", "ext4, reflink" */
	const struct remedy *remedy; /* of the rung's, when it fails */
};

struct rung {
	const char *ladder, *name;
	const char *use; /* what it is for */
	const struct remedy *remedies; /* the last has no `when` */
	int (*probe)(const struct doctor *d, struct finding *f, struct err *e);
};

/* Tables of rungs, each ended by one without a name. */
extern const struct rung doctor_identity[], doctor_storage[],
	doctor_isolation[], doctor_network[], doctor_limits[],
	doctor_helpers[];

/* Root of a new user namespace with this user's map, then fn. */
int doctor_inside(const struct doctor *d, int (*fn)(void *arg, struct err *e),
		  void *arg, struct err *e);
/* fn in a child, whose namespaces, filters and libraries go with it. */
int doctor_in_child(int (*fn)(struct err *e), struct err *e);
/* The first word of a file, or NULL; the caller frees. */
char *doctor_read(const char *path);
/* True if the file's text is this number. */
bool doctor_is(const char *path, const char *value);

#endif
