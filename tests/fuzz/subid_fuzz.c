/* subid_fuzz.c - any text as subuid(5); no range may overlap or hold id 0. */
#include "core/subid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	auto_free char *name = subid_name(text, 1000);
	struct id_extents x;

	(void)e;
	subid_parse(text, "alice", 1000, &x);
	for (size_t i = 0; i < x.n; i++)
		if (!x.e[i].outside || !x.e[i].count)
			abort();
	return 0;
}
