/* update.c - rl update: change how a container that is there behaves. */
#include "cmd/cmd.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"
#include "cmd/container/limits.h"

#include "core/base/file.h"
#include "core/restart.h"

struct update_opts {
	struct limit_options limits;
	const char *restart;
};

static const struct opt update_opts[] = {
	LIMIT_ROWS(struct update_opts, limits),
	OPT_ROW(OPT_STR, struct update_opts, restart, "restart", 0, "POLICY",
		"no, always, unless-stopped or on-failure[:MAX]"),
	OPT_END
};

static int is_auto_remove(const struct container *c, bool *ret, struct err *e)
{
	auto_json json_t *record = NULL;
	const json_t *options = NULL;

	*ret = false;
	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "Options", &options, e));
	return options ? json_bool(options, "rm", ret, e) : 0;
}

static int set_policy(const struct container *c, const struct update_opts *o,
		      struct err *e)
{
	bool goes;

	if (!o->restart)
		return 0;
	TRY(is_auto_remove(c, &goes, e));
	if (goes)
		return err_set(e, EINVAL, "restart policy cannot be updated "
			       "because container %s is removed when it ends "
			       "(--rm)", c->name);
	return file_replace(c->fd, CONTAINER_RESTART, o->restart,
			    strlen(o->restart), 0600, e);
}

static int update_one(const struct store *s, struct container *c, void *arg,
		      struct err *e)
{
	const struct update_opts *o = arg;

	if (limit_options_any(&o->limits))
		TRY(limits_update(c, &o->limits, e));
	TRY(set_policy(c, o, e));
	container_event(s, c, "update", NULL);
	return 0;
}

static int update_run(void *opts, int argc, char **argv, struct err *e)
{
	struct update_opts *o = opts;
	struct restart_policy policy;

	if (!o->restart && !limit_options_any(&o->limits))
		return err_set(e, EINVAL, "you must provide one or more flags "
			       "when using this command (--memory SIZE, "
			       "--restart POLICY, ...)");
	if (o->restart)
		TRY(restart_policy_parse(o->restart, &policy, e));
	return each_container(argc, argv, update_one, o, e);
}

const struct cmd cmd_update = {
	.name = "update",
	.aliases = "container update",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "change the limits and the restart policy of containers",
	.example = "rl update --memory 512m --cpus 1.5 web\n"
		   "rl update --restart on-failure:3 web",
	.opts = update_opts,
	.opts_size = sizeof(struct update_opts),
	.min_args = 1,
	.max_args = -1,
	.run = update_run,
};
