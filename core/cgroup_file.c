/* cgroup_file.c - the files of a control group. */
#include "core/cgroup.h"

#include "core/base/file.h"
#include "core/base/time.h"

#include <poll.h>
#include <stdio.h>

#define FILE_TEXT_MAX (1 << 20)
/* A frozen process may first have to come back from a slow disk. */
#define FREEZE_MS     10000
#define MOVE_ROUNDS   16

/* ---- reading ---- */

static char *read_text(int fd, const char *file)
{
	struct err ignored;
	char *text = NULL;

	if (file_read(fd, file, FILE_TEXT_MAX, &text, NULL, &ignored) < 0)
		return NULL;
	return text;
}

bool cgroup_has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (*list) {
		size_t k = strcspn(list, " \n");

		if (k == n && strncmp(list, word, n) == 0)
			return true;
		list += k + strspn(list + k, " \n");
	}
	return false;
}

/* The rest of the line that begins with the key and a blank. */
static const char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	while (text && *text) {
		if (strncmp(text, key, n) == 0 && text[n] == ' ')
			return text + n + 1;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

int64_t cgroup_number(int fd, const char *file, const char *key)
{
	auto_free char *text = read_text(fd, file);
	const char *value = key ? value_of(text, key) : text;

	if (!value || *value < '0' || *value > '9')
		return -1;
	return strtoll(value, NULL, 10);
}

void cgroup_oom(int fd, struct cgroup_oom *ret)
{
	ret->kills = cgroup_number(fd, "memory.events", "oom_kill");
	ret->limit = cgroup_number(fd, "memory.max", NULL);
	ret->peak = cgroup_number(fd, "memory.peak", NULL);
}

int cgroup_open(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_sys(e, "open the cgroup %s", path) : fd;
}

/* ---- processes ---- */

int cgroup_move(int dirfd, pid_t pid, struct err *e)
{
	char text[24];

	snprintf(text, sizeof(text), "%d", (int)pid);
	return file_poke(dirfd, "cgroup.procs", text, e);
}

int cgroup_move_all(int from, int to, struct err *e)
{
	/* one that forks meanwhile leaves a child behind: look again */
	for (int i = 0; i < MOVE_ROUNDS; i++) {
		auto_free char *text = read_text(from, "cgroup.procs");
		char *next = text;

		if (!text || !*text)
			return 0;
		while (*next) {
			pid_t pid = strtol(next, &next, 10);

			next += strcspn(next, "0123456789");
			if (pid && cgroup_move(to, pid, e) < 0 &&
			    e->code != ESRCH)
				return -e->code;
		}
	}
	return err_set(e, EBUSY, "move the processes of the cgroup: new ones "
		       "come faster than they can be moved");
}

/* "+memory", "+pids": what the group has and its children have not. */
static int not_enabled(int dirfd, struct strv *ret, bool *ret_others,
		       struct err *e)
{
	auto_free char *have = read_text(dirfd, "cgroup.controllers");
	auto_free char *on = read_text(dirfd, "cgroup.subtree_control");
	auto_strv struct strv words = { 0 };

	if (!have || !on)
		return err_set(e, ENOENT, "no controllers");
	have[strcspn(have, "\n")] = '\0';
	strv_split(&words, have, ' ');
	for (size_t i = 0; i < words.n; i++)
		if (*words.v[i] && !cgroup_has_word(on, words.v[i]))
			strv_printf(ret, "+%s", words.v[i]);
	*ret_others = *on && *on != '\n';
	return 0;
}

/*
 * All at once is one pass over the tree; but the kernel refuses cpuset where
 * a process with more rights than ours is in the group, and the rest with it.
 */
int cgroup_enable_all(int dirfd, struct err *e)
{
	auto_strv struct strv words = { 0 };
	auto_str struct str text = { 0 };
	bool some = false;

	TRY(not_enabled(dirfd, &words, &some, e));
	for (size_t i = 0; i < words.n; i++)
		str_printf(&text, "%s%s", i ? " " : "", words.v[i]);
	if (!words.n || file_poke(dirfd, "cgroup.subtree_control",
				  str_text(&text), e) == 0)
		return 0;
	if (e->code == EBUSY)
		return -EBUSY;
	for (size_t i = 0; words.n > 1 && i < words.n; i++)
		some |= file_poke(dirfd, "cgroup.subtree_control", words.v[i],
				  e) == 0;
	return some ? 0 : -e->code;
}

/* ---- all at once ---- */

/* Until the key of cgroup.events is the value, or the time is over. */
static bool await_event(int fd, const char *key, int64_t value, int ms)
{
	int64_t until = time_steady() + ms * (NS_PER_S / 1000);
	auto_close int events = openat(fd, "cgroup.events",
				       O_RDONLY | O_CLOEXEC);
	struct pollfd p = { events, POLLPRI, 0 };

	while (cgroup_number(fd, "cgroup.events", key) != value) {
		char buf[256];

		if (events < 0 || time_steady() > until)
			return false;
		/* the file must be read for the next change to be told */
		if (pread(events, buf, sizeof(buf), 0) < 0)
			return false;
		poll(&p, 1, 5);
	}
	return true;
}

int cgroup_freeze(int fd, bool frozen, struct err *e)
{
	TRY(file_poke(fd, "cgroup.freeze", frozen ? "1" : "0", e));
	if (await_event(fd, "frozen", frozen, FREEZE_MS))
		return 0;
	return err_set(e, ETIMEDOUT, "the cgroup's processes do not %s",
		       frozen ? "stop" : "go on");
}

int cgroup_kill(int fd, struct err *e)
{
	TRY(file_poke(fd, "cgroup.kill", "1", e));
	if (await_event(fd, "populated", 0, FREEZE_MS))
		return 0;
	return err_set(e, ETIMEDOUT, "the cgroup's processes do not end");
}

/* ---- removal ---- */

/* The first folder in it; NULL: there is none.  Caller frees. */
static char *first_folder(int fd)
{
	auto_dir DIR *d = NULL;
	struct dirent *n;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	d = copy < 0 ? NULL : fdopendir(copy);
	while (d && (n = readdir(d)))
		if (n->d_type == DT_DIR && *n->d_name != '.')
			return xstrdup(n->d_name);
	return NULL;
}

/*
 * From the bottom up, anew for each: a container may have made groups deeper
 * than there are fds.  1: it was the folder itself.
 */
static int remove_deepest(int dirfd, const char *name)
{
	auto_close int at = dup(dirfd);
	auto_free char *child = xstrdup(name);

	for (int depth = 0;; depth++) {
		auto_close int fd = openat(at, child, O_RDONLY | O_DIRECTORY |
					   O_CLOEXEC | O_NOFOLLOW);
		char *deeper = fd < 0 ? NULL : first_folder(fd);

		if (!deeper)
			return unlinkat(at, child, AT_REMOVEDIR) < 0 ?
				       -errno : depth == 0;
		free(child);
		child = deeper;
		close(at);
		at = steal_fd(fd);
	}
}

int cgroup_remove(int dirfd, const char *name)
{
	int r;

	do
		r = remove_deepest(dirfd, name);
	while (r == 0);
	return r == -ENOENT || r == 1 ? 0 : r;
}
