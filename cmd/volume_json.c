/* volume_json.c - a volume as docker's `volume inspect` prints it. */
#include "cmd/volume_json.h"

/* A member of volume.json, or null. */
static void copy_member(json_t *to, const struct volume *v, const char *key)
{
	json_t *value = json_object_get(v->about, key);

	json_object_set(to, key, value ? value : json_null());
}

json_t *volume_json(const struct volume *v)
{
	json_t *ret = json_object();

	json_object_set_new(ret, "CreatedAt", json_string(volume_created(v)));
	json_object_set_new(ret, "Driver", json_string("local"));
	copy_member(ret, v, "Labels");
	json_object_set_new(ret, "Mountpoint", json_string(v->path));
	json_object_set_new(ret, "Name", json_string(v->name));
	copy_member(ret, v, "Options");
	json_object_set_new(ret, "Scope", json_string("local"));
	return ret;
}
