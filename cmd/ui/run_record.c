/* run_record.c - the record of a container that stays, as JSON. */
#include "cmd/ui/run_record.h"

#include "cmd/ui/run_frozen.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "fs/volume_mount.h"

/* "KEY=VALUE" entries as an object. */
static json_t *map(const struct strv *l)
{
	json_t *o = json_object();

	for (size_t i = 0; i < l->n; i++) {
		size_t n = strcspn(l->v[i], "=");
		auto_free char *key = xstrndup(l->v[i], n);

		json_object_set_new(o, key, json_from_bytes(
					    l->v[i] + n + !!l->v[i][n]));
	}
	return o;
}

static json_t *config(const struct spec *s, const char *image)
{
	json_t *c = json_object();
	const char *name = sigabbrev_np(s->stop_signal);
	auto_free char *sig = name ? xasprintf("SIG%s", name) :
				     xasprintf("%d", s->stop_signal);

	json_object_set_new(c, "Hostname", json_from_bytes(s->hostname));
	json_object_set_new(c, "Domainname", json_from_bytes(s->domainname));
	json_object_set_new(c, "User", json_from_bytes(s->user.text));
	json_object_set_new(c, "Tty", json_boolean(s->terminal));
	json_object_set_new(c, "OpenStdin", json_boolean(s->interactive));
	json_object_set_new(c, "Env", json_from_strv(&s->env));
	json_object_set_new(c, "Cmd", json_from_strv(&s->argv));
	json_object_set_new(c, "Image", json_from_bytes(image));
	json_object_set_new(c, "WorkingDir", json_from_bytes(s->cwd));
	json_object_set_new(c, "Labels", map(&s->labels));
	json_object_set_new(c, "StopSignal", json_from_bytes(sig));
	return c;
}

static json_t *host_config(const struct spec *s, const char *network)
{
	json_t *h = json_object();

	json_object_set_new(h, "Annotations", map(&s->annotations));
	json_object_set_new(h, "NetworkMode", json_from_bytes(network));
	json_object_set_new(h, "Privileged", json_boolean(s->privileged));
	json_object_set_new(h, "ReadonlyRootfs",
			    json_boolean(s->readonly_root));
	json_object_set_new(h, "Init", json_boolean(s->init));
	json_object_set_new(h, "CapAdd", json_from_strv(&s->cap_add));
	json_object_set_new(h, "CapDrop", json_from_strv(&s->cap_drop));
	return h;
}

char *run_record_text(const struct run_record *r)
{
	auto_json json_t *o = json_object();
	const struct spec *s = r->spec;
	const char *path = s->argv.n ? s->argv.v[0] : "";
	auto_free char *created = time_rfc3339(r->created);
	auto_free char *map = idmap_save(&s->idmap);
	json_t *args = json_from_strv(&s->argv);

	json_array_remove(args, 0);
	json_object_set_new(o, "Id", json_from_bytes(s->id));
	json_object_set_new(o, "Created", json_from_bytes(created));
	json_object_set_new(o, "CreatedNano", json_integer(r->created));
	json_object_set_new(o, "Path", json_from_bytes(path));
	json_object_set_new(o, "Args", args);
	json_object_set_new(o, "Image", json_from_bytes(r->image_id));
	json_object_set_new(o, "Name", json_from_bytes(r->name));
	if (r->driver)
		json_object_set_new(o, "Driver", json_from_bytes(r->driver));
	json_object_set_new(o, "IdMap", json_from_bytes(map));
	json_object_set_new(o, "Mounts", volume_record(&s->mounts));
	json_object_set_new(o, "Config", config(s, r->image));
	json_object_set_new(o, "HostConfig", host_config(s, r->network));
	run_freeze(r->options, r->image, s, r->config, o);
	return json_text(o);
}
