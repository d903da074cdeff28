/* rename.c - rl rename: another name for a container. */
#include "cmd/cmd.h"
#include "cmd/container/end.h"

static int rename_run(void *opts UNUSED, int argc UNUSED, char **argv,
		      struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	json_t *attributes = json_object();
	int code;

	json_object_set_new(attributes, "oldName", json_from_bytes(argv[0]));
	code = store_open(&s, e);
	if (code >= 0)
		code = container_find(&s, argv[0], &c, e);
	if (code >= 0)
		code = container_rename(&s, &c, argv[1], e);
	if (code >= 0)
		container_event(&s, &c, "rename", attributes);
	else
		json_decref(attributes);
	return code;
}

const struct cmd cmd_rename = {
	.name = "rename",
	.aliases = "container rename",
	.args = "CONTAINER NEW_NAME",
	.help = "give a container another name",
	.example = "rl rename quizzical_babbage web",
	.min_args = 2,
	.max_args = 2,
	.run = rename_run,
};
