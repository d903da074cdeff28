/* oci_config_fuzz.c - any text as a config.json. */
#include "core/oci/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct oci_host host = { .bundle = "/b", .privileged = true };
	struct oci_config c = { 0 };
	struct err e = { 0 };

	if (oci_config_parse((const char *)data, n, &c, &e) == 0)
		(void)!oci_plan(&c, &host, &e);
	oci_config_release(&c);
	return 0;
}
