/* push_blobs.c - blobs to a registry, side by side. */
#include "fs/transfer/push_blobs.h"

#include "core/base/file.h"
#include "core/base/time.h"
#include "fs/transfer/push_pack.h"

#include <stdio.h>

#define ACTIVE_MAX 5	      /* blobs on their way at once */
#define TICK_MS 200
#define SMALL (1 << 20)	      /* so much goes in one request */
#define FRESH_BYTES (1 << 20) /* so much progress makes a try count as new */
#define MS 1000000

enum step { START, PACK, CHECK, OPEN, SEND, ASK, CLOSE, PAUSE, END };

struct blob {
	const struct push_blobs *p;
	struct push_blob *b;
	enum step step, after;   /* PAUSE: what comes then */
	size_t row;
	int64_t due;             /* PAUSE: until when (ms) */
	int stored;              /* the blob in the store */
	int source;              /* what is sent: that, or the pack's */
	struct push_pack pack;
	struct http_request q;
	struct http_upload body;
	char range[64];
	char *location;          /* of the upload */
	uint64_t have;           /* bytes that the registry has of it */
	int tries;
};

static int64_t now_ms(void)
{
	return time_steady() / MS;
}

static void show(struct blob *b, const char *state, uint64_t done,
		 uint64_t total)
{
	if (*b->b->name)
		progress_set(b->p->progress, b->row, state, done, total);
}

static int fail(const struct blob *b, struct err *e)
{
	return err_wrap(e, *b->b->name ? "layer %.12s" : "config %.12s",
			*b->b->name ? b->b->name : b->b->digest + 7);
}

/* ---- requests ---- */

static void ask_head(struct blob *b)
{
	auto_free char *below = xasprintf("blobs/%s", b->b->digest);
	auto_free char *path = registry_path(b->p->registry, below);

	b->q.head = true;
	b->step = CHECK;
	registry_start(b->p->registry, path, &b->q);
}

static void open_upload(struct blob *b)
{
	const struct push_blob *p = b->b;
	auto_free char *below = p->from ?
		xasprintf("blobs/uploads/?mount=%s&from=%s", p->digest,
			  p->from) : xstrdup("blobs/uploads/");
	auto_free char *path = registry_path(b->p->registry, below);

	b->q.form = "";
	b->have = 0;
	b->step = OPEN;
	registry_start(b->p->registry, path, &b->q);
}

static void set_body(struct blob *b, const char *method, uint64_t from,
		     uint64_t size)
{
	b->body = (struct http_upload){
		.type = "application/octet-stream", .fd = b->source,
		.from = from, .size = size, .once = streq(method, "PATCH"),
	};
	b->q.method = method;
	b->q.upload = &b->body;
}

/* From where it was cut; the first time that is the start. */
static int send_bytes(struct blob *b, struct err *e)
{
	uint64_t left = b->b->size - b->have;

	if (!left) {
		b->step = CLOSE;
		set_body(b, "PUT", 0, 0);
		return registry_start_at(b->p->registry, b->location,
					 b->b->digest, &b->q, e);
	}
	if (b->b->size <= SMALL && !b->have) {
		b->step = CLOSE;
		set_body(b, "PUT", 0, left);
		return registry_start_at(b->p->registry, b->location,
					 b->b->digest, &b->q, e);
	}
	b->step = SEND;
	set_body(b, "PATCH", b->have, left);
	if (b->have) {
		snprintf(b->range, sizeof(b->range), "%llu-%llu",
			 (unsigned long long)b->have,
			 (unsigned long long)b->b->size - 1);
		b->body.range = b->range;
	}
	return registry_start_at(b->p->registry, b->location, NULL, &b->q, e);
}

static int ask_offset(struct blob *b, struct err *e)
{
	b->step = ASK;
	return registry_start_at(b->p->registry, b->location, NULL, &b->q, e);
}

/* ---- answers ---- */

static int finish(struct blob *b, const char *state)
{
	show(b, state, 0, 0);
	b->step = END;
	return 0;
}

static int take_location(struct blob *b, struct err *e)
{
	if (b->q.location) {
		free(b->location);
		b->location = xstrdup(b->q.location);
	}
	return b->location ? 0 : err_set(e, EPROTO, "the registry opened an "
					 "upload and does not say where");
}

/* "0-1023": so much has come.  "0-0" is what is said of nothing, too. */
static uint64_t come(const struct blob *b)
{
	const char *dash = b->q.range ? strchr(b->q.range, '-') : NULL;
	uint64_t last;

	if (!dash || !parse_u64(dash + 1, UINT64_MAX - 1, &last) || !last ||
	    last >= b->b->size)
		return 0;
	return last + 1;
}

/* Try that again, from the step `then`; or it is over. */
static int again(struct blob *b, enum step then, struct err *e)
{
	int ms, r;

	if (b->step == SEND && b->body.sent >= FRESH_BYTES)
		b->tries = 0;
	r = registry_again(b->p->registry, &b->q, &b->tries, &ms, e);
	TRY(r);
	if (!r)
		return registry_failure(b->p->registry, &b->q, "that blob", e);
	b->due = now_ms() + ms;
	b->after = then;
	b->step = PAUSE;
	return 0;
}

static bool is_gone(const struct http_request *q)
{
	return !q->err.code && (q->status == 404 || q->status == 416);
}

static int opened(struct blob *b, struct err *e)
{
	if (b->q.status == 201)
		return finish(b, "Mounted");
	if (b->q.status != 202)
		return again(b, OPEN, e);
	TRY(take_location(b, e));
	return send_bytes(b, e);
}

static int sent(struct blob *b, struct err *e)
{
	/* the upload is unknown, or not where we thought: a new one */
	if (is_gone(&b->q) && ++b->tries < REGISTRY_TRIES) {
		open_upload(b);
		return 0;
	}
	if (b->q.status != 202 && b->q.status != 204 && b->q.status != 201)
		return again(b, ASK, e);
	TRY(take_location(b, e));
	b->have = b->b->size;
	return send_bytes(b, e);
}

static int asked(struct blob *b, struct err *e)
{
	if (is_gone(&b->q)) {
		open_upload(b);
		return 0;
	}
	if (b->q.status / 100 != 2)
		return again(b, ASK, e);
	b->have = come(b);
	TRY(take_location(b, e));
	return send_bytes(b, e);
}

static int answered(struct blob *b, struct err *e)
{
	enum step was = b->step;

	b->q.head = false;
	b->q.form = NULL;
	b->q.upload = NULL;
	if (was == SEND)
		return sent(b, e);
	if (was == ASK)
		return asked(b, e);
	if (b->q.err.code)
		return again(b, was == CLOSE ? CHECK : was, e);
	if (was == OPEN)
		return opened(b, e);
	if (was == CLOSE)
		return b->q.status / 100 == 2 ? finish(b, "Pushed") :
						again(b, CHECK, e);
	if (b->q.status == 200)
		return finish(b, "Layer already exists");
	if (b->q.status != 404)
		return again(b, CHECK, e);
	if (!b->b->plain || b->pack.started) {
		open_upload(b);
		return 0;
	}
	b->step = PACK; /* known from an earlier push, but not there */
	return 0;
}

/* ---- steps ---- */

/* Compressed, or as it is in the store. */
static int packed(struct blob *b, struct err *e)
{
	TRY(push_pack_finish(&b->pack, e));
	memcpy(b->b->digest, b->pack.digest, DIGEST_MAX);
	b->b->size = b->pack.size;
	b->source = b->pack.blob.fd;
	ask_head(b);
	return 0;
}

static int begin_pack(struct blob *b, struct err *e)
{
	b->step = PACK;
	return push_pack_start(b->p->store, b->p->packing, b->stored,
			       &b->pack, e);
}

static int start(struct blob *b, struct err *e)
{
	b->stored = store_open_blob(b->p->store, b->b->digest, e);
	TRY(b->stored);
	b->source = b->stored;
	b->b->plain = b->b->plain && b->p->packing != PACK_NONE;
	show(b, "Preparing", 0, 0);
	if (b->b->plain && !push_pack_known(b->stored, b->p->packing,
					    b->b->digest, &b->b->size))
		return begin_pack(b, e);
	ask_head(b);
	return 0;
}

static int resume(struct blob *b, struct err *e)
{
	if (now_ms() < b->due)
		return 0;
	if (b->after == ASK)
		return ask_offset(b, e);
	if (b->after == OPEN)
		open_upload(b);
	else
		ask_head(b);
	return 0;
}

static int step(struct blob *b, struct err *e)
{
	switch (b->step) {
	case PACK:
		if (!b->pack.started)
			return begin_pack(b, e);
		show(b, "Compressing", b->pack.read, b->pack.plain);
		return b->pack.done ? packed(b, e) : 0;
	case PAUSE:
		return resume(b, e);
	case SEND:
		show(b, "Pushing", b->have + b->body.sent, b->b->size);
		return 0;
	default:
		return 0;
	}
}

static void give_up(struct blob *b)
{
	http_cancel(b->p->http, &b->q);
	http_request_release(&b->q);
	push_pack_release(b->p->store, &b->pack);
	if (b->stored >= 0)
		close(b->stored);
	free(b->location);
}

/* ---- all of them ---- */

static bool is_active(const struct blob *b)
{
	return b->step != START && b->step != END;
}

static int start_some(struct blob *v, size_t n, struct err *e)
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
static size_t watch(const struct blob *v, size_t n, struct pollfd *fds,
		    int *ret_ms)
{
	int64_t now = now_ms();
	size_t k = 0;

	*ret_ms = TICK_MS;
	for (size_t i = 0; i < n; i++) {
		if (v[i].step == PACK && v[i].pack.started && k < ACTIVE_MAX)
			fds[k++] = (struct pollfd){ v[i].pack.event, POLLIN,
						    0 };
		if (v[i].step == PAUSE && v[i].due - now < *ret_ms)
			*ret_ms = v[i].due > now ? (int)(v[i].due - now) : 0;
	}
	return k;
}

static int turn(const struct push_blobs *p, struct blob *v, size_t n,
		struct err *e)
{
	struct pollfd fds[ACTIVE_MAX];
	struct http_request *q;
	int ms;
	size_t k = watch(v, n, fds, &ms);

	TRY(http_wait(p->http, fds, k, ms, &q, e));
	for (size_t i = 0; i < n; i++) {
		int r = q == &v[i].q ? answered(&v[i], e) : step(&v[i], e);

		if (r < 0)
			return fail(&v[i], e);
	}
	return start_some(v, n, e);
}

static bool all_ended(const struct blob *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].step != END)
			return false;
	return true;
}

int push_blobs(const struct push_blobs *p, struct push_blob *v, size_t n,
	       struct err *e)
{
	struct blob *list = xcalloc(n + 1, sizeof(*list));
	int r;

	for (size_t i = 0; i < n; i++) {
		list[i] = (struct blob){ .p = p, .b = &v[i], .stored = -1,
					 .source = -1,
					 .pack = PUSH_PACK_INIT };
		if (*v[i].name)
			list[i].row = progress_add(p->progress, v[i].name);
	}
	r = start_some(list, n, e);
	while (r == 0 && !all_ended(list, n))
		r = turn(p, list, n, e);
	for (size_t i = 0; i < n; i++)
		give_up(&list[i]);
	free(list);
	return r;
}
