/* progress_rawjson.c - a line of JSON a change: BuildKit's SolveStatus. */
#include "cmd/build/progress_view.h"

#include "core/base/json.h"
#include "core/base/time.h"
#include "fs/transfer/digest.h"

#include <openssl/evp.h>
#include <stdio.h>

/* A step's name in the stream, which is to look like a digest. */
static json_t *name_of(const struct build_progress *p, size_t step)
{
	auto_free char *text = xasprintf("%zu %s", step, p->steps[step].title);
	char digest[DIGEST_MAX];

	digest_bytes(text, strlen(text), digest);
	return json_string(digest);
}

/* A steady time as one of the wall's clock. */
static json_t *moment(const struct build_progress *p, int64_t steady)
{
	auto_free char *text = time_rfc3339(p->wall + steady - p->began);

	return json_string(text);
}

static void show(const char *list, json_t *what)
{
	auto_json json_t *doc = json_object();
	json_t *array = json_array();
	char *text;

	json_array_append_new(array, what);
	json_object_set_new(doc, list, array);
	text = json_dumps(doc, JSON_COMPACT);
	if (text)
		fprintf(stderr, "%s\n", text);
	free(text);
}

static void vertex(struct build_progress *p, size_t step)
{
	const struct shown_step *s = &p->steps[step];
	json_t *v = json_object();

	json_object_set_new(v, "digest", name_of(p, step));
	json_object_set_new(v, "name", json_from_bytes(s->title));
	json_object_set_new(v, "started", moment(p, s->began));
	if (s->state != STEP_RUNS)
		json_object_set_new(v, "completed", moment(p, s->ended));
	if (s->state == STEP_CACHED)
		json_object_set_new(v, "cached", json_true());
	if (s->why || s->state == STEP_ENDED)
		json_object_set_new(v, "error", json_from_bytes(
			s->why ? s->why : "context canceled"));
	show("vertexes", v);
}

/* Output is bytes, so it is base64 there. */
static json_t *bytes(const char *text)
{
	auto_free char *whole = xasprintf("%s\n", text);
	size_t n = strlen(whole);
	auto_free char *out = xmalloc(n / 3 * 4 + 5);

	EVP_EncodeBlock((unsigned char *)out, (unsigned char *)whole, (int)n);
	return json_string(out);
}

static void line(struct build_progress *p, size_t step, const char *text)
{
	json_t *l = json_object();

	json_object_set_new(l, "vertex", name_of(p, step));
	json_object_set_new(l, "stream", json_integer(1));
	json_object_set_new(l, "data", bytes(text));
	json_object_set_new(l, "timestamp", moment(p, time_steady()));
	show("logs", l);
}

const struct progress_view progress_rawjson = {
	.patience = -1, .begin = vertex, .line = line, .end = vertex,
};
