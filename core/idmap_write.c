/* idmap_write.c - giving a new user namespace its id map. */
#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/caps.h"
#include "core/idmap.h"

#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int poke(pid_t pid, const char *file, const char *text, struct err *e)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return file_poke(AT_FDCWD, path, text, e);
}

static pid_t start_helper(const char *path, pid_t pid,
			  const struct id_extents *x, int err_fd, struct err *e)
{
	auto_strv struct strv argv = { 0 };
	struct spawn s = SPAWN_INIT;

	strv_add(&argv, path);
	strv_printf(&argv, "%d", (int)pid);
	for (size_t i = 0; i < x->n; i++) {
		strv_printf(&argv, "%u", x->e[i].inside);
		strv_printf(&argv, "%u", x->e[i].outside);
		strv_printf(&argv, "%u", x->e[i].count);
	}
	s.path = path;
	s.argv = strv_list(&argv);
	s.err = err_fd;
	return proc_spawn(&s, NULL, e);
}

static int helper_failed(const char *path, int said, struct err *e)
{
	char text[256] = "";
	ssize_t n = read(said, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err_set(e, EPERM, "%s: %s (check its setuid bit and this "
		       "user's lines in /etc/subuid and /etc/subgid, or "
		       "remove them to run with one id)", path,
		       *text ? text : "failed");
}

/* Both helpers run side by side: each is a setuid program with its own cost. */
static int write_ranges(pid_t pid, const struct idmap *map,
			int (*meanwhile)(void *arg, struct err *e), void *arg,
			struct err *e)
{
	auto_close int said = -1, say = -1;
	int fds[2], uid_rc, gid_rc, r;
	struct err other;
	pid_t u, g;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "pipe");
	said = fds[0];
	say = fds[1];
	u = start_helper(IDMAP_NEWUIDMAP, pid, &map->uid, say, e);
	if (u < 0)
		return u;
	g = start_helper(IDMAP_NEWGIDMAP, pid, &map->gid, say, e);
	r = meanwhile ? meanwhile(arg, &other) : 0;
	uid_rc = proc_wait(u, e);
	if (g < 0)
		return g;
	gid_rc = proc_wait(g, e);
	if (uid_rc != 0)
		return helper_failed(IDMAP_NEWUIDMAP, said, e);
	if (gid_rc != 0)
		return helper_failed(IDMAP_NEWGIDMAP, said, e);
	if (r < 0)
		*e = other;
	return r;
}

/*
 * user_namespaces(7): id 0 of the namespace around us is mapped by those only
 * who have CAP_SETFCAP there; root in a container may not.
 */
static int explain(struct err *e)
{
	if (e->code != EPERM || geteuid() != 0 ||
	    caps_effective() & UINT64_C(1) << CAP_SETFCAP)
		return -e->code;
	return err_set(e, EPERM, "map id 0: root has no CAP_SETFCAP here, "
		       "without which the kernel lets nobody map it "
		       "(docker run --cap-add SETFCAP ..., or run rl as "
		       "another user)");
}

int idmap_write(pid_t pid, const struct idmap *map, struct err *e)
{
	return idmap_write_and(pid, map, NULL, NULL, e);
}

int idmap_write_and(pid_t pid, const struct idmap *map,
		    int (*meanwhile)(void *arg, struct err *e), void *arg,
		    struct err *e)
{
	auto_str struct str uid = { 0 }, gid = { 0 };

	if (map->uid.n == 0 || map->gid.n == 0)
		return err_set(e, EINVAL, "the id map is empty");
	if (map->kind == IDMAP_RANGES)
		return write_ranges(pid, map, meanwhile, arg, e);
	if (meanwhile)
		TRY(meanwhile(arg, e));
	/* user_namespaces(7): without CAP_SETGID outside, setgroups first */
	if (map->kind == IDMAP_SINGLE)
		TRY(poke(pid, "setgroups", "deny", e));
	idmap_text(&map->uid, &uid);
	idmap_text(&map->gid, &gid);
	if (poke(pid, "uid_map", str_text(&uid), e) < 0)
		return explain(e);
	return poke(pid, "gid_map", str_text(&gid), e);
}

/* ---- a function inside a map ---- */

struct inside {
	int (*fn)(void *arg, struct err *e);
	void *arg;
	int   go, report; /* pipe ends of the child */
	uid_t uid;        /* 0, or the one id of a map without it */
	gid_t gid;
};

static NORETURN void inside_child(struct inside *in)
{
	struct err e = { 0 };
	char c;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(in->go, &c, 1) != 1)
		_exit(1);
	r = setresgid(in->gid, in->gid, in->gid) < 0 ||
			    setresuid(in->uid, in->uid, in->uid) < 0 ?
		    err_sys(&e, "become root inside") :
		    in->fn(in->arg, &e);
	if (r < 0 && write(in->report, &e, sizeof(e)) != sizeof(e))
		_exit(2);
	_exit(r < 0);
}

static int make_pipe(int *ret_r, int *ret_w, struct err *e)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	*ret_r = p[0];
	*ret_w = p[1];
	return 0;
}

int idmap_start_inside(const struct idmap *map, int (*fn)(void *arg,
		       struct err *e), void *arg, struct idmap_child *ret,
		       struct err *e)
{
	auto_close int go_r = -1, go_w = -1, rep_r = -1, rep_w = -1;
	struct inside in = { .fn = fn, .arg = arg };
	int r;

	TRY(make_pipe(&go_r, &go_w, e));
	TRY(make_pipe(&rep_r, &rep_w, e));
	in.go = go_r;
	in.report = rep_w;
	if (map->kind == IDMAP_SINGLE) {
		in.uid = map->uid.e[0].inside;
		in.gid = map->gid.e[0].inside;
	}
	ret->pid = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD,
			   NULL, NULL, NULL, NULL);
	if (ret->pid < 0)
		return err_sys(e, "make a user namespace");
	if (ret->pid == 0) {
		close(steal_fd(go_w));
		close(steal_fd(rep_r));
		inside_child(&in);
	}
	r = idmap_write(ret->pid, map, e);
	if (r == 0 && write(go_w, "", 1) != 1)
		r = err_sys(e, "start the process inside");
	if (r < 0) {
		kill(ret->pid, SIGKILL);
		waitpid(ret->pid, NULL, 0);
		return r;
	}
	ret->report = steal_fd(rep_r);
	return 0;
}

int idmap_wait_inside(struct idmap_child *c, struct err *e)
{
	auto_close int report = steal_fd(c->report);
	int status;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	if (read(report, e, sizeof(*e)) == sizeof(*e))
		return -e->code;
	return err_set(e, EIO, "a process in the user namespace died");
}

int idmap_run_inside(const struct idmap *map, int (*fn)(void *arg,
		     struct err *e), void *arg, struct err *e)
{
	struct idmap_child c;

	TRY(idmap_start_inside(map, fn, arg, &c, e));
	return idmap_wait_inside(&c, e);
}
