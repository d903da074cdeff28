/* ref_fuzz.c - any text as an image reference; what is read reads again. */
#include "fs/ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	auto_ref struct ref r = { 0 }, again = { 0 };
	auto_free char *full = NULL, *familiar = NULL, *name = NULL;

	if (ref_parse(text, &r, &e) < 0)
		return 0;
	full = ref_full(&r);
	familiar = ref_familiar(&r);
	name = ref_familiar_name(&r);
	if (ref_parse(full, &again, &e) < 0 || !streq(again.path, r.path) ||
	    !streq(again.domain, r.domain))
		abort();
	return 0;
}
