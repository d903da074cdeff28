/* state.c - a container of the OCI command line between its commands. */
#include "core/oci/state.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/base/time.h"
#include "core/cgroup.h"

#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define STATE "state.json"
#define START "start"
#define ID_MAX 1024

int oci_state_check_id(const char *id, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+-.";

	if (!*id || id[strspn(id, letters)] || streq(id, ".") ||
	    streq(id, "..") || strlen(id) > ID_MAX)
		return err_set(e, EINVAL, "invalid container ID '%.80s': "
			       "letters, digits and _+-. are taken", id);
	return 0;
}

/* ---- the folder ---- */

static bool has(const struct oci_state *s, const char *name)
{
	return faccessat(s->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int oci_state_create(int root, const char *id, struct oci_state *ret,
		     struct err *e)
{
	struct stat st = { 0 };

	TRY(oci_state_check_id(id, e));
	if (mkdirat(root, id, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "make the folder of container %s", id);
	TRY(ret->dir = dir_open(root, id, e));
	/* in a --root such as /tmp others may have made it first */
	if (fstat(ret->dir, &st) < 0 || st.st_uid != geteuid())
		return err_set(e, EEXIST, "the folder of container %s belongs "
			       "to user %u", id, st.st_uid);
	if (flock(ret->dir, LOCK_EX | LOCK_NB) < 0 || has(ret, STATE))
		return err_set(e, EEXIST, "container with given ID already "
			       "exists: %s", id);
	ret->root = root;
	ret->id = xstrdup(id);
	ret->created = time_now();
	return 0;
}

int oci_state_remove(struct oci_state *s, struct err *e)
{
	return tree_remove(s->root, s->id, e);
}

void oci_state_release(struct oci_state *s)
{
	if (s->dir >= 0)
		close(s->dir);
	free(s->id);
	free(s->bundle);
	free(s->rootfs);
	free(s->cgroup);
	strv_release(&s->annotations);
	*s = (struct oci_state)OCI_STATE_INIT;
}

/* ---- state.json ---- */

static json_t *annotations_json(const struct oci_state *s)
{
	json_t *ret = json_object();

	for (size_t i = 0; i < s->annotations.n; i++) {
		const char *text = s->annotations.v[i];
		size_t n = strcspn(text, "=");
		auto_free char *key = xstrndup(text, n);

		json_object_set_new(ret, key, json_from_bytes(text + n + 1));
	}
	return ret;
}

/* What changes comes from the one who prints. */
static json_t *known_json(const struct oci_state *s)
{
	auto_free char *created = time_rfc3339(s->created);
	json_t *ret = json_object();

	json_object_set_new(ret, "ociVersion", json_string(OCI_VERSION));
	json_object_set_new(ret, "id", json_string(s->id));
	json_object_set_new(ret, "bundle", json_from_bytes(s->bundle));
	json_object_set_new(ret, "rootfs", json_from_bytes(s->rootfs));
	json_object_set_new(ret, "created", json_string(created));
	json_object_set_new(ret, "annotations", annotations_json(s));
	return ret;
}

int oci_state_write(const struct oci_state *s, struct err *e)
{
	auto_json json_t *v = known_json(s);
	auto_free char *text = NULL;

	json_object_set_new(v, "pid", json_integer(s->pid));
	json_object_set_new(v, "startTime",
			    json_integer((json_int_t)s->start_time));
	json_object_set_new(v, "createdNs", json_integer(s->created));
	if (s->cgroup)
		json_object_set_new(v, "cgroup", json_from_bytes(s->cgroup));
	json_object_set_new(v, "poststart", json_boolean(s->poststart));
	json_object_set_new(v, "poststop", json_boolean(s->poststop));
	text = json_text(v);
	return file_swap(s->dir, STATE, text, strlen(text), 0600, e);
}

static char *copy_of(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static int take_json(const json_t *v, struct oci_state *s, struct err *e)
{
	const char *bundle, *rootfs, *cgroup, *key;
	const json_t *annotations;
	int64_t pid, start;
	json_t *value;

	TRY(json_int(v, "pid", &pid, e));
	TRY(json_int(v, "startTime", &start, e));
	TRY(json_int(v, "createdNs", &s->created, e));
	TRY(json_str(v, "bundle", &bundle, e));
	TRY(json_str(v, "rootfs", &rootfs, e));
	TRY(json_str(v, "cgroup", &cgroup, e));
	TRY(json_bool(v, "poststart", &s->poststart, e));
	TRY(json_bool(v, "poststop", &s->poststop, e));
	TRY(json_obj(v, "annotations", &annotations, e));
	s->pid = (pid_t)pid;
	s->start_time = (uint64_t)start;
	s->bundle = copy_of(bundle ? bundle : "");
	s->rootfs = copy_of(rootfs ? rootfs : "");
	s->cgroup = copy_of(cgroup);
	json_object_foreach((json_t *)annotations, key, value)
		strv_printf(&s->annotations, "%s=%s", key,
			    json_string_value(value));
	return 0;
}

int oci_state_open(int root, const char *id, struct oci_state *ret,
		   struct err *e)
{
	auto_json json_t *v = NULL;
	int r;

	TRY(oci_state_check_id(id, e));
	ret->dir = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
				  O_CLOEXEC);
	if (ret->dir < 0 && errno == ENOENT)
		return err_set(e, ENOENT, "container %s: container does not "
			       "exist", id);
	if (ret->dir < 0)
		return err_sys(e, "open the folder of container %s", id);
	ret->root = root;
	ret->id = xstrdup(id);
	r = json_read_file(ret->dir, STATE, &v, e);
	if (r == -ENOENT)
		return err_set(e, ENOENT, "container %s: container does not "
			       "exist (it is being created, or that was cut "
			       "off)", id);
	TRY(r);
	return take_json(v, ret, e);
}

int oci_state_config(const struct oci_state *s, struct oci_config *ret,
		     struct err *e)
{
	auto_free char *text = NULL;
	size_t n;

	TRY(file_read(s->dir, "config.json", JSON_TEXT_MAX, &text, &n, e));
	return oci_config_parse(text, n, ret, e);
}

/* ---- its process ---- */

int oci_state_pidfd(const struct oci_state *s, struct err *e)
{
	auto_close int fd = syscall(SYS_pidfd_open, s->pid, 0);
	struct pollfd p = { fd, POLLIN, 0 };
	uint64_t start = 0;

	if (fd >= 0 && poll(&p, 1, 0) == 0 &&
	    proc_start_time(s->pid, &start, e) == 0 && start == s->start_time)
		return steal_fd(fd);
	return err_set(e, ESRCH, "container not running");
}

static bool is_paused(const struct oci_state *s)
{
	auto_close int fd = -1;
	struct err ignored;

	if (has(s, "paused"))
		return true;
	if (!s->cgroup)
		return false;
	fd = cgroup_open(s->cgroup, &ignored);
	return fd >= 0 && cgroup_number(fd, "cgroup.freeze", NULL) == 1;
}

enum oci_status oci_state_status(const struct oci_state *s)
{
	struct err ignored;
	auto_close int fd = oci_state_pidfd(s, &ignored);

	if (fd < 0)
		return OCI_STOPPED;
	if (has(s, START))
		return OCI_CREATED;
	return is_paused(s) ? OCI_PAUSED : OCI_RUNNING;
}

const char *oci_status_word(enum oci_status status)
{
	static const char *const words[] = {
		[OCI_CREATING] = "creating", [OCI_CREATED] = "created",
		[OCI_RUNNING] = "running", [OCI_PAUSED] = "paused",
		[OCI_STOPPED] = "stopped",
	};

	return words[status];
}

json_t *oci_state_json(const struct oci_state *s, enum oci_status status)
{
	json_t *ret = known_json(s);

	json_object_set_new(ret, "status",
			    json_string(oci_status_word(status)));
	json_object_set_new(ret, "pid", json_integer(status == OCI_STOPPED ?
						     0 : s->pid));
	return ret;
}

char *oci_state_known(const struct oci_state *s)
{
	auto_json json_t *v = known_json(s);
	char *text = json_text(v);
	size_t n = strlen(text);

	/* without the braces */
	memmove(text, text + 1, n - 1);
	text[n - 2] = '\0';
	return text;
}

/* ---- the socket ---- */

/* By way of the folder's fd: a socket's path holds 107 bytes, unix(7). */
static struct sockaddr_un address(const struct oci_state *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/" START,
		 s->dir);
	return a;
}

int oci_state_listen(const struct oci_state *s, struct err *e)
{
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un a = address(s);

	unlinkat(s->dir, START, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 1) < 0)
		return err_sys(e, "make the socket of the start");
	return steal_fd(fd);
}

int oci_state_connect(const struct oci_state *s, struct err *e)
{
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un a = address(s);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_sys(e, "reach the container's init");
	return steal_fd(fd);
}
