/* image_remove.c - untag and delete images. */
#include "cmd/image_remove.h"

#include "cmd/image_facts.h"

void image_removal_release(struct image_removal *r)
{
	strv_release(&r->untagged);
	strv_release(&r->deleted);
}

char *image_familiar(const char *full)
{
	auto_ref struct ref ref = { 0 };
	struct err ignored;

	if (ref_parse(full, &ref, &ignored) < 0)
		return xstrdup(full);
	return ref_familiar(&ref);
}

int image_untag(const struct store *s, const char *full,
		struct image_removal *done, struct err *e)
{
	TRY(store_untag(s, full, e));
	strv_take(&done->untagged, image_familiar(full));
	return 0;
}

int image_forget(const struct store *s, const struct image *img,
		 struct image_removal *done, struct err *e)
{
	auto_json json_t *entry = NULL;

	TRY(image_entry(s, img, &entry, e));
	TRY(store_forget(s, json_string_value(json_object_get(entry,
							      "digest")),
			 e));
	for (size_t i = 0; i < img->names.n; i++)
		strv_take(&done->untagged, image_familiar(img->names.v[i]));
	return 0;
}

int image_delete(const struct store *s, const struct image *img,
		 struct image_removal *done, struct err *e)
{
	TRY(image_forget(s, img, done, e));
	strv_add(&done->deleted, img->id);
	return 0;
}
