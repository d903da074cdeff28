#ifndef RL_CGROUP_FIX_H
#define RL_CGROUP_FIX_H
/*
 * cgroup_fix.h - the lines that bring a user a control group: what errors,
 * `rl doctor` and docs/troubleshooting.md say alike.
 */

/* The host mounts version 1, or mixes both. */
#define CGROUP_FIX_VERSION                                                 \
	"sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&"                          \
	"systemd.unified_cgroup_hierarchy=1 /' /etc/default/grub && sudo " \
	"update-grub && sudo reboot"
/* Nothing is mounted. */
#define CGROUP_FIX_MOUNT "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"
/* The group that rl is in is not this user's. */
#define CGROUP_FIX_SCOPE "systemd-run --user --scope -p Delegate=yes rl run ..."
/* No service manager of this user runs. */
#define CGROUP_FIX_MANAGER                    \
	"sudo loginctl enable-linger $USER && export " \
	"XDG_RUNTIME_DIR=/run/user/$(id -u)"
/* It runs, and was not given a controller. */
#define CGROUP_FIX_DELEGATE                                               \
	"sudo mkdir -p /etc/systemd/system/user@.service.d && printf "    \
	"'[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee " \
	"/etc/systemd/system/user@.service.d/delegate.conf && sudo "      \
	"systemctl daemon-reload"
/* The kernel has not got the controller. */
#define CGROUP_FIX_KERNEL                                             \
	"see CONFIG_CGROUPS in the kernel's configuration; for memory, " \
	"start it with cgroup_enable=memory"

#endif
