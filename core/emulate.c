/* emulate.c - consistent answers about ids, where there is one id only. */
#include "core/emulate.h"

#include "core/base/file.h"
#include "core/emulate_owner.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* the headers of the build may be older than the kernel */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1UL
#endif

/*
 * Theory of operation: a set of credentials is a row of a table here.  Which
 * row a process has must be inherited by fork and kept by exec, with nobody
 * told; so the kernel carries it: the row's number is the soft limit of
 * RLIMIT_LOCKS, which Linux has not used since 2.4 and prlimit(2) lets us
 * set on our own processes.  It starts at 0, the first row.  To the container
 * setting it succeeds and does nothing: pam_limits(8) would, at every login.
 * A process that gets around that (by an i386 call) has another row of the
 * table: it can only lie to itself.
 */
#define LIMIT_ROW RLIMIT_LOCKS
#define ROWS_MAX 4096
#define GROUPS_MAX 64
#define KEEPERS 64 /* programs at a time between PR_SET_KEEPCAPS and exec */

enum { REAL, EFFECTIVE, SAVED, FS, KINDS };

struct creds {
	uint32_t uid[KINDS], gid[KINDS];
	uint32_t n_groups;
	uint32_t groups[GROUPS_MAX];
	uint32_t keeps; /* PR_SET_KEEPCAPS: root's rights survive the ids */
};

struct emulate {
	int fd;
	struct creds *rows;
	size_t n;
	uint64_t keepers[KEEPERS]; /* program_id() of who keeps: a ring */
	size_t next_keeper;
	struct owner_notes *notes;
};

/* ---- in the container ---- */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "name this machine's AUDIT_ARCH_*"
#endif

#define LOAD(off) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, off)
#define IF_EQ(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, yes, no)
#define RETURN(k) BPF_STMT(BPF_RET | BPF_K, k)
#define ARG_LOW(i) (offsetof(struct seccomp_data, args) + 8 * (i))
#define ARG_HIGH(i) (ARG_LOW(i) + 4) /* both machines are little-endian */
#define PROGRAM_MAX 160

static const int asked[] = {
	SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid,
	SYS_setresgid, SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_getuid,
	SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid,
	SYS_getgroups,
};

/* Calls that give a file away, and which argument is the new owner. */
static const struct {
	int nr, owner_arg;
} granted[] = {
#ifdef SYS_chown
	{ SYS_chown, 1 }, { SYS_lchown, 1 },
#endif
	{ SYS_fchown, 1 }, { SYS_fchownat, 2 },
};

static void put(struct sock_fprog *p, struct sock_filter insn)
{
	p->filter[p->len++] = insn;
}

/*
 * To the one id there is, or to none, chown is real: a file that is missing
 * is missed.  To any other it succeeds and does nothing.
 */
static void put_chown(struct sock_fprog *p, size_t i, uint32_t uid,
		      uint32_t gid)
{
	int arg = granted[i].owner_arg;

	put(p, (struct sock_filter)IF_EQ(granted[i].nr, 0, 8));
	put(p, (struct sock_filter)LOAD(ARG_LOW(arg)));
	put(p, (struct sock_filter)IF_EQ(uid, 1, 0));
	put(p, (struct sock_filter)IF_EQ(UINT32_MAX, 0, 4));
	put(p, (struct sock_filter)LOAD(ARG_LOW(arg + 1)));
	put(p, (struct sock_filter)IF_EQ(gid, 1, 0));
	put(p, (struct sock_filter)IF_EQ(UINT32_MAX, 0, 1));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ERRNO));
}

/* mknod of a device succeeds without a device; a fifo or file is real. */
static void put_mknod(struct sock_fprog *p, int nr, int mode_arg)
{
	put(p, (struct sock_filter)IF_EQ(nr, 0, 6));
	put(p, (struct sock_filter)LOAD(ARG_LOW(mode_arg)));
	put(p, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, S_IFMT));
	put(p, (struct sock_filter)IF_EQ(S_IFCHR, 1, 0));
	put(p, (struct sock_filter)IF_EQ(S_IFBLK, 0, 1));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ERRNO));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
}

/* `action` for one value of one argument of a call. */
static void put_value(struct sock_fprog *p, int nr, int arg, uint32_t value,
		      uint32_t action)
{
	put(p, (struct sock_filter)IF_EQ(nr, 0, 4));
	put(p, (struct sock_filter)LOAD(ARG_LOW(arg)));
	put(p, (struct sock_filter)IF_EQ(value, 0, 1));
	put(p, (struct sock_filter)RETURN(action));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
}

/* prlimit(2) sets when its third argument is not NULL. */
static void put_prlimit(struct sock_fprog *p)
{
	put(p, (struct sock_filter)IF_EQ(SYS_prlimit64, 0, 8));
	put(p, (struct sock_filter)LOAD(ARG_LOW(1)));
	put(p, (struct sock_filter)IF_EQ(LIMIT_ROW, 0, 5));
	put(p, (struct sock_filter)LOAD(ARG_LOW(2)));
	put(p, (struct sock_filter)IF_EQ(0, 0, 2));
	put(p, (struct sock_filter)LOAD(ARG_HIGH(2)));
	put(p, (struct sock_filter)IF_EQ(0, 1, 0));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ERRNO));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
}

static void put_asked(struct sock_fprog *p, int nr)
{
	put(p, (struct sock_filter)IF_EQ(nr, 0, 1));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_USER_NOTIF));
}

static void build(struct sock_fprog *p, uint32_t uid, uint32_t gid, bool notes)
{
	put(p, (struct sock_filter)LOAD(offsetof(struct seccomp_data, arch)));
	put(p, (struct sock_filter)IF_EQ(ARCH, 1, 0));
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
	put(p, (struct sock_filter)LOAD(offsetof(struct seccomp_data, nr)));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		put_asked(p, asked[i]);
	for (size_t i = 0; i < ARRAY_LEN(granted); i++)
		if (notes)
			put_asked(p, granted[i].nr);
		else
			put_chown(p, i, uid, gid);
#ifdef SYS_mknod
	put_mknod(p, SYS_mknod, 1);
#endif
	put_mknod(p, SYS_mknodat, 2);
	put_value(p, SYS_prctl, 0, PR_SET_KEEPCAPS, SECCOMP_RET_USER_NOTIF);
	put_value(p, SYS_setrlimit, 0, LIMIT_ROW, SECCOMP_RET_ERRNO);
	put_prlimit(p);
	put(p, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
}

int emulate_install(uint32_t uid, uint32_t gid, bool notes, int *ret_listener,
		    struct err *e)
{
	struct sock_filter insns[PROGRAM_MAX];
	struct sock_fprog prog = { .filter = insns };
	struct rlimit l;
	int fd;

	/* the row of whoever started us means nothing here */
	if (getrlimit(LIMIT_ROW, &l) == 0) {
		l.rlim_cur = 0;
		setrlimit(LIMIT_ROW, &l);
	}
	build(&prog, uid, gid, notes);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	if (fd < 0 && errno != EBUSY)
		return err_sys(e, "install the answers for a single id");
	*ret_listener = fd;
	return 0;
}

/* ---- in the supervisor ---- */

int emulate_open(int listener, uint32_t uid, uint32_t gid,
		 struct emulate **ret, struct err *e UNUSED)
{
	struct emulate *m = xcalloc(1, sizeof(*m));

	m->fd = listener;
	/* Linux 6.6: who asks and we take turns on one CPU; 45 us to 7 */
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	      SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	m->rows = xcalloc(1, sizeof(*m->rows));
	m->n = 1;
	for (int i = 0; i < KINDS; i++) {
		m->rows[0].uid[i] = uid;
		m->rows[0].gid[i] = gid;
	}
	*ret = m;
	return 0;
}

int emulate_fd(const struct emulate *m)
{
	return m->fd;
}

void emulate_close(struct emulate *m)
{
	close(m->fd);
	owner_notes_free(m->notes);
	free(m->rows);
	free(m);
}

static const struct creds *current(const struct emulate *m, pid_t pid)
{
	struct rlimit l;

	if (prlimit(pid, LIMIT_ROW, NULL, &l) < 0 || l.rlim_cur >= m->n)
		return &m->rows[0];
	return &m->rows[l.rlim_cur];
}

/* Give the process this set: the row that has it, or a new one. */
static int become(struct emulate *m, pid_t pid, const struct creds *c)
{
	struct rlimit l;
	size_t i = 0;

	while (i < m->n && memcmp(&m->rows[i], c, sizeof(*c)) != 0)
		i++;
	if (i == ROWS_MAX)
		return -EAGAIN;
	if (i == m->n) {
		m->rows = xrealloc(m->rows, m->n + 1, sizeof(*m->rows));
		m->rows[m->n++] = *c;
	}
	/* the hard limit is left alone: only a lowered one could be in the way */
	if (prlimit(pid, LIMIT_ROW, NULL, &l) < 0)
		return -errno;
	if (i > l.rlim_max)
		return -EAGAIN;
	l.rlim_cur = i;
	return prlimit(pid, LIMIT_ROW, &l, NULL) < 0 ? -errno : 0;
}

static bool is_one_of(const uint32_t *ids, uint32_t id)
{
	return id == ids[REAL] || id == ids[EFFECTIVE] || id == ids[SAVED];
}

/* setresuid(2), and what the others are special cases of. */
static int set_res(uint32_t *ids, bool root, const uint64_t *arg)
{
	uint32_t new[3];

	for (int i = 0; i < 3; i++) {
		new[i] = (uint32_t)arg[i] == UINT32_MAX ? ids[i] :
							  (uint32_t)arg[i];
		if (!root && !is_one_of(ids, new[i]))
			return -EPERM;
	}
	memcpy(ids, new, sizeof(new));
	ids[FS] = new[EFFECTIVE];
	return 0;
}

/* setreuid(2): the saved id follows when the real one is set. */
static int set_re(uint32_t *ids, bool root, const uint64_t *arg)
{
	uint32_t r = arg[0], f = arg[1], old = ids[REAL];

	if (!root && r != UINT32_MAX && r != ids[REAL] && r != ids[EFFECTIVE])
		return -EPERM;
	if (!root && f != UINT32_MAX && !is_one_of(ids, f))
		return -EPERM;
	if (r != UINT32_MAX)
		ids[REAL] = r;
	if (f != UINT32_MAX)
		ids[EFFECTIVE] = f;
	if (r != UINT32_MAX || (f != UINT32_MAX && f != old))
		ids[SAVED] = ids[EFFECTIVE];
	ids[FS] = ids[EFFECTIVE];
	return 0;
}

/* setuid(2): root sets all three, others choose among what they have. */
static int set_one(uint32_t *ids, bool root, uint32_t id)
{
	if (id == UINT32_MAX)
		return -EINVAL;
	if (root)
		ids[REAL] = ids[SAVED] = id;
	else if (id != ids[REAL] && id != ids[SAVED])
		return -EPERM;
	ids[EFFECTIVE] = ids[FS] = id;
	return 0;
}

/* setfsuid(2) always answers with the old id. */
static uint32_t set_fs(uint32_t *ids, bool root, uint32_t id)
{
	uint32_t old = ids[FS];

	if (root || is_one_of(ids, id) || id == old)
		ids[FS] = id;
	return old;
}

/* Is the call still waiting?  Else its pid may be somebody else's. */
static bool still_there(const struct emulate *m, uint64_t id)
{
	return ioctl(m->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static int peek(const struct emulate *m, const struct seccomp_notif *q,
		uint64_t from, void *to, size_t n)
{
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)from, n };

	if (process_vm_readv(q->pid, &here, 1, &there, 1, 0) != (ssize_t)n ||
	    !still_there(m, q->id))
		return -EFAULT;
	return 0;
}

static int poke(const struct emulate *m, const struct seccomp_notif *q,
		uint64_t to, const void *from, size_t n)
{
	struct iovec here = { (void *)from, n };
	struct iovec there = { (void *)(uintptr_t)to, n };

	if (!still_there(m, q->id) ||
	    process_vm_writev(q->pid, &here, 1, &there, 1, 0) != (ssize_t)n)
		return -EFAULT;
	return 0;
}

/*
 * Which program a process runs, across fork and not across exec: where its
 * stack begins (proc(5), stat, field 28), which execve puts at random.
 */
static uint64_t program_id(pid_t pid)
{
	auto_free char *text = NULL;
	struct err ignored;
	unsigned long long id = 0;
	char path[32];
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read(AT_FDCWD, path, 4096, &text, NULL, &ignored) < 0)
		return 0;
	p = strrchr(text, ')'); /* the name may hold anything */
	for (int field = 2; p && field < 28; field++)
		p = strchr(p + 1, ' ');
	return p && sscanf(p, "%llu", &id) == 1 ? id : 0;
}

/* PR_SET_KEEPCAPS: the kernel does it too, this is for our own answers. */
static int64_t keep_caps(struct emulate *m, const struct seccomp_notif *q,
			 struct creds *c)
{
	c->keeps = c->uid[EFFECTIVE] == 0 && q->data.args[1] == 1;
	if (c->keeps)
		m->keepers[m->next_keeper++ % KEEPERS] = program_id(q->pid);
	return 0;
}

/* May it change ids as it likes? */
static bool is_root(const struct emulate *m, const struct seccomp_notif *q,
		    struct creds *c)
{
	uint64_t id;

	if (c->uid[EFFECTIVE] == 0)
		return true;
	id = c->keeps ? program_id(q->pid) : 0;
	for (size_t i = 0; id && i < KEEPERS; i++)
		if (m->keepers[i] == id)
			return true;
	c->keeps = 0; /* it has executed another program since */
	return false;
}

static int64_t set_groups(const struct emulate *m, const struct seccomp_notif *q,
			  bool root, struct creds *c)
{
	uint64_t n = q->data.args[0];

	if (!root)
		return -EPERM;
	if (n > GROUPS_MAX)
		return -EINVAL;
	memset(c->groups, 0, sizeof(c->groups));
	c->n_groups = n;
	return n ? peek(m, q, q->data.args[1], c->groups, n * 4) : 0;
}

static int64_t get_groups(const struct emulate *m, const struct seccomp_notif *q,
			  const struct creds *c)
{
	int32_t room = q->data.args[0];

	if (room == 0 || c->n_groups == 0)
		return c->n_groups;
	if (room < (int32_t)c->n_groups)
		return -EINVAL;
	if (poke(m, q, q->data.args[1], c->groups, c->n_groups * 4) < 0)
		return -EFAULT;
	return c->n_groups;
}

static int64_t get_res(const struct emulate *m, const struct seccomp_notif *q,
		       const uint32_t *ids)
{
	for (int i = 0; i < 3; i++)
		if (poke(m, q, q->data.args[i], &ids[i], 4) < 0)
			return -EFAULT;
	return 0;
}

/* Act on a copy of the caller's set; *ret_changed: it is to be kept. */
static int64_t answer(struct emulate *m, const struct seccomp_notif *q,
		      struct creds *c, bool *ret_changed)
{
	const uint64_t *arg = (const uint64_t *)q->data.args;
	bool root = is_root(m, q, c);

	*ret_changed = true;
	switch (q->data.nr) {
	case SYS_setuid:
		return set_one(c->uid, root, arg[0]);
	case SYS_setgid:
		return set_one(c->gid, root, arg[0]);
	case SYS_setreuid:
		return set_re(c->uid, root, arg);
	case SYS_setregid:
		return set_re(c->gid, root, arg);
	case SYS_setresuid:
		return set_res(c->uid, root, arg);
	case SYS_setresgid:
		return set_res(c->gid, root, arg);
	case SYS_setfsuid:
		return set_fs(c->uid, root, arg[0]);
	case SYS_setfsgid:
		return set_fs(c->gid, root, arg[0]);
	case SYS_setgroups:
		return set_groups(m, q, root, c);
	case SYS_prctl:
		return keep_caps(m, q, c);
	default:
		*ret_changed = false;
	}
	switch (q->data.nr) {
	case SYS_getuid:
		return c->uid[REAL];
	case SYS_geteuid:
		return c->uid[EFFECTIVE];
	case SYS_getgid:
		return c->gid[REAL];
	case SYS_getegid:
		return c->gid[EFFECTIVE];
	case SYS_getresuid:
		return get_res(m, q, c->uid);
	case SYS_getresgid:
		return get_res(m, q, c->gid);
	case SYS_getgroups:
		return get_groups(m, q, c);
	default:
		return -ENOSYS;
	}
}

/* As owner_notes_put(). */
static int give_away(struct emulate *m, const struct seccomp_notif *q)
{
	struct owner_call c;
	int r = owner_call_read(q, &c);

	if (r == 0 && still_there(m, q->id))
		r = owner_notes_put(&m->notes, q->pid, &c);
	owner_call_release(&c);
	return r;
}

/* Send what became of the call; `go_on`: the kernel carries it out. */
static int send_answer(const struct emulate *m, uint64_t id, int64_t r,
		       bool go_on, struct err *e)
{
	struct seccomp_notif_resp a = {
		.id = id, .error = r < 0 ? (int)r : 0, .val = r < 0 ? 0 : r,
	};

	if (go_on)
		a = (struct seccomp_notif_resp){
			.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
		};
	if (ioctl(m->fd, SECCOMP_IOCTL_NOTIF_SEND, &a) < 0 && errno != ENOENT)
		return err_sys(e, "answer a call");
	return 0;
}

int emulate_step(struct emulate *m, struct err *e)
{
	struct seccomp_notif q = { 0 };
	struct creds c;
	bool changed;
	int64_t r;

	if (ioctl(m->fd, SECCOMP_IOCTL_NOTIF_RECV, &q) < 0) {
		if (errno == EINTR || errno == ENOENT)
			return 0;
		return err_sys(e, "hear a call that is to be answered");
	}
	if (owner_call_is(q.data.nr)) {
		r = give_away(m, &q);
		return send_answer(m, q.id, r, r == 1, e);
	}
	c = *current(m, q.pid);
	r = answer(m, &q, &c, &changed);
	if (changed && r >= 0 && still_there(m, q.id)) {
		int kept = become(m, q.pid, &c);

		r = kept < 0 ? kept : r;
	}
	return send_answer(m, q.id, r, q.data.nr == SYS_prctl, e);
}
