/* remove.c - what mapped ids own goes by the root of their namespace. */
#include "fs/remove.h"

#include "core/base/file.h"

#include <sched.h>
#include <sys/wait.h>

struct doomed {
	int dirfd;
	const char *name;
};

static int remove_doomed(void *arg, struct err *e)
{
	struct doomed *d = arg;

	return tree_remove(d->dirfd, d->name, e);
}

static NORETURN void remove_inside(int userns_fd, struct doomed *d)
{
	struct err ignored;

	if (setns(userns_fd, CLONE_NEWUSER) < 0 || setresgid(0, 0, 0) < 0 ||
	    setresuid(0, 0, 0) < 0)
		_exit(1);
	_exit(remove_doomed(d, &ignored) < 0);
}

/* Is it refused because of who we are? */
static bool may_not(const struct err *e)
{
	return e->code == EACCES || e->code == EPERM;
}

int remove_in_userns(int dirfd, const char *name, int userns_fd,
		     struct err *e)
{
	struct doomed d = { dirfd, name };
	int status;
	pid_t pid;

	if (tree_remove(dirfd, name, e) == 0)
		return 0;
	if (!may_not(e))
		return -e->code;
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0)
		remove_inside(userns_fd, &d);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : err_set(e, EACCES, "remove %s: its files "
					 "belong to mapped ids", name);
}

int remove_mapped(int dirfd, const char *name, const struct idmap *map,
		  struct err *e)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct doomed d = { dirfd, name };
	struct idmap own;

	if (tree_remove(dirfd, name, e) == 0)
		return 0;
	if (!may_not(e))
		return -e->code;
	if (!map)
		TRY(idmap_choose(&req, &own, e));
	return idmap_run_inside(map ? map : &own, remove_doomed, &d, e);
}
