/* container_user_fuzz.c - any text as --user and the files of an image. */
#include "core/container_user.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	auto_strv struct strv none = { 0 };
	struct container_user u;
	char *nl = strchr(text, '\n');

	if (!nl)
		return 0;
	*nl++ = 0; /* the first line is --user, the rest is both files */
	container_user_resolve(text, &none, nl, nl, &u, &e);
	container_user_release(&u);
	return 0;
}
