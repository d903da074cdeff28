/* tag.c - `rl tag`: give an image one more name. */
#include "cmd/cmd.h"

#include <stdio.h>

#include "cmd/image_facts.h"

/* The descriptor of an index entry; the strings stay the entry's. */
static void describe(const json_t *entry, const struct image *img,
		     struct descriptor *ret)
{
	const char *digest = json_string_value(json_object_get(entry,
							       "digest"));

	*ret = (struct descriptor){ 0 };
	ret->media_type = (char *)json_string_value(
		json_object_get(entry, "mediaType"));
	ret->size = json_integer_value(json_object_get(entry, "size"));
	snprintf(ret->digest, sizeof(ret->digest), "%s",
		 digest ? digest : img->manifest_digest);
}

static int tag_run(void *opts UNUSED, int argc UNUSED, char **argv,
		   struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_image struct image img = { 0 };
	auto_json json_t *entry = NULL;
	auto_ref struct ref target = { 0 };
	auto_free char *full = NULL;
	struct descriptor d;

	TRY(ref_parse(argv[1], &target, e));
	if (target.digest)
		return err_set(e, EINVAL, "'%.200s' names a digest: a new name "
			       "is NAME or NAME:TAG", argv[1]);
	full = ref_full(&target);
	TRY(store_open(&s, e));
	TRY(image_find(&s, argv[0], NULL, &img, e));
	TRY(image_entry(&s, &img, &entry, e));
	describe(entry, &img, &d);
	return store_tag(&s, &d, full, e);
}

const struct cmd cmd_tag = {
	.name = "tag",
	.aliases = "image tag",
	.args = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
	.help = "give an image one more name",
	.example = "rl tag debian:12 registry.example.org/team/base:1",
	.min_args = 2,
	.max_args = 2,
	.run = tag_run,
};
