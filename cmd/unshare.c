/* unshare.c - rl unshare: a command among the ids that containers have. */
#include "cmd/cmd.h"

#include "cmd/ui/report.h"
#include "core/base/proc.h"
#include "core/idmap.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

extern const struct cmd cmd_unshare;

/* The process that stays outside to write our map, and its word on it. */
struct mapper {
	pid_t pid;
	int go, report; /* our ends */
};

static NORETURN void write_map(const struct idmap *map, pid_t target, int go,
			       int report)
{
	struct err e = { 0 };
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &c, 1) != 1)
		_exit(1);
	if (idmap_write(target, map, &e) < 0 &&
	    write(report, &e, sizeof(e)) != sizeof(e))
		_exit(2);
	_exit(e.code != 0);
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

static int start_mapper(const struct idmap *map, struct mapper *ret,
			struct err *e)
{
	auto_close int go = -1, report = -1;
	pid_t self = getpid();

	TRY(make_pipe(&go, &ret->go, e));
	TRY(make_pipe(&ret->report, &report, e));
	ret->pid = fork();
	if (ret->pid < 0)
		return err_sys(e, "fork");
	if (ret->pid > 0)
		return 0;
	close(ret->go);
	write_map(map, self, go, report);
}

static int await_map(struct mapper *m, struct err *e)
{
	int status;

	if (write(m->go, "", 1) != 1)
		return err_sys(e, "ask for the id map");
	while (waitpid(m->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	if (read(m->report, e, sizeof(*e)) == sizeof(*e))
		return -e->code;
	return err_set(e, EIO, "the process that writes the id map died");
}

/* This very process: signals, the terminal and the exit code are its own. */
static int enter(const struct idmap *map, struct err *e)
{
	bool one = map->kind == IDMAP_SINGLE;
	uid_t uid = one ? map->uid.e[0].inside : 0;
	gid_t gid = one ? map->gid.e[0].inside : 0;
	struct mapper m = { .go = -1 };

	TRY(start_mapper(map, &m, e));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return err_sys(e, "make a user namespace");
	TRY(await_map(&m, e));
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return err_sys(e, "become root inside");
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_sys(e, "keep mounts to ourselves");
	return 0;
}

static int execute(char **argv, struct err *e)
{
	char *shell = getenv("SHELL");
	char *alone[] = { shell && *shell ? shell : "/bin/sh", NULL };
	char **words = argv ? argv : alone;
	auto_free char *path = strchr(words[0], '/') ? xstrdup(words[0]) :
						       proc_which(words[0]);

	if (!path) {
		err_set(e, ENOENT, "exec: \"%s\": executable file not found "
			"in $PATH", words[0]);
		return report_error(e, 127);
	}
	execv(path, words);
	err_sys(e, "exec: \"%s\"", words[0]);
	return report_error(e, e->code == ENOENT ? 127 : 126);
}

static int run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	const struct idmap_request req = { .mode = USERNS_AUTO };
	struct idmap map;

	TRY(idmap_choose(&req, &map, e));
	TRY(enter(&map, e));
	return execute(argc ? argv : NULL, e);
}

const struct cmd cmd_unshare = {
	.name = "unshare",
	.args = "[COMMAND [ARG...]]",
	.help = "run a command as root of the ids that containers have",
	.example = "rl unshare rm -r ./files-of-a-container",
	.max_args = -1,
	.verbatim = true,
	.fail_code = 125,
	.run = run,
};
