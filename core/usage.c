/* usage.c - what a container takes, summed over its processes. */
#include "core/usage.h"

#include "core/base/file.h"
#include "core/base/time.h"
#include "core/cgroup.h"
#include "core/processes.h"

#include <stdio.h>

#define PROC_FILE_MAX (1 << 20)

/* A file of /proc/PID; NULL: it may not be read, or is gone. */
static char *proc_file(pid_t pid, const char *name)
{
	auto_free char *path = xasprintf("/proc/%d/%s", (int)pid, name);
	char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, path, PROC_FILE_MAX, &text, NULL, &ignored) < 0)
		return NULL;
	return text;
}

/* The number behind "KEY:" at the beginning of a line; 0 without. */
static uint64_t number_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = text; s && *s; s = strchr(s, '\n'),
	     s = s ? s + 1 : NULL)
		if (strncmp(s, key, n) == 0 && s[n] == ':')
			return strtoull(s + n + 1, NULL, 10);
	return 0;
}

/* PSS where the kernel lets us, else what is resident. */
static uint64_t memory_of(const struct process *p)
{
	auto_free char *text = proc_file(p->pid, "smaps_rollup");
	uint64_t kb = text ? number_of(text, "Pss") : 0;

	return kb ? kb * 1024 : p->pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void add_block(pid_t pid, struct usage *u)
{
	auto_free char *text = proc_file(pid, "io");

	if (!text)
		return;
	u->block_in += number_of(text, "read_bytes");
	u->block_out += number_of(text, "write_bytes");
}

static bool own_network(pid_t pid)
{
	auto_free char *path = xasprintf("/proc/%d/ns/net", (int)pid);
	struct stat theirs, ours;

	return stat(path, &theirs) == 0 &&
	       stat("/proc/self/ns/net", &ours) == 0 &&
	       theirs.st_ino != ours.st_ino;
}

/* A line is "  tap0: BYTES PACKETS ... (8 columns) BYTES ..."; not lo's. */
static void add_interface(const char *line, struct usage *u)
{
	char name[32];
	uint64_t in, out;

	if (sscanf(line, " %31[^:]: %lu %*u %*u %*u %*u %*u %*u %*u %lu", name,
		   &in, &out) != 3 || streq(name, "lo"))
		return;
	u->net_in += in;
	u->net_out += out;
}

static void add_network(pid_t pid, struct usage *u)
{
	auto_free char *text = own_network(pid) ? proc_file(pid, "net/dev") :
						  NULL;
	auto_strv struct strv lines = { 0 };

	if (!text)
		return;
	strv_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.n; i++)
		add_interface(lines.v[i], u);
}

static uint64_t machine_memory(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) *
	       (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- by its processes ---- */

static int read_processes(pid_t first, struct usage *ret, struct err *e)
{
	auto_process_list struct process_list l = { 0 };
	uint64_t ticks = 0;

	TRY(processes_of(first, &l, e));
	for (size_t i = 0; i < l.n; i++) {
		ticks += l.p[i].ticks;
		ret->memory += memory_of(&l.p[i]);
		add_block(l.p[i].pid, ret);
	}
	ret->cpu_ns = ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
	ret->pids = l.n;
	return 0;
}

/* ---- by its cgroup ---- */

/* docker's: without the file cache that nobody used lately. */
static void take_memory(int fd, struct usage *u)
{
	int64_t now = cgroup_number(fd, "memory.current", NULL);
	int64_t idle = cgroup_number(fd, "memory.stat", "inactive_file");
	int64_t max = cgroup_number(fd, "memory.max", NULL);

	if (now < 0)
		return;
	u->memory = now > idle && idle > 0 ? now - idle : now;
	if (max >= 0 && (uint64_t)max < u->limit)
		u->limit = max;
}

/* Lines "8:0 rbytes=1 wbytes=2 rios=...". */
static uint64_t sum_of(const char *text, const char *key)
{
	uint64_t sum = 0;

	for (const char *s = strstr(text, key); s; s = strstr(s, key))
		sum += strtoull(s += strlen(key), NULL, 10);
	return sum;
}

static void take_io(int fd, struct usage *u)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(fd, "io.stat", PROC_FILE_MAX, &text, NULL,
		      &ignored) < 0)
		return;
	u->block_in = sum_of(text, " rbytes=");
	u->block_out = sum_of(text, " wbytes=");
}

static void read_cgroup(int fd, struct usage *u)
{
	int64_t us = cgroup_number(fd, "cpu.stat", "usage_usec");
	int64_t pids = cgroup_number(fd, "pids.current", NULL);

	if (us >= 0)
		u->cpu_ns = us * 1000;
	if (pids >= 0)
		u->pids = pids;
	take_memory(fd, u);
	take_io(fd, u);
}

int usage_read(pid_t first, const char *cgroup, struct usage *ret,
	       struct err *e)
{
	auto_close int fd = cgroup ? cgroup_open(cgroup, e) : -1;
	bool all = fd >= 0 && faccessat(fd, "memory.current", F_OK, 0) == 0 &&
		   faccessat(fd, "pids.current", F_OK, 0) == 0;

	*ret = (struct usage){ .at = time_steady(), .limit = machine_memory() };
	if (!all)
		TRY(read_processes(first, ret, e));
	if (fd >= 0)
		read_cgroup(fd, ret);
	add_network(first, ret);
	return 0;
}

double usage_cpu_percent(const struct usage *before, const struct usage *now)
{
	int64_t time = now->at - before->at;

	/* the time of a process that nobody waited for is lost */
	if (time <= 0 || now->cpu_ns < before->cpu_ns)
		return 0;
	return 100.0 * (double)(now->cpu_ns - before->cpu_ns) / (double)time;
}
