/* sandbox.c - an empty root, no rights, and a list of system calls. */
#include "net/slirp/sandbox.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS)
#define CAPS 64

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#else
#error "name this machine's AUDIT_ARCH_*"
#endif

int sandbox_empty_root(bool new_user, struct err *e)
{
	if (unshare(NAMESPACES | (new_user ? CLONE_NEWUSER : 0)) < 0)
		return err_sys(e, "make namespaces for the network program");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	/* any folder serves: it is the root in a moment */
	if (mount("rl", "/proc", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV |
		  MS_NOEXEC, "nr_inodes=2") < 0)
		return err_sys(e, "mount an empty root");
	if (chdir("/proc") < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, "enter the empty root");
	return 0;
}

static int set_caps(uint64_t keep)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct d[2] = {
		{ .effective = keep, .permitted = keep },
		{ .effective = keep >> 32, .permitted = keep >> 32 },
	};

	return syscall(SYS_capset, &h, d);
}

int sandbox_drop_rights(uint64_t keep, struct err *e)
{
	for (int c = 0; c < CAPS; c++)
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0 && errno != EINVAL &&
		    errno != EPERM)
			return err_sys(e, "drop capability %d", c);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (set_caps(keep) < 0)
		return err_sys(e, "drop the capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return err_sys(e, "protect the network program");
	return 0;
}

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARG(i) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
		 offsetof(struct seccomp_data, args) + 8 * (i))
#define IF_EQ(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, yes, no)
#define IF_SET(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, k, yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

/*
 * Internet sockets only; no memory that can be executed; and libslirp, which
 * looks for a resolv.conf, is told that there is none.
 */
static const struct sock_filter head[] = {
	LOAD(arch),
	IF_EQ(ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	IF_EQ(SYS_socket, 0, 5),
	LOAD_ARG(0),
	IF_EQ(AF_INET, 2, 0),
	IF_EQ(AF_INET6, 1, 0),
	RETURN(SECCOMP_RET_ERRNO | EAFNOSUPPORT),
	RETURN(SECCOMP_RET_ALLOW),
	IF_EQ(SYS_mmap, 1, 0),
	IF_EQ(SYS_mprotect, 0, 4),
	LOAD_ARG(2),
	IF_SET(PROT_EXEC, 0, 1),
	RETURN(SECCOMP_RET_ERRNO | EPERM),
	RETURN(SECCOMP_RET_ALLOW),
	IF_EQ(SYS_openat, 1, 0),
	IF_EQ(SYS_newfstatat, 0, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOENT),
};

int sandbox_filter(const int *calls, size_t n, struct err *e)
{
	size_t h = ARRAY_LEN(head), len = h + 2 * n + 1;
	auto_free struct sock_filter *all = xcalloc(len, sizeof(*all));
	struct sock_fprog prog = { .len = len, .filter = all };

	memcpy(all, head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		all[h + 2 * i] = (struct sock_filter)IF_EQ(calls[i], 0, 1);
		all[h + 2 * i + 1] = (struct sock_filter)
			RETURN(SECCOMP_RET_ALLOW);
	}
	all[len - 1] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return err_sys(e, "install the network program's filter");
	return 0;
}

/* The most frequent first: the filter is walked from the top. */
static const int stack_calls[] = {
	SYS_read, SYS_write, SYS_recvfrom, SYS_sendto,
#ifdef SYS_poll
	SYS_poll, SYS_epoll_wait,
#endif
	SYS_ppoll, SYS_epoll_pwait, SYS_clock_gettime, SYS_epoll_ctl,
	SYS_splice, SYS_accept4, SYS_accept, SYS_connect, SYS_bind,
	SYS_listen, SYS_close, SYS_shutdown, SYS_setsockopt, SYS_getsockopt,
	SYS_getsockname, SYS_getpeername, SYS_recvmsg, SYS_sendmsg,
	SYS_readv, SYS_writev, SYS_fcntl, SYS_ioctl, SYS_munmap, SYS_mremap,
	SYS_madvise, SYS_brk, SYS_futex, SYS_getrandom, SYS_gettimeofday,
	SYS_pipe2, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_restart_syscall,
	SYS_getpid, SYS_gettid, SYS_exit, SYS_exit_group,
#ifdef SYS_time
	SYS_time,
#endif
#ifdef __SANITIZE_ADDRESS__
	SYS_sigaltstack, SYS_rt_sigaction, SYS_tgkill, SYS_sched_yield,
	SYS_readlink, SYS_getuid, SYS_prctl,
#endif
};

int sandbox_filter_stack(struct err *e)
{
	return sandbox_filter(stack_calls, ARRAY_LEN(stack_calls), e);
}

static const int maker_calls[] = {
	SYS_recvfrom, SYS_recvmsg, SYS_sendmsg, SYS_setsockopt, SYS_close, SYS_exit_group,
	SYS_rt_sigreturn, SYS_restart_syscall, SYS_munmap, SYS_brk,
};

int sandbox_filter_maker(struct err *e)
{
	return sandbox_filter(maker_calls, ARRAY_LEN(maker_calls), e);
}
