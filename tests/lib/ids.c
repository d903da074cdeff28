/* ids.c - changes of ids and their answers: run inside a container by tests. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void check(int ok, const char *what, int line)
{
	if (ok)
		return;
	printf("line %d: %s (errno %s)\n", line, what, strerrorname_np(errno));
	failures++;
}

#define CHECK(x) check((x), #x, __LINE__)

/* The call fails, with this errno. */
#define FAILS(call, code) \
	check((errno = 0, (call) == -1 && errno == (code)), #call, __LINE__)

static int are(uid_t r, uid_t e, uid_t s)
{
	uid_t a, b, c;

	return getresuid(&a, &b, &c) == 0 && a == r && b == e && c == s &&
	       getuid() == r && geteuid() == e;
}

static int groups_are(gid_t r, gid_t e, gid_t s)
{
	gid_t a, b, c;

	return getresgid(&a, &b, &c) == 0 && a == r && b == e && c == s &&
	       getgid() == r && getegid() == e;
}

/* Run fn in a child: its failures are ours. */
static void in_child(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		failures = 0;
		fn();
		fflush(stdout);
		_exit(failures != 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void drop_for_good(void)
{
	gid_t list[3] = { 5, 6, 7 }, got[8];

	CHECK(are(0, 0, 0) && groups_are(0, 0, 0));
	CHECK(setgroups(3, list) == 0);
	CHECK(getgroups(0, NULL) == 3);
	CHECK(getgroups(8, got) == 3 && memcmp(got, list, sizeof(list)) == 0);
	FAILS(getgroups(2, got), EINVAL);
	CHECK(setresgid(43, 43, 43) == 0 && groups_are(43, 43, 43));
	CHECK(setresuid(42, 42, 42) == 0 && are(42, 42, 42));
	FAILS(setuid(0), EPERM);
	FAILS(seteuid(0), EPERM);
	FAILS(setgid(0), EPERM);
	FAILS(setresuid(-1, 0, -1), EPERM);
	FAILS(setreuid(0, -1), EPERM);
	FAILS(setgroups(0, NULL), EPERM);
	CHECK(setuid(42) == 0 && setresuid(-1, -1, -1) == 0);
	CHECK(are(42, 42, 42) && groups_are(43, 43, 43));
}

static void drop_for_a_while(void)
{
	CHECK(setresuid(-1, 42, -1) == 0 && are(0, 42, 0));
	FAILS(setgroups(0, NULL), EPERM);
	CHECK(setfsuid(-1) == 42);
	CHECK(seteuid(0) == 0 && are(0, 0, 0));
	CHECK(setreuid(42, 0) == 0 && are(42, 0, 0));
	CHECK(setreuid(0, 42) == 0 && are(0, 42, 42));
	CHECK(setuid(0) == 0);
	CHECK(are(0, 0, 42));
	CHECK(setuid(7) == 0 && are(7, 7, 7));
	FAILS(setuid(0), EPERM);
}

static void of_groups(void)
{
	CHECK(setregid(5, 6) == 0 && groups_are(5, 6, 6));
	CHECK(setgid(9) == 0 && groups_are(9, 9, 9));
	CHECK(setresgid(0, 1, 2) == 0 && groups_are(0, 1, 2));
	CHECK(setfsgid(4) == 1 && setfsgid(-1) == 4);
	CHECK(setgroups(0, NULL) == 0 && getgroups(0, NULL) == 0);
	FAILS(setgroups(1000000, (void *)1), EINVAL);
	FAILS(setgroups(2, (void *)1), EFAULT);
	FAILS(syscall(SYS_getresuid, 1, 1, 1), EFAULT);
	FAILS(setuid(-1), EINVAL);
}

/* What setpriv(1) does: the user first, then the groups. */
static void with_kept_caps(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];
	gid_t list[2] = { 8, 9 };

	CHECK(prctl(PR_SET_KEEPCAPS, 1) == 0);
	CHECK(setresuid(42, 42, 42) == 0);
	CHECK(prctl(PR_GET_KEEPCAPS) == 1);
	CHECK(syscall(SYS_capget, &h, d) == 0);
	d[0].effective = d[0].permitted;
	CHECK(syscall(SYS_capset, &h, d) == 0);
	CHECK(setresgid(43, 43, 43) == 0 && setgroups(2, list) == 0);
	CHECK(are(42, 42, 42) && groups_are(43, 43, 43));
	CHECK(getgroups(0, NULL) == 2);
	/* another program has them no more */
	execl("/proc/self/exe", "ids", "no-way-back", NULL);
	CHECK(0);
}

static void *thread(void *arg)
{
	*(int *)arg = are(42, 42, 42);
	return NULL;
}

/* libc lets every thread change its ids; they must all see the new ones. */
static void with_threads(void)
{
	pthread_t t;
	int ok = 0;

	CHECK(setresuid(42, 42, 42) == 0);
	CHECK(pthread_create(&t, NULL, thread, &ok) == 0);
	CHECK(pthread_join(t, NULL) == 0 && ok);
}

/* The limit that carries the row is a process's own to break. */
static void hostile_limit(void)
{
	static const rlim_t values[] = {
		1, 2, 3, 4095, 4096, 4097, 1UL << 31, 1UL << 32, 1UL << 63,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct rlimit l = { values[i], RLIM_INFINITY };

		CHECK(setrlimit(RLIMIT_LOCKS, &l) == 0);
		CHECK((int)getuid() >= 0 && (int)geteuid() >= 0);
		setuid(5);
		getgroups(0, NULL);
	}
}

static void lowered_limit(void)
{
	struct rlimit l = { 0, 0 };

	CHECK(setresuid(0, 77, 0) == 0);
	CHECK(setrlimit(RLIMIT_LOCKS, &l) == 0);
	CHECK(geteuid() == 77 && seteuid(0) == 0);
	CHECK(getuid() == 0);
	CHECK(setuid(0) == 0);
}

/* More sets of ids than there is room for: an error, and no more. */
static void too_many(void)
{
	int r = 0;

	for (uid_t i = 1000; i < 7000 && r == 0; i++)
		r = setresuid(i, 0, 0);
	CHECK(r == -1 && errno == EAGAIN);
	CHECK(getuid() >= 1000);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "show") == 0) {
		printf("%d %d %d %d\n", getuid(), geteuid(), getgid(),
		       getegid());
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "become") == 0) {
		/* become UID COMMAND...: across execve */
		uid_t id = atoi(argv[2]);

		if (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
			return 1;
		execv(argv[3], argv + 3);
		return 1;
	}
	if (argc > 1 && strcmp(argv[1], "no-way-back") == 0) {
		FAILS(setuid(0), EPERM);
		FAILS(setgid(0), EPERM);
		CHECK(are(42, 42, 42) && getgroups(0, NULL) == 2);
		return failures != 0;
	}
	in_child(drop_for_good);
	in_child(with_kept_caps);
	in_child(drop_for_a_while);
	in_child(of_groups);
	in_child(with_threads);
	in_child(hostile_limit);
	in_child(lowered_limit);
	if (argc > 1 && strcmp(argv[1], "flood") == 0)
		in_child(too_many);
	CHECK(are(0, 0, 0));
	printf(failures ? "failed\n" : "all as on a real system\n");
	return failures != 0;
}
