/* run_record.c - the record of a container that stays, as JSON. */
#include "cmd/ui/run_record.h"

#include "core/base/json.h"

#include <stdio.h>
#include <time.h>

/* A string that may hold bytes which are no UTF-8, as best JSON can. */
static json_t *text(const char *s)
{
	json_t *v = json_string(s ? s : "");
	auto_str struct str clean = { 0 };

	if (v)
		return v;
	for (; *s; s++)
		str_putc(&clean, (unsigned char)*s < 0x80 ? *s : '?');
	return json_string(str_text(&clean));
}

static json_t *list(const struct strv *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, text(l->v[i]));
	return a;
}

/* "KEY=VALUE" entries as an object. */
static json_t *map(const struct strv *l)
{
	json_t *o = json_object();

	for (size_t i = 0; i < l->n; i++) {
		size_t n = strcspn(l->v[i], "=");
		auto_free char *key = xstrndup(l->v[i], n);

		json_object_set_new(o, key, text(l->v[i][n] ? l->v[i] + n + 1 :
							      ""));
	}
	return o;
}

/* RFC 3339 with nanoseconds, as docker prints times. */
static json_t *now(void)
{
	struct timespec ts;
	struct tm tm;
	char day[32], all[64];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(all, sizeof(all), "%s.%09ldZ", day, ts.tv_nsec);
	return json_string(all);
}

static json_t *config(const struct spec *s, const char *image)
{
	json_t *c = json_object();
	const char *name = sigabbrev_np(s->stop_signal);
	auto_free char *sig = name ? xasprintf("SIG%s", name) :
				     xasprintf("%d", s->stop_signal);

	json_object_set_new(c, "Hostname", text(s->hostname));
	json_object_set_new(c, "Domainname", text(s->domainname));
	json_object_set_new(c, "User", text(s->user.text));
	json_object_set_new(c, "Tty", json_boolean(s->terminal));
	json_object_set_new(c, "OpenStdin", json_boolean(s->interactive));
	json_object_set_new(c, "Env", list(&s->env));
	json_object_set_new(c, "Cmd", list(&s->argv));
	json_object_set_new(c, "Image", text(image));
	json_object_set_new(c, "WorkingDir", text(s->cwd));
	json_object_set_new(c, "Labels", map(&s->labels));
	json_object_set_new(c, "StopSignal", text(sig));
	return c;
}

static json_t *host_config(const struct spec *s, const char *network)
{
	json_t *h = json_object();

	json_object_set_new(h, "Annotations", map(&s->annotations));
	json_object_set_new(h, "NetworkMode", text(network));
	json_object_set_new(h, "Privileged", json_boolean(s->privileged));
	json_object_set_new(h, "ReadonlyRootfs",
			    json_boolean(s->readonly_root));
	json_object_set_new(h, "Init", json_boolean(s->init));
	json_object_set_new(h, "CapAdd", list(&s->cap_add));
	json_object_set_new(h, "CapDrop", list(&s->cap_drop));
	return h;
}

char *run_record_text(const struct spec *s, const char *name,
		      const char *image, const char *image_id,
		      const char *network)
{
	auto_json json_t *r = json_object();
	const char *path = s->argv.n ? s->argv.v[0] : "";
	json_t *args = list(&s->argv);

	json_array_remove(args, 0);
	json_object_set_new(r, "Id", text(s->id));
	json_object_set_new(r, "Created", now());
	json_object_set_new(r, "Path", text(path));
	json_object_set_new(r, "Args", args);
	json_object_set_new(r, "Image", text(image_id));
	json_object_set_new(r, "Name", text(name));
	json_object_set_new(r, "Config", config(s, image));
	json_object_set_new(r, "HostConfig", host_config(s, network));
	return json_text(r);
}
