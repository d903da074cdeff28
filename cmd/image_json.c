/* image_json.c - an image as docker's `image inspect` prints it. */
#include "cmd/image_json.h"

#include "cmd/image_facts.h"

/* Copy a member of the config under Docker's name; absent gives `nil`. */
static void copy_member(json_t *to, const char *name, const json_t *from,
			const char *key, json_t *nil)
{
	json_t *v = json_object_get(from, key);

	if (v && !json_is_null(v)) {
		json_object_set(to, name, v);
		json_decref(nil);
	} else {
		json_object_set_new(to, name, nil);
	}
}

/* Present only where the image has it, as Docker leaves it out. */
static void copy_optional(json_t *to, const json_t *from, const char *key)
{
	json_t *v = json_object_get(from, key);

	if (v && !json_is_null(v))
		json_object_set(to, key, v);
}

/* Docker's Config: every usual member is there, if only as null or "". */
static json_t *config_json(const struct image *img)
{
	const json_t *cfg = json_object_get(img->config.json, "config");
	json_t *ret = json_object();

	copy_optional(ret, cfg, "Hostname");
	copy_optional(ret, cfg, "Domainname");
	copy_member(ret, "User", cfg, "User", json_string(""));
	copy_optional(ret, cfg, "ExposedPorts");
	copy_member(ret, "Env", cfg, "Env", json_null());
	copy_member(ret, "Cmd", cfg, "Cmd", json_null());
	copy_optional(ret, cfg, "Healthcheck");
	copy_optional(ret, cfg, "ArgsEscaped");
	copy_member(ret, "Volumes", cfg, "Volumes", json_null());
	copy_member(ret, "WorkingDir", cfg, "WorkingDir", json_string(""));
	copy_member(ret, "Entrypoint", cfg, "Entrypoint", json_null());
	copy_member(ret, "OnBuild", cfg, "OnBuild", json_null());
	copy_member(ret, "Labels", cfg, "Labels", json_null());
	copy_optional(ret, cfg, "StopSignal");
	copy_optional(ret, cfg, "Shell");
	return ret;
}

/* RepoTags or RepoDigests: what tables show of every name. */
static json_t *repo_names(const struct image *img, bool digests)
{
	auto_strv struct strv seen = { 0 };

	for (size_t i = 0; i < img->names.n; i++) {
		auto_image_name struct image_name n = { 0 };
		auto_free char *text = NULL;

		image_name_split(img->names.v[i], &n);
		if (digests)
			text = xasprintf("%s@%s", n.repository,
					 img->origins.v[i]);
		else if (!streq(n.tag, "<none>"))
			text = xasprintf("%s:%s", n.repository, n.tag);
		if (text && !strv_has(&seen, text))
			strv_add(&seen, text);
	}
	return json_from_strv(&seen);
}

static json_t *rootfs_json(const struct image *img)
{
	auto_strv struct strv ids = { 0 };

	for (size_t i = 0; i < img->n_layers; i++)
		strv_add(&ids, img->layers[i].diff_id);
	return json_pack("{s:s, s:o}", "Type", "layers", "Layers",
			 json_from_strv(&ids));
}

static json_t *descriptor_json(const struct image *img)
{
	const char *type = json_string_value(
		json_object_get(img->manifest, "mediaType"));

	return json_pack("{s:s, s:s}", "mediaType",
			 type ? type
			      : "application/vnd.oci.image.manifest.v1+json",
			 "digest", img->manifest_digest);
}

json_t *image_json(const struct image *img)
{
	const json_t *doc = img->config.json;
	json_t *ret = json_object();

	json_object_set_new(ret, "Id", json_string(img->id));
	json_object_set_new(ret, "RepoTags", repo_names(img, false));
	json_object_set_new(ret, "RepoDigests", repo_names(img, true));
	json_object_set_new(ret, "Parent", json_string(""));
	copy_member(ret, "Comment", doc, "comment", json_string(""));
	copy_member(ret, "Created", doc, "created",
		    json_string("0001-01-01T00:00:00Z"));
	copy_member(ret, "DockerVersion", doc, "docker_version",
		    json_string(""));
	copy_member(ret, "Author", doc, "author", json_string(""));
	json_object_set_new(ret, "Config", config_json(img));
	copy_member(ret, "Architecture", doc, "architecture",
		    json_string(""));
	copy_member(ret, "Variant", doc, "variant", json_string(""));
	copy_member(ret, "Os", doc, "os", json_string(""));
	json_object_set_new(ret, "Size", json_integer(image_size(img)));
	json_object_set_new(ret, "RootFS", rootfs_json(img));
	json_object_set_new(ret, "Metadata",
			    json_pack("{s:s}", "LastTagTime",
				      "0001-01-01T00:00:00Z"));
	json_object_set_new(ret, "Descriptor", descriptor_json(img));
	return ret;
}
