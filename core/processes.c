/* processes.c - the processes of a container, out of /proc. */
#include "core/processes.h"

#include "core/base/file.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

/* Fields of proc(5)'s stat, counted from the one behind the name. */
enum { STATE, PPID, UTIME = 11, STIME, CUTIME, CSTIME, RSS = 21, FIELDS };

static bool read_stat(int proc, const char *pid, struct process *ret)
{
	auto_free char *path = xasprintf("%s/stat", pid);
	auto_free char *text = NULL;
	uint64_t v[FIELDS] = { 0 };
	struct err ignored;
	char *s;

	if (file_read(proc, path, 4096, &text, NULL, &ignored) < 0)
		return false;
	/* the name in brackets may hold anything */
	s = strrchr(text, ')');
	for (int i = STATE; s && i < FIELDS; i++) {
		s = strchr(s, ' ');
		v[i] = s ? strtoull(++s, NULL, 10) : 0;
	}
	if (!s)
		return false;
	*ret = (struct process){
		.pid = atoi(pid), .parent = (pid_t)v[PPID], .pages = v[RSS],
		.ticks = v[UTIME] + v[STIME] + v[CUTIME] + v[CSTIME],
	};
	return true;
}

/* 0: not to be seen. */
static ino_t pid_namespace(int proc, const char *pid)
{
	auto_free char *path = xasprintf("%s/ns/pid", pid);
	struct stat st;

	return fstatat(proc, path, &st, 0) == 0 ? st.st_ino : 0;
}

static int read_all(DIR *d, ino_t ns, struct process_list *ret)
{
	struct dirent *ent;

	while ((ent = readdir(d))) {
		struct process p;

		if (!isdigit((unsigned char)ent->d_name[0]) ||
		    !read_stat(dirfd(d), ent->d_name, &p))
			continue;
		p.inside = ns && pid_namespace(dirfd(d), ent->d_name) == ns;
		ret->p = xrealloc(ret->p, ret->n + 1, sizeof(p));
		ret->p[ret->n++] = p;
	}
	return 0;
}

static struct process *find(const struct process_list *l, pid_t pid)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->p[i].pid == pid)
			return &l->p[i];
	return NULL;
}

/* Children may stand before their parents: again, until nothing changes. */
static void add_descendants(struct process_list *l)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < l->n; i++) {
			const struct process *parent;

			if (l->p[i].inside)
				continue;
			parent = find(l, l->p[i].parent);
			if (!parent || !parent->inside)
				continue;
			l->p[i].inside = true;
			more = true;
		}
	}
}

static int by_pid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return x->pid - y->pid;
}

static void keep_inside(struct process_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->p[i].inside)
			l->p[n++] = l->p[i];
	l->n = n;
	if (n)
		qsort(l->p, n, sizeof(*l->p), by_pid);
}

int processes_of(pid_t first, struct process_list *ret, struct err *e)
{
	auto_dir DIR *d = opendir("/proc");
	auto_free char *text = xasprintf("%d", (int)first);
	struct process *p;
	ino_t ns;

	*ret = (struct process_list){ 0 };
	if (!d)
		return err_sys(e, "open /proc");
	ns = pid_namespace(dirfd(d), text);
	/* with --pid host it has everybody's: then only its descendants are
	 * its own */
	if (ns == pid_namespace(dirfd(d), "self"))
		ns = 0;
	read_all(d, ns, ret);
	p = find(ret, first);
	if (!p) {
		process_list_release(ret);
		return err_set(e, ESRCH, "process %d is gone", (int)first);
	}
	p->inside = true;
	add_descendants(ret);
	keep_inside(ret);
	return 0;
}

void process_list_release(struct process_list *l)
{
	free(l->p);
	*l = (struct process_list){ 0 };
}

bool process_list_has(const struct process_list *l, pid_t pid)
{
	return find(l, pid) != NULL;
}
