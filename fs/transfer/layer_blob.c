/* layer_blob.c - a child's output as a layer's blob. */
#include "fs/transfer/layer_blob.h"

#include "fs/transfer/new_image.h"

#include <fcntl.h>

#define PIPE (1 << 20)

struct writer {
	int (*fn)(void *arg, int out, struct err *e);
	void *arg;
	int out, in; /* ends of a pipe; `in` is the parent's */
};

static int write_inside(void *arg, struct err *e)
{
	const struct writer *w = arg;

	/* else nobody would tell us that the parent reads no more */
	close(w->in);
	return w->fn(w->arg, w->out, e);
}

static int fill(struct writer *w, const struct idmap *map, struct new_blob *b,
		struct err *e)
{
	struct idmap_child child;
	struct err other;
	int p[2], r, end;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	/* fewer turns of two processes; what the kernel refuses is no harm */
	fcntl(p[1], F_SETPIPE_SZ, PIPE);
	w->in = p[0];
	w->out = p[1];
	r = idmap_start_inside(map, write_inside, w, &child, e);
	close(p[1]);
	if (r < 0) {
		close(p[0]);
		return r;
	}
	r = new_blob_fill(b, p[0], e);
	close(p[0]);
	end = idmap_wait_inside(&child, &other);
	if (r == 0 && end < 0)
		*e = other;
	return r < 0 ? r : end;
}

int layer_blob_make(const struct store *s, const struct idmap *map,
		    int (*fn)(void *arg, int out, struct err *e), void *arg,
		    struct lease *l, struct descriptor *ret, struct err *e)
{
	struct writer w = { .fn = fn, .arg = arg };
	struct new_blob b = NEW_BLOB_INIT;
	int r = new_blob_open(s, &b, e);

	if (r == 0)
		r = fill(&w, map, &b, e);
	if (r == 0 && lseek(b.fd, 0, SEEK_END) > 0) {
		r = new_blob_store(s, &b, l, ret, e);
		r = r < 0 ? r : 1;
	}
	new_blob_release(s, &b);
	return r;
}
