/*
 * floor.c - the least that the kernel needs for a container like rl's: the
 * same namespaces, id maps and mounts, one call each, then /bin/true.
 *
 * floor one|ranges[-tap] LAYER SCRATCH: an unpacked image that has all mount points
 * (so none has to be made), a folder with root/ and texts/ in it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int r, const char *what)
{
	if (r >= 0)
		return;
	perror(what);
	_exit(1);
}

static void put(pid_t pid, const char *file, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY);
	check(write(fd, text, strlen(text)), path);
	close(fd);
}

/* newuidmap and newgidmap side by side, with the first range of the file. */
static pid_t helper(const char *name, const char *file, pid_t pid, int own)
{
	char line[256], user[64], a[16], b[16], c[16], d[16];
	FILE *f = fopen(file, "r");
	unsigned int start = 0, count = 0;
	pid_t child;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63[^:]:%u:%u", user, &start, &count) == 3 &&
		    strcmp(user, getenv("USER")) == 0)
			break;
	snprintf(a, sizeof(a), "%d", pid);
	snprintf(b, sizeof(b), "%d", own);
	snprintf(c, sizeof(c), "%u", start);
	snprintf(d, sizeof(d), "%u", count);
	child = vfork();
	if (child == 0) {
		execl(name, name, a, "0", b, "1", "1", c, d, NULL);
		_exit(127);
	}
	return child;
}

static void map_ids(pid_t pid, int ranges)
{
	char text[64];

	if (ranges) {
		pid_t u = helper("/usr/bin/newuidmap", "/etc/subuid", pid,
				 getuid());
		pid_t g = helper("/usr/bin/newgidmap", "/etc/subgid", pid,
				 getgid());

		waitpid(u, NULL, 0);
		waitpid(g, NULL, 0);
		return;
	}
	put(pid, "setgroups", "deny");
	snprintf(text, sizeof(text), "0 %d 1", getuid());
	put(pid, "uid_map", text);
	snprintf(text, sizeof(text), "0 %d 1", getgid());
	put(pid, "gid_map", text);
}

static void mount_over(const char *from, const char *to)
{
	check(mount(from, to, NULL, MS_BIND | MS_REC, NULL), to);
}

static void readonly(const char *path)
{
	check(mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY |
		    MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), path);
}

/* A tmpfs outside the new root: what hosts and masks are bound from. */
static void texts(const char *scratch)
{
	static const char *const files[] = {
		"hosts", "resolv.conf", "hostname",
	};
	char from[4200], to[64];

	snprintf(from, sizeof(from), "%s/texts", scratch);
	check(mount("tmpfs", from, "tmpfs", 0, "mode=755"), from);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(from, sizeof(from), "%s/texts/%s", scratch, files[i]);
		mknod(from, S_IFREG | 0644, 0);
		snprintf(to, sizeof(to), "etc/%s", files[i]);
		mount_over(from, to);
	}
	snprintf(from, sizeof(from), "%s/texts/empty", scratch);
	mkdir(from, 0555);
}

/* What containers may not see, and what they may not write. */
static void masks(const char *scratch)
{
	static const char *const masked[] = {
		"proc/acpi", "proc/asound", "proc/interrupts", "proc/kcore",
		"proc/keys", "proc/latency_stats", "proc/sched_debug",
		"proc/scsi", "proc/timer_list", "proc/timer_stats",
		"sys/firmware", "sys/devices/virtual/powercap",
	};
	static const char *const kept[] = {
		"proc/bus", "proc/fs", "proc/irq", "proc/sys",
		"proc/sysrq-trigger",
	};
	char empty[4200];
	struct stat st;

	snprintf(empty, sizeof(empty), "%s/texts/empty", scratch);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (stat(kept[i], &st) == 0) {
			mount_over(kept[i], kept[i]);
			readonly(kept[i]);
		}
	for (size_t i = 0; i < sizeof(masked) / sizeof(*masked); i++) {
		if (stat(masked[i], &st) < 0)
			continue;
		mount_over(S_ISDIR(st.st_mode) ? empty : "/dev/null", masked[i]);
		if (S_ISDIR(st.st_mode))
			readonly(masked[i]);
	}
}

static void devices(void)
{
	static const char *const nodes[] = {
		"null", "zero", "full", "random", "urandom", "tty",
	};
	char from[64], to[64];

	check(mount("tmpfs", "dev", "tmpfs", 0, "mode=755"), "dev");
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		snprintf(from, sizeof(from), "/dev/%s", nodes[i]);
		snprintf(to, sizeof(to), "dev/%s", nodes[i]);
		mknod(to, S_IFREG | 0644, 0);
		mount_over(from, to);
	}
	mkdir("dev/pts", 0755);
	mkdir("dev/shm", 0755);
	mkdir("dev/mqueue", 0755);
	check(mount("devpts", "dev/pts", "devpts", 0, "newinstance"), "pts");
	check(mount("mqueue", "dev/mqueue", "mqueue", 0, NULL), "mqueue");
	check(mount("shm", "dev/shm", "tmpfs", 0, "size=64m"), "shm");
}

static void mounts(const char *layer, const char *scratch)
{
	char text[8192];

	check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "/");
	snprintf(text, sizeof(text), "lowerdir=%s,upperdir=%s/upper,"
		 "workdir=%s/work,userxattr,volatile", layer, scratch, scratch);
	snprintf(text + 4096, sizeof(text) - 4096, "%s/root", scratch);
	check(mount("overlay", text + 4096, "overlay", 0, text), "overlay");
	check(chdir(text + 4096), scratch);
	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	check(mount("sysfs", "sys", "sysfs", MS_RDONLY, NULL), "sys");
	check(mount("cgroup2", "sys/fs/cgroup", "cgroup2", 0, NULL), "cgroup");
	devices();
	texts(scratch);
	masks(scratch);
}

/*
 * A tap that is up, in the namespace: what a network of one's own needs.  As
 * the table of fds is shared, the other side has it too.
 */
static void tap(void)
{
	struct ifreq r = { .ifr_name = "eth0",
			   .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR), s;

	check(ioctl(fd, TUNSETIFF, &r), "tap");
	s = socket(AF_INET, SOCK_DGRAM, 0);
	r.ifr_flags = IFF_UP;
	check(ioctl(s, SIOCSIFFLAGS, &r), "tap up");
	close(s);
}

/*
 * Who serves a tap outlives the container: the kernel takes 10 ms and more
 * to remove one, which nobody has to wait for.
 */
static void keep_tap(const int p[2])
{
	char c;

	if (fork() != 0)
		return;
	close(p[1]);
	_exit(read(p[0], &c, 1) < 0);
}

static void child(int go, const char *layer, const char *scratch, int network)
{
	char c;

	check(read(go, &c, 1) == 1 ? 0 : -1, "go");
	check(setresgid(0, 0, 0), "gid");
	check(setresuid(0, 0, 0), "uid");
	if (network)
		tap();
	mounts(layer, scratch);
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	execl("bin/true", "true", NULL);
	check(-1, "/bin/true");
}

int main(int argc, char **argv)
{
	struct clone_args a = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
			 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
			 CLONE_NEWNET,
		.exit_signal = SIGCHLD,
	};
	static const char *const marks[] = {
		"work/work/incompat/volatile/dirty",
		"work/work/incompat/volatile", "work/work/incompat",
		"work/work", "work", "upper",
	};
	char upper[4096], work[4096], inner[8192];
	int p[2], status, network;
	pid_t pid;

	if (argc != 4)
		return 2;
	network = strstr(argv[1], "-tap") != NULL;
	if (network)
		a.flags |= CLONE_FILES;
	snprintf(upper, sizeof(upper), "%s/upper", argv[3]);
	snprintf(work, sizeof(work), "%s/work", argv[3]);
	mkdir(upper, 0755);
	mkdir(work, 0700);
	check(pipe(p), "pipe");
	pid = syscall(SYS_clone3, &a, sizeof(a));
	check(pid, "clone3");
	if (pid == 0)
		child(p[0], argv[2], argv[3], network);
	map_ids(pid, strncmp(argv[1], "ranges", 6) == 0);
	check(write(p[1], "", 1), "go");
	waitpid(pid, &status, 0);
	if (network)
		keep_tap(p);
	/* a fresh work folder for the next: overlayfs marks it volatile */
	for (int i = 3; i >= 1; i--) {
		snprintf(inner, sizeof(inner), "%s/%s", argv[3], marks[i]);
		chmod(inner, 0700);
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		snprintf(inner, sizeof(inner), "%s/%s", argv[3], marks[i]);
		if (unlink(inner) < 0)
			rmdir(inner);
	}
	return status != 0;
}
