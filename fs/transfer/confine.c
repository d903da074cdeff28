/* confine.c - pivot, capabilities, and the list of system calls. */
#include "fs/transfer/confine.h"

#include "core/base/file.h"
#include "core/caps.h"
#include "core/mount.h"

#include <iconv.h>
#include <langinfo.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define BIT(n) (UINT64_C(1) << (n))

#if defined(__SANITIZE_ADDRESS__)
/* The sanitizer's own calls are many, and differ between versions. */
#define REFUSED SCMP_ACT_ALLOW
#else
#define REFUSED SCMP_ACT_KILL_PROCESS
#endif

static const int allowed[] = {
	/* the blob in, files out */
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write),
	SCMP_SYS(pwrite64), SCMP_SYS(writev), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(fcntl),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lstat),
	SCMP_SYS(stat), SCMP_SYS(statx), SCMP_SYS(getdents64),
	SCMP_SYS(openat), SCMP_SYS(mkdirat), SCMP_SYS(mknodat),
	SCMP_SYS(symlinkat), SCMP_SYS(linkat), SCMP_SYS(unlinkat),
	SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(ftruncate),
	SCMP_SYS(fchmod), SCMP_SYS(fchmodat), SCMP_SYS(fchown),
	SCMP_SYS(fchownat), SCMP_SYS(utimensat), SCMP_SYS(fsetxattr),
	SCMP_SYS(lsetxattr),
	/* memory and threads */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(sysinfo), SCMP_SYS(prlimit64),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(restart_syscall),
	/* abort(3) */
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
	SCMP_SYS(rt_sigaction), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

void confine_prepare(void)
{
	iconv_t c = iconv_open(nl_langinfo(CODESET), "UTF-8");

	if (c != (iconv_t)-1)
		iconv_close(c);
}

/* ---- the root ---- */

/* Nothing but the folder is left: pivot_root(2). */
static int pivot_into(int dir, bool recursive, struct err *e)
{
	auto_close int tree = mount_clone(dir, "", recursive, e);

	if (tree < 0)
		return tree;
	TRY(mount_attach(tree, dir, "the folder to write", e));
	if (fchdir(tree) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, "make the folder to write the root");
	return 0;
}

static int find_and_pivot(const char *path, dev_t dev, ino_t ino,
			  struct err *e)
{
	auto_close int dir = -1;
	struct stat st;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	dir = dir_open(AT_FDCWD, path, e);
	if (dir < 0)
		return dir;
	if (fstat(dir, &st) < 0 || st.st_dev != dev || st.st_ino != ino)
		return err_set(e, ESTALE, "the folder %s was replaced", path);
	return pivot_into(dir, false, e);
}

static int drop_rights(struct err *e)
{
	const struct rlimit none = { 0, 0 };
	const uint64_t keep = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |
			      BIT(CAP_FOWNER) | BIT(CAP_FSETID) |
			      BIT(CAP_SETFCAP) | BIT(CAP_MKNOD);
	struct caps caps = { keep, keep, keep, 0, 0 };

	TRY(caps_bound(&caps, e));
	TRY(caps_apply(&caps, e));
	/* dropping them made the kernel forget the first of these */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0) < 0 ||
	    setrlimit(RLIMIT_CORE, &none) < 0)
		return err_sys(e, "give up rights");
	return 0;
}

int confine_to(const char *path, dev_t dev, ino_t ino, struct err *e)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(0);
	TRY(find_and_pivot(path, dev, ino, e));
	return drop_rights(e);
}

int confine_in(int dir, struct err *e)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(0);
	TRY(pivot_into(dir, true, e));
	return drop_rights(e);
}

/* ---- system calls ---- */

/* mmap and mprotect, but never of memory that can be executed. */
static int allow_memory(scmp_filter_ctx ctx, int call)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

static int add_rules(scmp_filter_ctx ctx)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(allowed) && r == 0; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (r == 0)
		r = allow_memory(ctx, SCMP_SYS(mmap));
	if (r == 0)
		r = allow_memory(ctx, SCMP_SYS(mprotect));
	return r;
}

int confine_calls(struct err *e)
{
	scmp_filter_ctx ctx;
	int r;

	if (REFUSED == SCMP_ACT_ALLOW)
		return 0;
	ctx = seccomp_init(REFUSED);
	if (!ctx)
		return err_set(e, ENOMEM, "make a list of system calls");
	r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = add_rules(ctx);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r < 0 ? err_set(e, -r, "restrict the system calls: %s",
			       strerror(-r)) : 0;
}
