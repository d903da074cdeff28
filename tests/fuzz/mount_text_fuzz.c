/* mount_text_fuzz.c - any text as -v, --mount and --tmpfs. */
#include "core/mount_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	struct mount_list l = { 0 };

	mount_text_volume(text, &l, &e);
	mount_text_mount(text, &l, &e);
	mount_text_tmpfs(text, &l, &e);
	mount_list_release(&l);
	return 0;
}
