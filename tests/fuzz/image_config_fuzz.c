/* image_config_fuzz.c - any JSON as an image config and as a manifest. */
#include "fs/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	auto_json json_t *doc = NULL;
	struct image_config c = { 0 };
	struct image_layer *layers = NULL;
	size_t n_layers = 0;

	if (json_parse(text, strlen(text), "fuzz", &doc, &e) < 0)
		return 0;
	image_config_parse(doc, &c, &e);
	image_config_release(&c);
	if (image_layers_parse(doc, doc, &layers, &n_layers, &e) < 0)
		return 0;
	for (size_t i = 0; i < n_layers; i++)
		free(layers[i].media_type);
	free(layers);
	return 0;
}
