/* platform_fuzz.c - any text as a platform. */
#include "fs/platform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	struct platform p, host;
	char buf[52];

	if (platform_parse(text, &p, &e) < 0)
		return 0;
	platform_host(&host);
	platform_text(&p, buf, sizeof(buf));
	if (!platform_match(&p, &p))
		abort();
	platform_match(&host, &p);
	return 0;
}
