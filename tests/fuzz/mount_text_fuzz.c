/* mount_text_fuzz.c - any text as -v, --mount and --tmpfs. */
#include "core/mount_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What the parsers let through must be a place that can be mounted on. */
static void check(const struct mount_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct mount *m = &l->m[i];
		auto_free char *again = mount_clean_path(m->dest);
		auto_free char *text = mount_describe(m);

		if (!m->given || !streq(again, m->dest) ||
		    streq(m->dest, "/") || *m->dest != '/' ||
		    (m->volume && strchr(m->volume, '/')) ||
		    (m->subpath && *m->subpath == '/'))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free char *text = xstrndup((const char *)data, n);
	struct err e = { 0 };
	struct mount_list l = { 0 }, one = { 0 };

	if (mount_text_volume(text, &one, &e) == 0)
		check(&one);
	mount_text_volume(text, &l, &e);
	mount_text_mount(text, &l, &e);
	mount_text_tmpfs(text, &l, &e);
	mount_list_sort(&l);
	mount_list_release(&l);
	mount_list_release(&one);
	if (mount_text_mount(text, &one, &e) == 0)
		check(&one);
	mount_list_release(&one);
	return 0;
}
