/* events.c - `rl events`: what happens to containers, as it happens. */
#include "cmd/cmd.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "cmd/ui/filter.h"
#include "cmd/ui/moment.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "core/base/time.h"
#include "fs/event_read.h"

struct events_opts {
	struct strv filters;
	const char *format, *since, *until;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct events_opts, m, n, l, a, h)
static const struct opt events_opts[] = {
	O(OPT_LIST, filters, "filter", 'f', "FILTER",
	  "show only what fits: container=NAME, event=ACTION, image=NAME, "
	  "label=KEY[=VALUE], type=TYPE, volume=NAME, network=NAME"),
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct events_opts, format),
	  .help = HELP_FORMAT_OBJECT, .parse = format_option },
	O(OPT_STR, since, "since", 0, "TIME",
	  "begin with what has happened since then (a date, seconds since "
	  "1970, or 10m for ten minutes ago)"),
	O(OPT_STR, until, "until", 0, "TIME", "go on until then"),
	OPT_END
};
#undef O

struct events {
	const struct events_opts *o;
	int64_t since, until; /* ns; until 0: for ever */
	struct format *format;
};

/* ---- filters ---- */

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static const json_t *attributes_of(const json_t *event)
{
	return json_object_get(json_object_get(event, "Actor"), "Attributes");
}

/* By ID, its beginning, or name. */
static bool actor_fits(const json_t *event, const char *type,
		       const char *value)
{
	const char *id = text_of(json_object_get(event, "Actor"), "ID");

	return streq(text_of(event, "Type"), type) &&
	       (skip_prefix(id, value) ||
		streq(text_of(attributes_of(event), "name"), value));
}

/* "busybox" fits "busybox:latest", too. */
static bool image_fits(const json_t *event, const char *value)
{
	const char *image = text_of(attributes_of(event), "image");
	const char *rest = skip_prefix(image, value);

	return actor_fits(event, "image", value) ||
	       (rest && (!*rest || *rest == ':' || *rest == '@'));
}

/* "health_status" fits "health_status: healthy", too. */
static bool action_fits(const json_t *event, const char *value)
{
	const char *rest = skip_prefix(text_of(event, "Action"), value);

	return rest && (!*rest || *rest == ':');
}

static bool type_fits(const json_t *event, const char *value)
{
	return streq(text_of(event, "Type"), value);
}

static bool container_fits(const json_t *event, const char *value)
{
	return actor_fits(event, "container", value);
}

static bool volume_fits(const json_t *event, const char *value)
{
	return actor_fits(event, "volume", value);
}

static bool network_fits(const json_t *event, const char *value)
{
	return actor_fits(event, "network", value);
}

static bool label_fits(const json_t *event, const char *value)
{
	return filter_label(attributes_of(event), value);
}

static const struct {
	const char *key;
	bool (*fits)(const json_t *event, const char *value);
} filters[] = {
	{ "container", container_fits }, { "event", action_fits },
	{ "image", image_fits },	 { "label", label_fits },
	{ "network", network_fits },	 { "type", type_fits },
	{ "volume", volume_fits },
};

/* Of one key one is enough, of several keys each must fit. */
static bool fits(const struct strv *f, const json_t *event)
{
	for (size_t k = 0; k < ARRAY_LEN(filters); k++) {
		bool asked = false, found = false;

		for (size_t i = 0; i < f->n && !found; i++) {
			const char *v = filter_value(f->v[i], filters[k].key);

			asked |= v != NULL;
			found = v && filters[k].fits(event, v);
		}
		if (asked && !found)
			return false;
	}
	return true;
}

/* ---- printing ---- */

/* docker's time: local, with nine digits. */
static void add_time(int64_t ns, struct str *out)
{
	time_t s = ns / NS_PER_S;
	char day[32], zone[8];
	struct tm tm;

	localtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	str_printf(out, "%s.%09lld", day, (long long)(ns % NS_PER_S));
	if (streq(zone, "+0000"))
		str_putc(out, 'Z');
	else
		str_printf(out, "%.3s:%s", zone, zone + 3);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_attributes(const json_t *attributes, struct str *out)
{
	auto_strv struct strv keys = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)attributes, key, value)
		strv_add(&keys, key);
	if (!keys.n)
		return;
	qsort(keys.v, keys.n, sizeof(*keys.v), by_name);
	for (size_t i = 0; i < keys.n; i++)
		str_printf(out, "%s%s=%s", i ? ", " : " (", keys.v[i],
			   text_of(attributes, keys.v[i]));
	str_putc(out, ')');
}

static void print_line(const json_t *event, int64_t ns, struct str *out)
{
	add_time(ns, out);
	str_printf(out, " %s %s %s", text_of(event, "Type"),
		   text_of(event, "Action"),
		   text_of(json_object_get(event, "Actor"), "ID"));
	add_attributes(attributes_of(event), out);
}

/* The old names of some members, which docker prints first. */
static json_t *with_old_names(const json_t *event)
{
	const char *type = text_of(event, "Type");
	json_t *o = json_object();

	if (streq(type, "container") || streq(type, "image")) {
		json_object_set(o, "status", json_object_get(event, "Action"));
		json_object_set(o, "id", json_object_get(
			json_object_get(event, "Actor"), "ID"));
	}
	if (*text_of(attributes_of(event), "image"))
		json_object_set(o, "from", json_object_get(
			attributes_of(event), "image"));
	json_object_update(o, (json_t *)event);
	return o;
}

/* As templates name the members: those of docker's structure. */
static json_t *for_template(const json_t *event)
{
	static const char *const names[][2] = {
		{ "Status", "status" }, { "ID", "id" },	    { "From", "from" },
		{ "Type", "Type" },	{ "Action", "Action" },
		{ "Actor", "Actor" },	{ "Scope", "scope" },
		{ "Time", "time" },	{ "TimeNano", "timeNano" },
	};
	auto_json json_t *all = with_old_names(event);
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		json_t *v = json_object_get(all, names[i][1]);

		json_object_set(o, names[i][0], v);
		if (!v)
			json_object_set_new(o, names[i][0], json_string(""));
	}
	return o;
}

static int print_event(const struct events *ev, const json_t *event,
		       int64_t ns, struct err *e)
{
	const char *format = ev->o->format;
	auto_str struct str out = { 0 };
	auto_json json_t *o = NULL;

	if (!format || !*format) {
		print_line(event, ns, &out);
	} else if (!ev->format) {
		auto_free char *text = NULL;

		o = with_old_names(event);
		text = json_text(o);
		str_puts(&out, text);
	} else {
		o = for_template(event);
		TRY(format_run(ev->format, o, &out, e));
	}
	str_putc(&out, '\n');
	report_text(str_text(&out));
	return 0;
}

static int take(const json_t *event, void *arg, struct err *e)
{
	const struct events *ev = arg;
	int64_t ns = json_integer_value(json_object_get(event, "timeNano"));

	if (ns < ev->since || (ev->until && ns > ev->until) ||
	    !fits(&ev->o->filters, event))
		return 0;
	return print_event(ev, event, ns, e);
}

/* ---- from when, until when ---- */

static int prepare(struct events *ev, struct err *e)
{
	static const char *const keys[] = { "container", "event", "image",
					    "label", "network", "type",
					    "volume", NULL };
	const char *format = ev->o->format;
	int64_t now = time_now();

	TRY(filter_check(&ev->o->filters, keys, e));
	if (ev->o->since)
		TRY(moment_parse(ev->o->since, now, &ev->since, e));
	if (ev->o->until)
		TRY(moment_parse(ev->o->until, now, &ev->until, e));
	if (format && *format && !streq(format, "json") &&
	    !streq(format, "{{json .}}"))
		TRY(format_parse(format, &ev->format, e));
	return 0;
}

static int follow(struct events *ev, const struct store *s, struct err *e)
{
	auto_event_reader struct event_reader r = EVENT_READER_INIT;
	int left;

	TRY(event_reader_open(&r, s, ev->o->since != NULL, e));
	do {
		left = moment_left(ev->until);
		TRY(event_reader_next(&r, take, ev, e));
		TRY(report_flush(e));
		if (left)
			event_reader_wait(&r, left);
	} while (left);
	return 0;
}

static int events_run(void *opts, int argc UNUSED, char **argv UNUSED,
		      struct err *e)
{
	auto_store struct store s = STORE_INIT;
	struct events ev = { .o = opts };
	int r;

	TRY(store_open(&s, e));
	r = prepare(&ev, e);
	if (r == 0)
		r = follow(&ev, &s, e);
	if (ev.format)
		format_free(ev.format);
	return r;
}

const struct cmd cmd_events = {
	.name = "events",
	.aliases = "system events",
	.args = "[OPTIONS]",
	.help = "show what happens to containers, as it happens",
	.example = "rl events --since 10m -f event=die\n"
		   "rl events --format '{{.Action}} {{.Actor.Attributes.name}}'",
	.opts = events_opts,
	.opts_size = sizeof(struct events_opts),
	.run = events_run,
};
