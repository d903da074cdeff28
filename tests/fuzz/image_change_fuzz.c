/* image_change_fuzz.c - any text as an instruction of --change. */
#include "fs/image_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_json json_t *config = json_pack("{s:[s], s:s}", "Env", "A=value",
					     "WorkingDir", "/w");
	auto_strv struct strv list = { 0 };
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e;

	strv_split(&list, text, '\n');
	if (image_change(config, &list, &e) == 0) {
		auto_free char *out = json_text(config);

		if (!*out)
			abort();
	}
	return 0;
}
