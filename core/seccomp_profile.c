/* seccomp_profile.c - the default profile as data, compiled by libseccomp. */
#include "core/seccomp_profile.h"

#include "core/base/file.h"

#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define UNKNOWN_INSNS 4

/* Calls that every container gets: the list of Docker's profile. */
static const char *const allowed[] = {
	"accept", "accept4", "access", "adjtimex", "alarm", "arch_prctl",
	"bind", "brk", "cachestat", "capget", "capset", "chdir", "chmod",
	"chown", "chown32", "clock_adjtime", "clock_adjtime64", "clock_getres",
	"clock_getres_time64", "clock_gettime", "clock_gettime64",
	"clock_nanosleep", "clock_nanosleep_time64", "close", "close_range",
	"connect", "copy_file_range", "creat", "dup", "dup2", "dup3",
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old",
	"eventfd", "eventfd2", "execve", "execveat", "exit", "exit_group",
	"faccessat", "faccessat2", "fadvise64", "fadvise64_64", "fallocate",
	"fanotify_mark", "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown",
	"fchown32", "fchownat", "fcntl", "fcntl64", "fdatasync", "fgetxattr",
	"flistxattr", "flock", "fork", "fremovexattr", "fsetxattr", "fstat",
	"fstat64", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate",
	"ftruncate64", "futex", "futex_requeue", "futex_time64", "futex_wait",
	"futex_waitv", "futex_wake", "futimesat", "get_robust_list",
	"get_thread_area", "getcpu", "getcwd", "getdents", "getdents64",
	"getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32",
	"getgroups", "getgroups32", "getitimer", "getpeername", "getpgid",
	"getpgrp", "getpid", "getppid", "getpriority", "getrandom",
	"getresgid", "getresgid32", "getresuid", "getresuid32", "getrlimit",
	"getrusage", "getsid", "getsockname", "getsockopt", "gettid",
	"gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat",
	"inotify_add_watch", "inotify_init", "inotify_init1",
	"inotify_rm_watch", "io_cancel", "io_destroy", "io_getevents",
	"io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit",
	"ioctl", "ioprio_get", "ioprio_set", "ipc", "kill",
	"landlock_add_rule", "landlock_create_ruleset",
	"landlock_restrict_self", "lchown", "lchown32", "lgetxattr", "link",
	"linkat", "listen", "listmount", "listxattr", "listxattrat",
	"llistxattr", "_llseek", "lremovexattr", "lseek", "lsetxattr", "lstat",
	"lstat64", "madvise", "map_shadow_stack", "membarrier", "memfd_create",
	"memfd_secret", "mincore", "mkdir", "mkdirat", "mknod", "mknodat",
	"mlock", "mlock2", "mlockall", "mmap", "mmap2", "modify_ldt",
	"mprotect", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive",
	"mq_timedreceive_time64", "mq_timedsend", "mq_timedsend_time64",
	"mq_unlink", "mremap", "mseal", "msgctl", "msgget", "msgrcv", "msgsnd",
	"msync", "munlock", "munlockall", "munmap", "name_to_handle_at",
	"nanosleep", "newfstatat", "_newselect", "open", "openat", "openat2",
	"pause", "pidfd_open", "pidfd_send_signal", "pipe", "pipe2",
	"pkey_alloc", "pkey_free", "pkey_mprotect", "poll", "ppoll",
	"ppoll_time64", "prctl", "pread64", "preadv", "preadv2", "prlimit64",
	"process_mrelease", "process_vm_readv", "process_vm_writev",
	"pselect6", "pselect6_time64", "ptrace", "pwrite64", "pwritev",
	"pwritev2", "read", "readahead", "readlink", "readlinkat", "readv",
	"recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg",
	"remap_file_pages", "removexattr", "removexattrat", "rename",
	"renameat", "renameat2", "restart_syscall", "rmdir", "rseq",
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
	"rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
	"rt_sigtimedwait_time64", "rt_tgsigqueueinfo",
	"sched_get_priority_max", "sched_get_priority_min",
	"sched_getaffinity", "sched_getattr", "sched_getparam",
	"sched_getscheduler", "sched_rr_get_interval",
	"sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr",
	"sched_setparam", "sched_setscheduler", "sched_yield", "seccomp",
	"select", "semctl", "semget", "semop", "semtimedop",
	"semtimedop_time64", "send", "sendfile", "sendfile64", "sendmmsg",
	"sendmsg", "sendto", "set_robust_list", "set_thread_area",
	"set_tid_address", "setfsgid", "setfsgid32", "setfsuid", "setfsuid32",
	"setgid", "setgid32", "setgroups", "setgroups32", "setitimer",
	"setpgid", "setpriority", "setregid", "setregid32", "setresgid",
	"setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32",
	"setrlimit", "setsid", "setsockopt", "setuid", "setuid32", "setxattr",
	"setxattrat", "shmat", "shmctl", "shmdt", "shmget", "shutdown",
	"sigaltstack", "signalfd", "signalfd4", "sigprocmask", "sigreturn",
	"socketcall", "socketpair", "splice", "stat", "stat64", "statfs",
	"statfs64", "statmount", "statx", "symlink", "symlinkat", "sync",
	"sync_file_range", "syncfs", "sysinfo", "tee", "tgkill", "time",
	"timer_create", "timer_delete", "timer_getoverrun", "timer_gettime",
	"timer_gettime64", "timer_settime", "timer_settime64",
	"timerfd_create", "timerfd_gettime", "timerfd_gettime64",
	"timerfd_settime", "timerfd_settime64", "times", "tkill", "truncate",
	"truncate64", "ugetrlimit", "umask", "uname", "unlink", "unlinkat",
	"uretprobe", "utime", "utimensat", "utimensat_time64", "utimes",
	"vfork", "vmsplice", "wait4", "waitid", "waitpid", "write", "writev",
};

/* Calls of the 32-bit sisters that their C libraries use, and arm's own. */
static const char *const allowed_sisters[] = {
	"arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush",
	"set_tls", "sync_file_range2", "nice", "sigaction", "signal",
	"sigpending", "sigsuspend",
};

/*
 * Calls that come with a capability.  A call that stands here twice comes
 * with either.
 */
static const struct {
	const char *name;
	int cap;
} granted[] = {
	{ "acct", CAP_SYS_PACCT },
	{ "bpf", CAP_SYS_ADMIN }, { "bpf", CAP_BPF },
	{ "chroot", CAP_SYS_CHROOT },
	{ "clock_settime", CAP_SYS_TIME }, { "clock_settime64", CAP_SYS_TIME },
	{ "delete_module", CAP_SYS_MODULE },
	{ "fanotify_init", CAP_SYS_ADMIN },
	{ "finit_module", CAP_SYS_MODULE },
	{ "fsconfig", CAP_SYS_ADMIN }, { "fsmount", CAP_SYS_ADMIN },
	{ "fsopen", CAP_SYS_ADMIN }, { "fspick", CAP_SYS_ADMIN },
	{ "get_mempolicy", CAP_SYS_NICE },
	{ "init_module", CAP_SYS_MODULE },
	{ "ioperm", CAP_SYS_RAWIO }, { "iopl", CAP_SYS_RAWIO },
	{ "kcmp", CAP_SYS_PTRACE },
	{ "lookup_dcookie", CAP_SYS_ADMIN },
	{ "lsm_get_self_attr", CAP_SYS_ADMIN },
	{ "lsm_list_modules", CAP_SYS_ADMIN },
	{ "lsm_set_self_attr", CAP_SYS_ADMIN },
	{ "mbind", CAP_SYS_NICE },
	{ "mount", CAP_SYS_ADMIN }, { "mount_setattr", CAP_SYS_ADMIN },
	{ "move_mount", CAP_SYS_ADMIN },
	{ "open_by_handle_at", CAP_DAC_READ_SEARCH },
	{ "open_tree", CAP_SYS_ADMIN },
	{ "perf_event_open", CAP_SYS_ADMIN },
	{ "perf_event_open", CAP_PERFMON },
	{ "pidfd_getfd", CAP_SYS_PTRACE },
	{ "process_madvise", CAP_SYS_PTRACE },
	{ "quotactl", CAP_SYS_ADMIN }, { "quotactl_fd", CAP_SYS_ADMIN },
	{ "reboot", CAP_SYS_BOOT },
	{ "set_mempolicy", CAP_SYS_NICE },
	{ "set_mempolicy_home_node", CAP_SYS_NICE },
	{ "setdomainname", CAP_SYS_ADMIN }, { "sethostname", CAP_SYS_ADMIN },
	{ "setns", CAP_SYS_ADMIN },
	{ "settimeofday", CAP_SYS_TIME }, { "stime", CAP_SYS_TIME },
	{ "syslog", CAP_SYSLOG }, { "syslog", CAP_SYS_ADMIN },
	{ "umount", CAP_SYS_ADMIN }, { "umount2", CAP_SYS_ADMIN },
	{ "unshare", CAP_SYS_ADMIN },
	{ "vhangup", CAP_SYS_TTY_CONFIG },
};

static bool holds(uint64_t bounding, int cap)
{
	return bounding >> cap & 1;
}

static int rule(scmp_filter_ctx ctx, uint32_t action, const char *name,
		unsigned int n, const struct scmp_arg_cmp *args)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(ctx, action, nr, n, args);
}

/* Allow the call when its argument 0 is one of these. */
static int one_of(scmp_filter_ctx ctx, const char *name,
		  const unsigned int *values, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		r |= rule(ctx, SCMP_ACT_ALLOW, name, 1,
			  &SCMP_A0(SCMP_CMP_EQ, values[i]));
	return r;
}

/* personality(2): the kinds Docker lets through, and the query. */
static int personality_rules(scmp_filter_ctx ctx)
{
	static const unsigned int kinds[] = {
		PER_LINUX, PER_LINUX32, UNAME26, PER_LINUX32 | UNAME26,
		0xffffffff,
	};

	return one_of(ctx, "personality", kinds, ARRAY_LEN(kinds));
}

/*
 * clone3's flags are in memory, where no filter can look: ENOSYS makes libc
 * use clone.
 */
static int clone_rules(scmp_filter_ctx ctx, uint64_t bounding)
{
	static const unsigned long namespaces =
		CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
		CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

	if (holds(bounding, CAP_SYS_ADMIN))
		return rule(ctx, SCMP_ACT_ALLOW, "clone", 0, NULL) |
		       rule(ctx, SCMP_ACT_ALLOW, "clone3", 0, NULL);
	return rule(ctx, SCMP_ACT_ALLOW, "clone", 1,
		    &SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces, 0)) |
	       rule(ctx, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
}

/*
 * The families of Docker's list: not AF_VSOCK, which reaches the hypervisor
 * past every namespace, nor AF_ALG, nor what the kernel has dropped.  The
 * comparison is of 64 bits: a family with higher bits set matches nothing.
 */
static int socket_rules(scmp_filter_ctx ctx)
{
	static const unsigned int families[] = {
		AF_NETBEUI, AF_SECURITY, AF_KEY, AF_NETLINK, AF_PACKET, AF_ASH,
		AF_RDS, AF_SNA, AF_PPPOX, AF_LLC, AF_IB, AF_MPLS, AF_CAN,
		AF_TIPC, AF_BLUETOOTH, AF_IUCV, AF_RXRPC, AF_PHONET,
		AF_IEEE802154, AF_NFC, AF_KCM, AF_QIPCRTR, AF_SMC, AF_XDP,
		AF_MCTP,
	};

	return rule(ctx, SCMP_ACT_ALLOW, "socket", 1,
		    &SCMP_A0(SCMP_CMP_LE, AF_ROSE)) |
	       one_of(ctx, "socket", families, ARRAY_LEN(families));
}

/* Every name once: libseccomp finds its number on each architecture. */
static int call_rules(scmp_filter_ctx ctx, uint64_t bounding)
{
	const char *last = "";
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(allowed) && r == 0; i++)
		r = rule(ctx, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(allowed_sisters) && r == 0; i++)
		r = rule(ctx, SCMP_ACT_ALLOW, allowed_sisters[i], 0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(granted) && r == 0; i++) {
		if (!holds(bounding, granted[i].cap) ||
		    streq(last, granted[i].name))
			continue;
		last = granted[i].name;
		r = rule(ctx, SCMP_ACT_ALLOW, last, 0, NULL);
	}
	return r;
}

int seccomp_add_sisters(void *ctx)
{
	switch (seccomp_arch_native()) {
	case SCMP_ARCH_X86_64:
		return seccomp_arch_add(ctx, SCMP_ARCH_X86) |
		       seccomp_arch_add(ctx, SCMP_ARCH_X32);
	case SCMP_ARCH_AARCH64:
		return seccomp_arch_add(ctx, SCMP_ARCH_ARM);
	default:
		return 0;
	}
}

int seccomp_highest_known(void)
{
	for (int nr = 1000; nr > 0; nr--) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
							      nr);

		free(name);
		if (name)
			return nr;
	}
	return 0;
}

/*
 * In front of the program: numbers above `highest` do not exist as far as
 * the profile knows, and programs must hear so to fall back to older calls.
 * Numbers from 0xf0000 are arm's own and x32's.
 */
static void put_unknown(struct sock_filter *f, unsigned int highest)
{
	const struct sock_filter insns[UNKNOWN_INSNS] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0xf0000, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, highest, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};

	memcpy(f, insns, sizeof(insns));
}

int seccomp_export(void *ctx, int highest, struct seccomp_filter *ret,
		   struct err *e)
{
	auto_close int fd = memfd_create("bpf", MFD_CLOEXEC);
	auto_free char *data = NULL;
	size_t n;
	int r;

	if (fd < 0)
		return err_sys(e, "memfd_create");
	r = seccomp_export_bpf(ctx, fd);
	if (r < 0)
		return err_set(e, -r, "compile the seccomp profile");
	lseek(fd, 0, SEEK_SET);
	TRY(fd_read_all(fd, "seccomp program", 1 << 20, &data, &n, e));
	ret->owned = xcalloc(UNKNOWN_INSNS + n / sizeof(*ret->owned),
			     sizeof(*ret->owned));
	put_unknown(ret->owned, highest);
	memcpy(ret->owned + UNKNOWN_INSNS, data, n);
	ret->insns = ret->owned;
	ret->n = UNKNOWN_INSNS + n / sizeof(*ret->owned);
	return 0;
}

int seccomp_profile_compile(uint64_t bounding, struct seccomp_filter *ret,
			    struct err *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!ctx)
		return err_set(e, ENOMEM, "libseccomp gave no context");
	/* a search tree: the kernel looks at about ten rules, not 300 */
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	r |= seccomp_add_sisters(ctx);
	r |= call_rules(ctx, bounding);
	r |= personality_rules(ctx);
	r |= clone_rules(ctx, bounding);
	r |= socket_rules(ctx);
	if (r < 0)
		r = err_set(e, EINVAL, "libseccomp refused a rule of the "
			    "default profile");
	else
		r = seccomp_export(ctx, seccomp_highest_known(), ret, e);
	seccomp_release(ctx);
	return r;
}
