/* main.c - rl: the table of its commands. */
#include "cmd/cmd.h"
#include "cmd/oci/oci.h"

extern const struct cmd cmd_run, cmd_create, cmd_start, cmd_attach, cmd_exec;
extern const struct cmd cmd_stop, cmd_kill, cmd_restart, cmd_pause;
extern const struct cmd cmd_unpause, cmd_wait, cmd_rename, cmd_update, cmd_rm;
extern const struct cmd cmd_container_prune, cmd_ps, cmd_inspect;
extern const struct cmd cmd_container_inspect, cmd_logs, cmd_top, cmd_stats;
extern const struct cmd cmd_port, cmd_events, cmd_diff, cmd_cp, cmd_export;
extern const struct cmd cmd_commit, cmd_import, cmd_pull, cmd_images, cmd_tag;
extern const struct cmd cmd_rmi, cmd_load, cmd_save, cmd_login, cmd_logout;
extern const struct cmd cmd_image_inspect, cmd_image_prune, cmd_volume_create;
extern const struct cmd cmd_volume_inspect, cmd_volume_ls, cmd_volume_prune;
extern const struct cmd cmd_volume_rm, cmd_system_df, cmd_system_prune;
extern const struct cmd cmd_unshare, cmd_doctor, cmd_version, cmd_help;
extern const struct cmd cmd_man, cmd_complete, cmd_push, cmd_history;
extern const struct cmd cmd_build, cmd_builder_prune, cmd_oci, cmd_info;

const struct cmd *const cmd_table[] = {
	&cmd_run,
	&cmd_create,
	&cmd_start,
	&cmd_attach,
	&cmd_exec,
	&cmd_stop,
	&cmd_kill,
	&cmd_restart,
	&cmd_pause,
	&cmd_unpause,
	&cmd_wait,
	&cmd_rename,
	&cmd_update,
	&cmd_rm,
	&cmd_container_prune,
	&cmd_ps,
	&cmd_inspect,
	&cmd_container_inspect,
	&cmd_logs,
	&cmd_top,
	&cmd_stats,
	&cmd_port,
	&cmd_events,
	&cmd_diff,
	&cmd_cp,
	&cmd_export,
	&cmd_commit,
	&cmd_import,
	&cmd_build,
	&cmd_builder_prune,
	&cmd_pull,
	&cmd_push,
	&cmd_images,
	&cmd_history,
	&cmd_tag,
	&cmd_rmi,
	&cmd_load,
	&cmd_save,
	&cmd_login,
	&cmd_logout,
	&cmd_image_inspect,
	&cmd_image_prune,
	&cmd_volume_create,
	&cmd_volume_inspect,
	&cmd_volume_ls,
	&cmd_volume_prune,
	&cmd_volume_rm,
	&cmd_system_df,
	&cmd_system_prune,
	&cmd_unshare,
	&cmd_oci,
	&cmd_doctor,
	&cmd_info,
	&cmd_version,
	&cmd_help,
	&cmd_man,
	&cmd_complete,
	NULL,
};

int main(int argc, char **argv)
{
	if (oci_is_called(&argc, &argv))
		return oci_main(argc, argv);
	return cmd_main(argc, argv);
}
