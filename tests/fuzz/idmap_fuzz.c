/* idmap_fuzz.c - any text as an id map; what is read is written and read again. */
#include "core/idmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	auto_str struct str out = { 0 };
	struct id_extents x, y;
	struct idmap_request req;

	idmap_request_parse(text, &req, &e);
	if (idmap_parse(text, &x, &e) < 0)
		return 0;
	idmap_text(&x, &out);
	if (idmap_parse(str_text(&out), &y, &e) < 0 || x.n != y.n)
		abort();
	return 0;
}
