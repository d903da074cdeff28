/* run_record.c - the record of a container that stays, as JSON. */
#include "cmd/ui/run_record.h"

#include "cmd/ui/record_parts.h"
#include "cmd/ui/run_frozen.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "fs/volume_mount.h"

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
	json_object_set_new(o, "Config", record_config(r));
	json_object_set_new(o, "Mounts", volume_record(&s->mounts));
	json_object_set_new(o, "IdMap", json_from_bytes(map));
	json_object_set_new(o, "HostConfig", record_host_config(r));
	run_freeze(r->options, r->image, s, r->config, o);
	return json_text(o);
}
