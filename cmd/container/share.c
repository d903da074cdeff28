/* share.c - in the namespaces of another container. */
#include "cmd/container/share.h"

#include "cmd/container/exec.h"
#include "core/base/file.h"
#include "core/rootpath.h"

#include <stdio.h>

#define FILE_MAX (1 << 20)

void share_release(struct share *s)
{
	free(s->network);
	free(s->pid);
	if (s->pidfd >= 0)
		close(s->pidfd);
	*s = SHARE_INIT;
}

/* ---- whose ---- */

static int find(const struct assembly *a, const char *flag, const char *name,
		struct container *ret, struct err *e)
{
	if (!*name)
		return err_set(e, EINVAL, "--%s container: invalid container "
			       "format container:<name|id>", flag);
	if (container_find(&a->store, name, ret, e) < 0)
		return err_wrap(e, "--%s container:%s", flag, name);
	return 0;
}

/* A name may go to another one; the ID does not. */
static void freeze(const char **option, char **text, const char *id)
{
	if (!net_peer_name(*option))
		return;
	free(*text);
	*option = *text = xasprintf("container:%s", id);
}

static int find_shared(struct assembly *a, struct container *ret,
		       struct err *e)
{
	const char *network = net_peer_name(a->o->network);
	const char *pid = net_peer_name(a->o->pid);
	auto_container struct container other = CONTAINER_INIT;

	TRY(find(a, network ? "network" : "pid", network ? network : pid, ret,
		 e));
	if (network && pid)
		TRY(find(a, "pid", pid, &other, e));
	if (network && pid && !streq(other.id, ret->id))
		return err_set(e, EINVAL, "conflicting options: --network and "
			       "--pid name two containers");
	freeze(&a->o->network, &a->share.network, ret->id);
	freeze(&a->o->pid, &a->share.pid, ret->id);
	return 0;
}

/* ---- what is to be known of it ---- */

/* A pidfd of a process in it, and its pid. */
static int hold(struct container *c, pid_t *ret_pid, struct err *e)
{
	auto_container_state struct container_state st = { 0 };
	auto_json json_t *record = NULL;
	const json_t *host = NULL;
	bool init = false;

	TRY(container_state_read(c, &st, e));
	TRY(container_record(c, &record, e));
	TRY(json_obj(record, "HostConfig", &host, e));
	TRY(json_bool(host, "Init", &init, e));
	return container_join_pidfd(c, &st, init, ret_pid, e);
}

/* A file of the other's, as it is there now; NULL: none. */
static char *file_inside(int root, const char *path)
{
	struct err ignored;
	auto_close int fd = root_open(root, path, O_RDONLY | O_NONBLOCK |
				      O_NOCTTY, &ignored);
	char *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    fd_read_all(fd, path, FILE_MAX, &text, NULL, &ignored) < 0)
		return NULL;
	return text;
}

static void take_files(struct container *c, struct net_peer *peer)
{
	auto_close int pidfd = -1, root = -1;
	struct err ignored;
	char path[64];
	pid_t pid;

	pidfd = hold(c, &pid, &ignored);
	if (pidfd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return;
	peer->hosts = file_inside(root, "/etc/hosts");
	peer->resolv = file_inside(root, "/etc/resolv.conf");
}

int share_plan(struct assembly *a, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;
	auto_json json_t *record = NULL;
	const char *map = NULL, *name = NULL;
	const json_t *config = NULL;

	if (!net_peer_name(a->o->network) && !net_peer_name(a->o->pid))
		return 0;
	TRY(find_shared(a, &c, e));
	TRY(container_record(&c, &record, e));
	TRY(json_str(record, "IdMap", &map, e));
	TRY(idmap_load(map ? map : "", &a->spec.idmap, e));
	if (a->net.ops != &net_container)
		return 0;
	TRY(json_obj(record, "Config", &config, e));
	if (config)
		TRY(json_str(config, "Hostname", &name, e));
	a->net.peer.hostname = name ? xstrdup(name) : NULL;
	take_files(&c, &a->net.peer);
	return 0;
}

/* ---- the start ---- */

/* One that is ours already can not be entered, and need not be: setns(2). */
static int compare(struct assembly *a, pid_t pid, struct err *e)
{
	static const enum ns_type kinds[] = { NS_NET, NS_PID };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		enum ns_mode *mode = &a->spec.ns[kinds[i]].mode;
		bool same;

		if (!net_peer_name(kinds[i] == NS_NET ? a->o->network :
							a->o->pid))
			continue;
		TRY(exec_same_namespace(pid, kinds[i], &same, e));
		*mode = same ? NS_HOST : NS_SHARED;
	}
	return 0;
}

int share_join(struct assembly *a, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;
	pid_t pid;

	if (!net_peer_name(a->o->network) && !net_peer_name(a->o->pid))
		return 0;
	if (a->share.pidfd >= 0)
		close(steal_fd(a->share.pidfd));
	TRY(find_shared(a, &c, e));
	a->spec.share = a->share.pidfd = hold(&c, &pid, e);
	if (a->share.pidfd < 0)
		return err_wrap(e, "cannot join the namespaces of another "
				"container");
	return compare(a, pid, e);
}
