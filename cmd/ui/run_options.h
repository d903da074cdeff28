#ifndef RL_RUN_OPTIONS_H
#define RL_RUN_OPTIONS_H
/*
 * run_options.h - the options that make a container, and how they and an
 * image's config become a spec.
 */
#include "cmd/ui/limit_options.h"
#include "core/spec.h"
#include "fs/image.h"
#include "net/net.h"

struct run_options {
	bool tty, interactive, rm, readonly, init, privileged;
	bool dry_run, debug, quiet, detach;
	const char *name, *workdir, *user, *entrypoint, *hostname, *domainname;
	const char *userns, *uts, *ipc, *pid, *cgroupns, *network, *sig_proxy;
	const char *stop_signal, *restart, *log_driver, *detach_keys;
	const char *stop_timeout;
	struct strv log_opt, attach;
	const char *platform, *pull, *cidfile, *driver, *time_offset;
	const char *shm_size;
	const char *oom_score_adj;
	bool rootfs;
	struct strv env, env_file, cap_add, cap_drop;
	struct strv volumes, volumes_from, mounts, tmpfs;
	struct strv label, label_file, annotation;
	struct strv security, ulimit, group_add, device;
	bool publish_all;
	struct strv publish, expose, net_allow;
	const char *net_log;
	struct limit_options limits;
	bool no_healthcheck;
	const char *health_cmd, *health_interval, *health_timeout;
	const char *health_start_period, *health_start_interval;
	int64_t health_retries;
	struct strv sysctl, add_host, dns, dns_search, dns_option;
};

extern const struct opt run_option_table[];
/* Those without -d and what else is about a start: the first rows. */
#define RUN_ONLY_ROWS 4
#define create_option_table (run_option_table + RUN_ONLY_ROWS)

/* Refuse options that contradict each other, in docker's words: -EINVAL. */
int run_options_check(const struct run_options *o, struct err *e);
/*
 * Fill the spec (after spec_init) from the options, the image's config (NULL
 * with --rootfs) and the command words, for this network.
 */
int run_options_spec(const struct run_options *o,
		     const struct image_config *config, int argc, char **argv,
		     struct spec *s, const struct net *net, struct err *e);
/*
 * Only what a program that joins a container needs, from frozen options
 * (cmd/ui/run_frozen.h): rights, user, environment, working directory.
 */
int run_options_program(const struct run_options *o, struct spec *s,
			struct err *e);

#endif
