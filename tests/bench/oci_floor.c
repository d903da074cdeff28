/*
 * oci_floor.c - the least that an OCI runtime's three commands need: what
 * floor.c does, cut where the container waits to be started.
 *
 * oci_floor LAYER SCRATCH create -b BUNDLE ID | start ID | delete ID
 */
#define main floor_main
#include "floor.c"
#undef main

static char fifo[4096], state[4096], folder[4000];

/* The bundle's mounts: a folder, no overlay, no texts. */
static void oci_mounts(const char *layer, const char *scratch)
{
	char from[4200];

	check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "/");
	mount_over(layer, layer);
	check(chdir(layer), layer);
	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	devices();
	check(mount("sysfs", "sys", "sysfs", MS_RDONLY, NULL), "sys");
	snprintf(from, sizeof(from), "%s/texts", scratch);
	check(mount("tmpfs", from, "tmpfs", 0, "mode=755"), from);
	snprintf(from, sizeof(from), "%s/texts/empty", scratch);
	mkdir(from, 0555);
	masks(scratch);
}

static void waiting_child(const int go[2], int ready, const char *layer,
			  const char *scratch)
{
	int wait = open(fifo, O_RDWR);
	char c;

	check(read(go[0], &c, 1) == 1 ? 0 : -1, "go");
	check(setresgid(0, 0, 0), "gid");
	check(setresuid(0, 0, 0), "uid");
	oci_mounts(layer, scratch);
	check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	check(write(ready, "", 1), "ready");
	check(read(wait, &c, 1), "start");
	execl("bin/true", "true", NULL);
	check(-1, "/bin/true");
}

static int create(const char *layer, const char *scratch)
{
	struct clone_args a = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID |
			 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET,
		.exit_signal = SIGCHLD,
	};
	int go[2], ready[2], fd;
	char c, text[32];
	pid_t pid;

	check(mkdir(folder, 0700), folder);
	check(mkfifo(fifo, 0600), fifo);
	check(pipe(go), "pipe");
	check(pipe(ready), "pipe");
	pid = syscall(SYS_clone3, &a, sizeof(a));
	check(pid, "clone3");
	if (pid == 0)
		waiting_child(go, ready[1], layer, scratch);
	close(ready[1]);
	map_ids(pid, 0);
	check(write(go[1], "", 1), "go");
	check(read(ready[0], &c, 1) == 1 ? 0 : -1, "ready");
	fd = open(state, O_WRONLY | O_CREAT, 0600);
	snprintf(text, sizeof(text), "%d", pid);
	check(write(fd, text, strlen(text)), state);
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 4 ? argv[3] : "";
	const char *id = argv[argc - 1];
	int fd;

	snprintf(folder, sizeof(folder), "%s/%s", argc > 4 ? argv[2] : "", id);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	snprintf(state, sizeof(state), "%s/state", folder);
	if (strcmp(verb, "create") == 0)
		return create(argv[1], argv[2]);
	if (strcmp(verb, "start") == 0) {
		fd = open(fifo, O_WRONLY);
		return write(fd, "", 1) != 1;
	}
	unlink(fifo);
	unlink(state);
	return rmdir(folder) < 0;
}
