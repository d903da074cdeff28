/* seccomp.c - choosing, completing and installing a system call filter. */
#include "core/seccomp.h"

#include "core/seccomp_profile.h"
#include "seccomp_default.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/*
 * In front of every program: TIOCSTI and TIOCLINUX type into the terminal of
 * whoever started us (CVE-2017-5226).  Only the low half of the argument
 * counts, as the kernel ignores the rest.
 */
#define LOAD(off) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, off)
#define IF_EQ(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, yes, no)
#define ARG1_LOW (offsetof(struct seccomp_data, args) + 8)
#define SISTER_IOCTL 54 /* on i386 and on arm */
#define X32_IOCTL (0x40000000 + 514)

#if defined(__x86_64__)
#define SISTER AUDIT_ARCH_I386
#else
#define SISTER AUDIT_ARCH_ARM
#endif

static const struct sock_filter terminal_guard[] = {
	LOAD(offsetof(struct seccomp_data, arch)),
	IF_EQ(SISTER, 0, 2),
	LOAD(offsetof(struct seccomp_data, nr)),
	IF_EQ(SISTER_IOCTL, 3, 7),
	LOAD(offsetof(struct seccomp_data, nr)),
	IF_EQ(SYS_ioctl, 1, 0),
	IF_EQ(X32_IOCTL, 0, 4),
	LOAD(ARG1_LOW),
	IF_EQ(TIOCSTI, 1, 0),
	IF_EQ(TIOCLINUX, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

int seccomp_install(const struct seccomp_filter *f, struct err *e)
{
	size_t g = ARRAY_LEN(terminal_guard);
	auto_free struct sock_filter *all = xcalloc(g + f->n, sizeof(*all));
	struct sock_fprog prog = { .len = g + f->n, .filter = all };

	if (g + f->n > BPF_MAXINSNS)
		return err_set(e, E2BIG, "the seccomp profile is too large");
	memcpy(all, terminal_guard, sizeof(terminal_guard));
	memcpy(all + g, f->insns, f->n * sizeof(*all));
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return err_sys(e, "install the seccomp profile");
	return 0;
}

int seccomp_install_plain(const struct seccomp_filter *f, int *ret_listener,
			  struct err *e)
{
	struct sock_fprog prog = {
		.len = f->n, .filter = (struct sock_filter *)f->insns,
	};
	unsigned int flags = f->flags;
	long r;

	*ret_listener = -1;
	if (f->notify)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	if (r < 0)
		return err_sys(e, "install the seccomp filter");
	if (f->notify)
		*ret_listener = (int)r;
	return 0;
}

int seccomp_default(const struct caps *c, struct seccomp_filter *ret,
		    struct err *e)
{
	if (c->bounding != caps_default())
		return seccomp_profile_compile(c->bounding, ret, e);
	ret->insns = seccomp_default_program;
	ret->n = ARRAY_LEN(seccomp_default_program);
	ret->owned = NULL;
	return 0;
}

void seccomp_filter_release(struct seccomp_filter *f)
{
	free(f->owned);
	*f = (struct seccomp_filter){ 0 };
}
