/* pull_layers.c - fetch, check and unpack layers side by side. */
#include "fs/transfer/pull_layers.h"

#include "core/base/file.h"
#include "fs/layer.h"
#include "fs/transfer/digest.h"

#include <stdio.h>
#include <sys/sendfile.h>
#include <time.h>

#define ACTIVE_MAX 4	   /* layers on their way at once */
#define BUSY_MS 100	   /* how often to look at another process's part */
#define TICK_MS 200
#define HASH_CHUNK (256 << 10)
#define FRESH_BYTES (1 << 20) /* so much progress makes a try count as new */

enum step { START, BUSY, FETCH, PAUSE, UNPACK, END };

struct layer {
	const struct pull_layers *p;
	const struct image_layer *l;
	enum step step;
	size_t row;
	int64_t due;              /* BUSY, PAUSE: when to go on (ms) */

	struct http_request q;
	int tries;
	uint64_t had;             /* bytes when this try began */
	struct blob_writer w;
	struct digest digest;     /* of the bytes so far */
	uint64_t have;            /* how many */
	bool resumed;             /* some of them are from an earlier life */

	bool unpacking;
	struct unpack_job job;
	int source;               /* what the feed is read from */
	off_t fed;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void show(struct layer *l, const char *state, uint64_t done,
		 uint64_t total)
{
	progress_set(l->p->progress, l->row, state, done, total);
}

static int fail(const struct layer *l, struct err *e)
{
	return err_wrap(e, "layer %.12s", l->l->digest + 7);
}

/* ---- the bytes that are there from an earlier pull ---- */

static int rewind_part(struct layer *l, struct err *e)
{
	if (ftruncate(l->w.fd, 0) < 0 || lseek(l->w.fd, 0, SEEK_SET) < 0)
		return err_sys(e, "empty the part");
	digest_release(&l->digest);
	digest_init(&l->digest);
	l->have = 0;
	l->resumed = false;
	return 0;
}

static int hash_part(struct layer *l, struct err *e)
{
	auto_free char *buf = xmalloc(HASH_CHUNK);
	ssize_t n;

	digest_init(&l->digest);
	if (l->w.have > l->l->size)
		return rewind_part(l, e);
	while ((n = pread(l->w.fd, buf, HASH_CHUNK, (off_t)l->have)) > 0) {
		digest_add(&l->digest, buf, n);
		l->have += n;
	}
	l->resumed = l->have > 0;
	return n < 0 ? err_sys(e, "read the part") : 0;
}

/* ---- unpacking ---- */

/* `blob`: the whole blob, or -1 to feed it as it comes. */
static int begin_unpack(struct layer *l, int blob, struct err *e)
{
	int r = unpack_begin(l->p->unpacker, l->l->diff_id, blob, &l->job, e);

	TRY(r);
	l->unpacking = r == 0;
	l->fed = 0;
	if (l->job.feed >= 0 && fcntl(l->job.feed, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "make the feed non-blocking");
	return 0;
}

static void close_feed(struct layer *l)
{
	if (l->job.feed >= 0)
		close(steal_fd(l->job.feed));
}

/* Hand on what there is and the pipe takes. */
static int feed(struct layer *l, struct err *e)
{
	while (l->job.feed >= 0 && (uint64_t)l->fed < l->have) {
		ssize_t n = sendfile(l->job.feed, l->source, &l->fed,
				     l->have - l->fed);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno == EPIPE)
			close_feed(l); /* unpack_finish knows why */
		else if (n < 0 && errno != EINTR)
			return err_sys(e, "feed the unpacker");
	}
	return 0;
}

static bool is_ready(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, 0) == 1;
}

static int end_unpack(struct layer *l, struct err *e)
{
	auto_free char *notes = NULL;
	auto_free char *line = NULL;

	l->unpacking = false;
	TRY(unpack_finish(&l->job, e));
	notes = unpack_notes_text(&l->job.notes);
	if (notes) {
		line = xasprintf("layer %.12s: %s", l->l->digest + 7, notes);
		progress_line(l->p->progress, line);
	}
	return 0;
}

/* ---- fetching ---- */

static int sink(struct http_request *q, const void *data, size_t n,
		struct err *e)
{
	struct layer *l = q->arg;

	if (q->status == 200 && q->from && l->have == q->from) {
		/* no ranges here: from the start, for the unpacker too */
		TRY(rewind_part(l, e));
		q->from = 0;
		q->max = l->l->size;
		if (l->unpacking) {
			unpack_abort(&l->job);
			TRY(begin_unpack(l, -1, e));
		}
	}
	if (fd_write_all(l->w.fd, data, n) < 0)
		return err_sys(e, "write the layer to %s", l->p->store->path);
	digest_add(&l->digest, data, n);
	l->have += n;
	return 0;
}

static void fetch(struct layer *l)
{
	l->had = l->have;
	l->q.from = l->have;
	l->q.max = l->l->size - l->have;
	l->q.sink = sink;
	l->q.arg = l;
	l->step = FETCH;
	registry_start_blob(l->p->registry, l->l->digest, &l->q);
}

/* All bytes are in the part: are they the right ones? */
static int check_part(struct layer *l, struct err *e)
{
	char got[DIGEST_MAX];
	bool resumed = l->resumed;

	digest_final(&l->digest, got);
	if (streq(got, l->l->digest)) {
		l->step = UNPACK;
		return 0;
	}
	if (!resumed) {
		store_blob_abandon(l->p->store, &l->w, true);
		return err_set(e, EBADMSG, "the bytes that came are %s, not "
			       "what was asked for", got);
	}
	/* what an earlier pull left was bad: once more, from the start */
	TRY(rewind_part(l, e));
	if (l->unpacking) {
		unpack_abort(&l->job);
		TRY(begin_unpack(l, -1, e));
	}
	fetch(l);
	return 0;
}

static int fetch_again(struct layer *l, struct err *e)
{
	struct http_request *q = &l->q;
	int ms, again;

	if (l->have >= l->had + FRESH_BYTES)
		l->tries = 0;
	again = registry_again(l->p->registry, q, &l->tries, &ms, e);
	TRY(again);
	if (!again)
		return registry_failure(l->p->registry, q, "that blob", e);
	l->due = now_ms() + ms;
	l->step = PAUSE;
	return 0;
}

static int fetched(struct layer *l, struct err *e)
{
	struct http_request *q = &l->q;
	bool good = !q->err.code && (q->status == 200 || q->status == 206);

	if (good && l->have == l->l->size)
		return check_part(l, e);
	if (good)
		err_set(&q->err, ECONNRESET, "the answer ended after %llu of "
			"%llu bytes", (unsigned long long)l->have,
			(unsigned long long)l->l->size);
	if (q->err.code == EFBIG)
		return err_set(e, EBADMSG, "the registry sends more than the "
			       "%llu bytes that the manifest names",
			       (unsigned long long)l->l->size);
	if (q->err.code == ENOSPC || q->err.code == EDQUOT ||
	    q->err.code == EIO) {
		store_blob_abandon(l->p->store, &l->w, true);
		*e = q->err;
		return -e->code;
	}
	return fetch_again(l, e);
}

/* ---- steps ---- */

/* The blob is in the store: at most it has to be unpacked. */
static int start_stored(struct layer *l, struct err *e)
{
	l->source = store_open_blob(l->p->store, l->l->digest, e);
	if (l->source < 0)
		return l->source;
	TRY(begin_unpack(l, l->source, e));
	l->step = l->unpacking ? UNPACK : END;
	show(l, l->unpacking ? "Extracting" : "Already exists", 0, 0);
	return 0;
}

static int start(struct layer *l, struct err *e)
{
	int r = store_blob_try(l->p->store, l->l->digest, &l->w, e);

	if (r == -EAGAIN) {
		show(l, "Waiting for another pull", 0, 0);
		l->step = BUSY;
		l->due = now_ms() + BUSY_MS;
		return 0;
	}
	TRY(r);
	if (r == 1)
		return start_stored(l, e);
	l->source = l->w.fd;
	TRY(hash_part(l, e));
	TRY(begin_unpack(l, -1, e));
	if (l->have == l->l->size)
		return check_part(l, e);
	show(l, "Downloading", l->have, l->l->size);
	fetch(l);
	return 0;
}

/* Everything was handed to the unpacker: keep the blob meanwhile. */
static int keep_blob(struct layer *l, struct err *e)
{
	close_feed(l);
	if (l->w.fd < 0)
		return 0;
	show(l, "Extracting", 0, 0);
	l->source = -1;
	return store_blob_commit(l->p->store, &l->w, e);
}

static int step_unpack(struct layer *l, struct err *e)
{
	if (l->job.feed < 0 || (uint64_t)l->fed >= l->have)
		TRY(keep_blob(l, e));
	if (l->unpacking) {
		if (l->job.feed >= 0 || !is_ready(l->job.done))
			return 0;
		TRY(end_unpack(l, e));
	}
	show(l, "Pull complete", 0, 0);
	l->step = END;
	return 0;
}

static int step(struct layer *l, struct err *e)
{
	if ((l->step == BUSY || l->step == PAUSE) && now_ms() < l->due)
		return 0;
	TRY(feed(l, e));
	switch (l->step) {
	case BUSY:
		return start(l, e);
	case PAUSE:
		fetch(l);
		return 0;
	case FETCH:
		show(l, "Downloading", l->have, l->l->size);
		/* the worker ended before its input did: it knows why */
		if (l->unpacking && is_ready(l->job.done))
			return end_unpack(l, e) < 0 ? -e->code :
			       err_set(e, EBADMSG, "the archive ends early");
		return 0;
	case UNPACK:
		return step_unpack(l, e);
	default:
		return 0;
	}
}

static void give_up(struct layer *l, struct http *http)
{
	http_cancel(http, &l->q);
	http_request_release(&l->q);
	if (l->source >= 0 && l->source != l->w.fd)
		close(l->source);
	if (l->unpacking)
		unpack_abort(&l->job);
	digest_release(&l->digest);
	store_blob_abandon(l->p->store, &l->w, false);
}

/* ---- all of them ---- */

static bool is_active(const struct layer *l)
{
	return l->step == FETCH || l->step == PAUSE || l->step == UNPACK;
}

static int start_some(struct layer *v, size_t n, struct err *e)
{
	size_t active = 0;

	for (size_t i = 0; i < n; i++)
		active += is_active(&v[i]);
	for (size_t i = 0; i < n && active < ACTIVE_MAX; i++) {
		if (v[i].step != START)
			continue;
		if (start(&v[i], e) < 0)
			return fail(&v[i], e);
		active += is_active(&v[i]);
	}
	return 0;
}

/* What to wait for besides the network; *ret_ms: for how long. */
static size_t watch(const struct layer *v, size_t n, struct pollfd *fds,
		    int *ret_ms)
{
	int64_t now = now_ms();
	size_t k = 0;

	*ret_ms = TICK_MS;
	for (size_t i = 0; i < n; i++) {
		const struct layer *l = &v[i];

		if (l->unpacking && k < 2 * ACTIVE_MAX) {
			if (l->job.feed >= 0 && (uint64_t)l->fed < l->have)
				fds[k++] = (struct pollfd){ l->job.feed,
							    POLLOUT, 0 };
			else if (l->job.feed < 0)
				fds[k++] = (struct pollfd){ l->job.done,
							    POLLIN, 0 };
		}
		if ((l->step == BUSY || l->step == PAUSE) &&
		    l->due - now < *ret_ms)
			*ret_ms = l->due > now ? (int)(l->due - now) : 0;
	}
	return k;
}

static int turn(const struct pull_layers *p, struct layer *v, size_t n,
		struct err *e)
{
	struct pollfd fds[2 * ACTIVE_MAX];
	struct http_request *q;
	int ms;
	size_t k = watch(v, n, fds, &ms);

	TRY(http_wait(p->http, fds, k, ms, &q, e));
	for (size_t i = 0; i < n; i++)
		if (step(&v[i], e) < 0)
			return fail(&v[i], e);
	if (q && fetched(q->arg, e) < 0)
		return fail(q->arg, e);
	return start_some(v, n, e);
}

static bool all_ended(const struct layer *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].step != END)
			return false;
	return true;
}

static int by_size(const void *a, const void *b)
{
	const struct layer *x = a, *y = b;

	return (x->l->size < y->l->size) - (x->l->size > y->l->size);
}

static bool seen(const struct image *img, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (streq(img->layers[k].digest, img->layers[i].digest))
			return true;
	return false;
}

/* One entry a blob, the rows of the display in the image's order. */
static size_t list_layers(const struct pull_layers *p, const struct image *img,
			  struct layer *v)
{
	size_t n = 0;

	for (size_t i = 0; i < img->n_layers; i++) {
		char name[13];

		if (seen(img, i))
			continue;
		snprintf(name, sizeof(name), "%s", img->layers[i].digest + 7);
		v[n++] = (struct layer){
			.p = p, .l = &img->layers[i], .source = -1,
			.row = progress_add(p->progress, name),
			.w = BLOB_WRITER_INIT, .job = UNPACK_JOB_INIT,
		};
	}
	qsort(v, n, sizeof(*v), by_size);
	return n;
}

int pull_layers(const struct pull_layers *p, const struct image *img,
		struct err *e)
{
	struct layer *v = xcalloc(img->n_layers + 1, sizeof(*v));
	size_t n = list_layers(p, img, v);
	int r = start_some(v, n, e);

	while (r == 0 && !all_ended(v, n))
		r = turn(p, v, n, e);
	for (size_t i = 0; i < n; i++)
		give_up(&v[i], p->http);
	free(v);
	return r;
}
