/* env_file_fuzz.c - any text as an env file. */
#include "core/env_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	auto_strv struct strv env = { 0 };

	env_file_parse(text, "fuzz", &env, &e);
	for (size_t i = 0; i < env.n; i++)
		if (*env.v[i] == '=')
			abort();
	return 0;
}
