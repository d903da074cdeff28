/* format_fuzz.c - any text as a template: parsed, run, run over headers. */
#include "cmd/ui/format.h"

static const char document[] =
	"{\"Name\":\"web\",\"List\":[\"a\",\"b\"],\"Map\":{\"k\":\"v\"},"
	"\"Nothing\":null,\"Size\":3,\"Ratio\":1.5,\"On\":true}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	auto_json json_t *doc = json_loads(document, 0, NULL);
	auto_format struct format *f = NULL;
	auto_str struct str out = { 0 }, header = { 0 };
	struct err e;

	if (format_parse(text, &f, &e) < 0)
		return 0;
	format_run(f, doc, &out, &e);
	format_run_header(f, doc, &header, &e);
	return 0;
}
