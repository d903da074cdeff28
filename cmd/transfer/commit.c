/* commit.c - rl-transfer commit: an image of a container that is still. */
#include "cmd/cmd.h"

#include "cmd/ui/commit_options.h"
#include "fs/event.h"
#include "fs/transfer/commit.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_commit;

static int read_ref(const char *text, char **ret, struct err *e)
{
	auto_ref struct ref ref = { 0 };

	TRY(ref_parse(text, &ref, e));
	if (ref.digest)
		return err_set(e, EINVAL, "refusing to create a tag with a "
			       "digest reference");
	*ret = ref_full(&ref);
	return 0;
}

static void tell(const struct store *s, const struct container *c,
		 const struct commit_options *o, const char *ref,
		 const char *id)
{
	json_t *about = json_object();

	json_object_set_new(about, "comment", json_from_bytes(o->message));
	json_object_set_new(about, "imageID", json_string(id));
	json_object_set_new(about, "imageRef", json_from_bytes(ref));
	event_add_container(s, c, "commit", about);
	printf("%s\n", id);
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	struct commit_options *o = opts;
	auto_free char *ref = NULL;
	char id[DIGEST_MAX];
	struct commit_wish w = { .author = o->author, .message = o->message,
				 .changes = &o->changes };

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && *argv[1])
		TRY(read_ref(argv[1], &ref, e));
	w.ref = ref;
	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	TRY(commit_container(&s, &c, &w, id, e));
	tell(&s, &c, o, ref, id);
	return 0;
}

const struct cmd cmd_commit = {
	.name = "commit",
	.args = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
	.help = "make an image of a container's files",
	.opts = commit_option_table,
	.opts_size = sizeof(struct commit_options),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
