/* image_test.c - configs, manifests and indexes as JSON become plain data. */
#include "fs/image.h"
#include "tests/unit/tap.h"

#define HEX "0123456789abcdef0123456789abcdef" \
	    "0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX
#define TAR "application/vnd.oci.image.layer.v1.tar"

static json_t *doc_of(const char *text)
{
	json_t *doc = NULL;
	struct err e;

	if (json_parse(text, strlen(text), "test", &doc, &e) < 0)
		printf("# %s\n", e.text);
	return doc;
}

static bool config_refused(const char *text)
{
	auto_json json_t *doc = doc_of(text);
	struct image_config c = { 0 };
	struct err e = { 0 };

	if (image_config_parse(doc, &c, &e) != -EINVAL) {
		image_config_release(&c);
		return false;
	}
	printf("# %s\n", e.text);
	return skip_prefix(e.text, "image config") != NULL && !c.json;
}

static void a_config_is_read(void)
{
	auto_json json_t *doc = doc_of(
		"{\"config\":{\"Env\":[\"A=1\",\"B=\"],\"Cmd\":[\"sh\"],"
		"\"Entrypoint\":[\"/e\",\"-x\"],\"User\":\"www:adm\","
		"\"WorkingDir\":\"/w\",\"StopSignal\":\"SIGQUIT\","
		"\"ExposedPorts\":{\"80/tcp\":{}},\"Volumes\":{\"/v\":{}},"
		"\"Labels\":{\"k\":\"v\"}}}");
	struct image_config c;
	struct err e;

	OK(image_config_parse(doc, &c, &e) == 0);
	OK(c.env.n == 2 && c.cmd.n == 1 && c.entrypoint.n == 2);
	EQ_STR(c.entrypoint.v[1], "-x");
	EQ_STR(c.user, "www:adm");
	EQ_STR(c.workdir, "/w");
	EQ_STR(c.stop_signal, "SIGQUIT");
	EQ_STR(c.exposed_ports.v[0], "80/tcp");
	EQ_STR(c.volumes.v[0], "/v");
	EQ_STR(json_string_value(json_object_get(c.labels, "k")), "v");
	image_config_release(&c);
}

static void what_is_absent_null_or_empty_is_not_set(void)
{
	static const char *const texts[] = {
		"{}", "{\"config\":null}", "{\"config\":{}}",
		"{\"config\":{\"Env\":null,\"User\":\"\",\"Labels\":null,"
		"\"WorkingDir\":\"\",\"Volumes\":null}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_json json_t *doc = doc_of(texts[i]);
		struct image_config c;
		struct err e;

		OK(image_config_parse(doc, &c, &e) == 0);
		OK(c.env.n == 0 && !c.user && !c.workdir && !c.labels);
		image_config_release(&c);
	}
}

static void members_of_other_types_are_refused(void)
{
	OK(config_refused("[]"));
	OK(config_refused("{\"config\":[]}"));
	OK(config_refused("{\"config\":{\"Env\":\"A=1\"}}"));
	OK(config_refused("{\"config\":{\"Env\":[1]}}"));
	OK(config_refused("{\"config\":{\"Cmd\":{}}}"));
	OK(config_refused("{\"config\":{\"User\":0}}"));
	OK(config_refused("{\"config\":{\"Labels\":[\"k\"]}}"));
	OK(config_refused("{\"config\":{\"Volumes\":[\"/v\"]}}"));
	OK(config_refused("{\"config\":{\"Healthcheck\":true}}"));
}

/* A manifest of one layer with these members, and one diff_id. */
static int layers(const char *members, const char *diff_id, size_t *ret_n,
		  struct err *e)
{
	auto_free char *m = xasprintf("{\"layers\":[{%s}]}", members);
	auto_free char *c = xasprintf("{\"rootfs\":{\"diff_ids\":[\"%s\"]}}",
				      diff_id);
	auto_json json_t *manifest = doc_of(m), *config = doc_of(c);
	struct image_layer *l = NULL;
	int r = image_layers_parse(manifest, config, &l, ret_n, e);

	for (size_t i = 0; r == 0 && i < *ret_n; i++)
		free(l[i].media_type);
	free(l);
	return r;
}

static bool layer_refused(const char *members, const char *diff_id,
			  const char *why)
{
	struct err e = { 0 };
	size_t n;

	if (layers(members, diff_id, &n, &e) != -EINVAL)
		return false;
	printf("# %s\n", e.text);
	return strstr(e.text, why) != NULL;
}

static void layers_are_checked(void)
{
	struct err e;
	size_t n = 0;

	OK(layers("\"mediaType\":\"" TAR "\",\"size\":7,\"digest\":\""
		  DIGEST "\"", DIGEST, &n, &e) == 0 && n == 1);
	OK(layer_refused("\"mediaType\":\"" TAR "\",\"size\":7", DIGEST,
			 "digest"));
	OK(layer_refused("\"mediaType\":\"" TAR "\",\"size\":7,\"digest\":"
			 "\"sha512:" HEX HEX "\"", DIGEST, "sha256:HEX"));
	OK(layer_refused("\"mediaType\":\"" TAR "\",\"size\":-1,\"digest\":"
			 "\"" DIGEST "\"", DIGEST, "negative"));
	OK(layer_refused("\"mediaType\":\"text/html\",\"size\":7,\"digest\":"
			 "\"" DIGEST "\"", DIGEST, "text/html"));
	OK(layer_refused("\"size\":7,\"digest\":\"" DIGEST "\"", DIGEST,
			 "media type"));
	OK(layer_refused("\"mediaType\":\"" TAR "\",\"size\":7,\"digest\":"
			 "\"" DIGEST "\"", "../../x", "diff_id"));
}

static void layers_and_diff_ids_are_as_many_and_not_too_many(void)
{
	auto_json json_t *config = doc_of("{\"rootfs\":{\"diff_ids\":[]}}");
	auto_json json_t *manifest = json_object();
	json_t *list = json_array();
	struct image_layer *l = NULL;
	struct err e;
	size_t n = 9;

	json_object_set_new(manifest, "layers", list);
	OK(image_layers_parse(manifest, config, &l, &n, &e) == 0 && n == 0);
	free(l);
	json_array_append_new(list, json_object());
	OK(image_layers_parse(manifest, config, &l, &n, &e) == -EINVAL);
	EQ_STR(e.text, "the manifest names 1 layers, the config 0");
	while (json_array_size(list) <= IMAGE_LAYERS_MAX)
		json_array_append_new(list, json_object());
	OK(image_layers_parse(manifest, config, &l, &n, &e) == -EFBIG);
}

/* An entry of an index; the digest ends in `n`. */
#define ENTRY(n, os, arch, more)                                             \
	"{\"digest\":\"sha256:0123456789abcdef0123456789abcdef"              \
	"0123456789abcdef0123456789abcde" #n "\",\"platform\":{\"os\":\"" os \
	"\",\"architecture\":\"" arch "\"" more "}}"

static bool chooses(const json_t *index, const char *platform, char last)
{
	struct platform want;
	const char *digest;
	struct err e;

	if (platform_parse(platform, &want, &e) < 0 ||
	    image_choose(index, &want, &digest, &e) < 0) {
		printf("# %s\n", e.text);
		return false;
	}
	return digest[strlen(digest) - 1] == last;
}

static void the_platform_that_fits_best_is_chosen(void)
{
	auto_json json_t *index = doc_of(
		"{\"manifests\":[" ENTRY(1, "windows", "amd64", "") ","
		ENTRY(2, "linux", "arm", ",\"variant\":\"v6\"") ","
		ENTRY(3, "linux", "arm", ",\"variant\":\"v7\"") ","
		ENTRY(4, "linux", "amd64", "") ","
		ENTRY(5, "unknown", "unknown", "") "]}");
	struct platform want;
	const char *digest;
	struct err e;

	OK(chooses(index, "linux/amd64", '4'));
	OK(chooses(index, "linux/arm/v7", '3'));
	OK(chooses(index, "linux/arm/v6", '2'));
	OK(platform_parse("linux/s390x", &want, &e) == 0);
	OK(image_choose(index, &want, &digest, &e) == -ENOENT);
	printf("# %s\n", e.text);
	OK(strstr(e.text, "linux/arm/v7"));
	json_object_clear(index);
	OK(image_choose(index, &want, &digest, &e) == -ENOENT);
	OK(strstr(e.text, "none at all"));
}

int main(void)
{
	RUN(a_config_is_read);
	RUN(what_is_absent_null_or_empty_is_not_set);
	RUN(members_of_other_types_are_refused);
	RUN(layers_are_checked);
	RUN(layers_and_diff_ids_are_as_many_and_not_too_many);
	RUN(the_platform_that_fits_best_is_chosen);
	return DONE();
}
