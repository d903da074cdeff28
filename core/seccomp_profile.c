/* seccomp_profile.c - the default profile as data, compiled by libseccomp. */
#include "core/seccomp_profile.h"

#include "core/base/file.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define NEVER (-1)
#define HIGHEST_NR 460 /* above every number that libseccomp knows */

/* Calls that need a capability, or that no container gets. */
static const struct {
	const char *name;
	int cap;
} refused[] = {
	{ "acct", CAP_SYS_PACCT },
	{ "add_key", NEVER }, { "keyctl", NEVER }, { "request_key", NEVER },
	{ "bpf", CAP_SYS_ADMIN }, { "perf_event_open", CAP_SYS_ADMIN },
	{ "fanotify_init", CAP_SYS_ADMIN },
	{ "lookup_dcookie", CAP_SYS_ADMIN },
	{ "quotactl", CAP_SYS_ADMIN }, { "quotactl_fd", CAP_SYS_ADMIN },
	{ "mount", CAP_SYS_ADMIN }, { "umount", CAP_SYS_ADMIN },
	{ "umount2", CAP_SYS_ADMIN }, { "mount_setattr", CAP_SYS_ADMIN },
	{ "fsconfig", CAP_SYS_ADMIN }, { "fsmount", CAP_SYS_ADMIN },
	{ "fsopen", CAP_SYS_ADMIN }, { "fspick", CAP_SYS_ADMIN },
	{ "move_mount", CAP_SYS_ADMIN }, { "open_tree", CAP_SYS_ADMIN },
	{ "setns", CAP_SYS_ADMIN }, { "unshare", CAP_SYS_ADMIN },
	{ "sethostname", CAP_SYS_ADMIN }, { "setdomainname", CAP_SYS_ADMIN },
	{ "pivot_root", NEVER },
	{ "chroot", CAP_SYS_CHROOT },
	{ "open_by_handle_at", CAP_DAC_READ_SEARCH },
	{ "create_module", NEVER }, { "query_module", NEVER },
	{ "get_kernel_syms", NEVER }, { "nfsservctl", NEVER },
	{ "init_module", CAP_SYS_MODULE },
	{ "finit_module", CAP_SYS_MODULE },
	{ "delete_module", CAP_SYS_MODULE },
	{ "kexec_load", CAP_SYS_BOOT }, { "kexec_file_load", CAP_SYS_BOOT },
	{ "reboot", CAP_SYS_BOOT },
	{ "swapon", NEVER }, { "swapoff", NEVER },
	{ "ioperm", CAP_SYS_RAWIO }, { "iopl", CAP_SYS_RAWIO },
	{ "settimeofday", CAP_SYS_TIME }, { "stime", CAP_SYS_TIME },
	{ "clock_settime", CAP_SYS_TIME },
	{ "clock_settime64", CAP_SYS_TIME },
	{ "vhangup", CAP_SYS_TTY_CONFIG },
	{ "get_mempolicy", CAP_SYS_NICE }, { "mbind", CAP_SYS_NICE },
	{ "set_mempolicy", CAP_SYS_NICE },
	{ "set_mempolicy_home_node", CAP_SYS_NICE },
	{ "move_pages", CAP_SYS_NICE }, { "migrate_pages", CAP_SYS_NICE },
	{ "kcmp", CAP_SYS_PTRACE },
	{ "syslog", CAP_SYSLOG },
	{ "io_uring_setup", NEVER }, { "io_uring_enter", NEVER },
	{ "io_uring_register", NEVER },
	{ "userfaultfd", NEVER }, { "uselib", NEVER }, { "ustat", NEVER },
	{ "sysfs", NEVER }, { "_sysctl", NEVER }, { "vm86", NEVER },
	{ "vm86old", NEVER }, { "afs_syscall", NEVER },
	{ "getpmsg", NEVER }, { "putpmsg", NEVER }, { "security", NEVER },
	{ "tuxcall", NEVER }, { "vserver", NEVER }, { "bdflush", NEVER },
	{ "break", NEVER }, { "ftime", NEVER }, { "gtty", NEVER },
	{ "idle", NEVER }, { "lock", NEVER }, { "mpx", NEVER },
	{ "prof", NEVER }, { "profil", NEVER }, { "stty", NEVER },
	{ "ulimit", NEVER },
};

/* Calls that the rules below judge by their arguments. */
static const char *const judged[] = {
	"clone", "clone3", "personality", "socket", "ioctl",
};

static bool holds(uint64_t bounding, int cap)
{
	return cap != NEVER && (bounding >> cap & 1);
}

static bool listed(const char *name, uint64_t bounding, bool *ret_judged)
{
	*ret_judged = false;
	for (size_t i = 0; i < ARRAY_LEN(judged); i++)
		if (streq(judged[i], name))
			return *ret_judged = true;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (streq(refused[i].name, name))
			return !holds(bounding, refused[i].cap);
	return false;
}

static int rule(scmp_filter_ctx ctx, uint32_t action, const char *name,
		unsigned int n, const struct scmp_arg_cmp *args)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(ctx, action, nr, n, args);
}

/* personality(2): the kinds Docker lets through, and the query. */
static int personality_rules(scmp_filter_ctx ctx)
{
	static const unsigned long kinds[] = {
		PER_LINUX, PER_LINUX32, UNAME26, PER_LINUX32 | UNAME26,
		0xffffffff,
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		r |= rule(ctx, SCMP_ACT_ALLOW, "personality", 1,
			  &SCMP_A0(SCMP_CMP_EQ, kinds[i]));
	return r;
}

/*
 * clone3's flags are in memory, where no filter can look: ENOSYS makes libc
 * use clone.
 */
static int clone_rules(scmp_filter_ctx ctx, uint64_t bounding)
{
	static const unsigned long kinds[] = {
		CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
		CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP,
	};
	unsigned long all = 0;
	int r = 0;

	if (holds(bounding, CAP_SYS_ADMIN))
		return rule(ctx, SCMP_ACT_ALLOW, "clone", 0, NULL) |
		       rule(ctx, SCMP_ACT_ALLOW, "clone3", 0, NULL);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		r |= rule(ctx, SCMP_ACT_ERRNO(EPERM), "clone", 1,
			  &SCMP_A0(SCMP_CMP_MASKED_EQ, kinds[i], kinds[i]));
		all |= kinds[i];
	}
	return r | rule(ctx, SCMP_ACT_ALLOW, "clone", 1,
			&SCMP_A0(SCMP_CMP_MASKED_EQ, all, 0));
}

/* The two that type into a user's terminal are refused in seccomp.c. */
static int ioctl_rules(scmp_filter_ctx ctx)
{
	return rule(ctx, SCMP_ACT_ALLOW, "ioctl", 0, NULL);
}

static int socket_rules(scmp_filter_ctx ctx)
{
	/* AF_VSOCK reaches the hypervisor past every namespace */
	return rule(ctx, SCMP_ACT_ALLOW, "socket", 1,
		    &SCMP_A0(SCMP_CMP_NE, AF_VSOCK)) |
	       rule(ctx, SCMP_ACT_ERRNO(EPERM), "socket", 1,
		    &SCMP_A0(SCMP_CMP_EQ, AF_VSOCK));
}

static int call_rules(scmp_filter_ctx ctx, uint64_t bounding)
{
	int r = 0;

	for (int nr = 0; nr < HIGHEST_NR && r == 0; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(
			SCMP_ARCH_NATIVE, nr);
		bool by_argument;

		if (!name)
			continue;
		if (!listed(name, bounding, &by_argument))
			r = rule(ctx, SCMP_ACT_ALLOW, name, 0, NULL);
		else if (!by_argument)
			r = rule(ctx, SCMP_ACT_ERRNO(EPERM), name, 0, NULL);
		free(name);
	}
	return r;
}

/* Calls that only the 32-bit sister has, and its programs need. */
static const char *const sister_calls[] = {
	"_llseek", "_newselect", "chown32", "clock_getres_time64",
	"clock_gettime64", "clock_nanosleep_time64", "fadvise64_64",
	"fchown32", "fcntl64", "fstat64", "fstatat64", "fstatfs64",
	"ftruncate64", "futex_time64", "getegid32", "geteuid32", "getgid32",
	"getgroups32", "getresgid32", "getresuid32", "getuid32",
	"io_pgetevents_time64", "ipc", "lchown32", "lstat64", "mmap2",
	"mq_timedreceive_time64", "mq_timedsend_time64", "nice",
	"ppoll_time64", "pselect6_time64", "recv", "recvmmsg_time64",
	"rt_sigtimedwait_time64", "sched_rr_get_interval_time64",
	"semtimedop_time64", "send", "sendfile64", "setfsgid32",
	"setfsuid32", "setgid32", "setgroups32", "setregid32",
	"setresgid32", "setresuid32", "setreuid32", "setuid32", "sigaction",
	"sigpending", "sigprocmask", "sigreturn", "sigsuspend", "signal",
	"socketcall", "stat64", "statfs64", "timer_gettime64",
	"timer_settime64", "timerfd_gettime64", "timerfd_settime64",
	"truncate64", "ugetrlimit", "utimensat_time64", "waitpid",
};

static int sister_rules(scmp_filter_ctx ctx)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(sister_calls) && r == 0; i++)
		r = rule(ctx, SCMP_ACT_ALLOW, sister_calls[i], 0, NULL);
	return r;
}

static int add_sisters(scmp_filter_ctx ctx)
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

int seccomp_export(void *ctx, struct seccomp_filter *ret, struct err *e)
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
	ret->owned = xmalloc(n);
	memcpy(ret->owned, data, n);
	ret->insns = ret->owned;
	ret->n = n / sizeof(struct sock_filter);
	return 0;
}

int seccomp_profile_compile(uint64_t bounding, struct seccomp_filter *ret,
			    struct err *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int r;

	if (!ctx)
		return err_set(e, ENOMEM, "libseccomp gave no context");
	/* a search tree: the kernel looks at about ten rules, not 300 */
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	r |= add_sisters(ctx);
	r |= call_rules(ctx, bounding);
	r |= sister_rules(ctx);
	r |= personality_rules(ctx);
	r |= clone_rules(ctx, bounding);
	r |= ioctl_rules(ctx);
	r |= socket_rules(ctx);
	if (r < 0)
		r = err_set(e, EINVAL, "libseccomp refused a rule of the "
			    "default profile");
	else
		r = seccomp_export(ctx, ret, e);
	seccomp_release(ctx);
	return r;
}
