/* challenge_fuzz.c - any text as a WWW-Authenticate header. */
#include "core/base/str.h"
#include "fs/transfer/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct challenge c = { 0 };

	challenge_parse(text, &c);
	challenge_parse(text, &c);
	if (c.kind == CHALLENGE_NONE && (c.realm || c.service || c.scope))
		abort();
	challenge_release(&c);
	return 0;
}
