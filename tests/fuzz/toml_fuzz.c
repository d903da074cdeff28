/* toml_fuzz.c - any text as a configuration file. */
#include "fs/transfer/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	auto_json json_t *doc = NULL;
	struct err e = { 0 };

	if (toml_parse(text, &doc, &e) == 0 && !json_is_object(doc))
		abort();
	return 0;
}
