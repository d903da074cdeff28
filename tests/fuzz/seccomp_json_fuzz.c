/* seccomp_json_fuzz.c - any JSON as a seccomp profile. */
#include "core/seccomp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	struct caps c = { .bounding = caps_default() };
	struct seccomp_filter f = { 0 };

	if (seccomp_from_json(text, &c, &f, &e) == 0)
		seccomp_filter_release(&f);
	return 0;
}
