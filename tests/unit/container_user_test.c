/* container_user_test.c - --user by an image's own passwd and group files. */
#include "core/container_user.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "www:x:33:34::/var/www:/bin/sh\n"
			     "1:x:77:78::/seven:/bin/sh\n"
			     "broken:x:no:5::/:/bin/sh\nshort:x\n\n";
static const char group[] = "root:x:0:\nwww:x:34:\nadm:x:4:www,root\n"
			    "disk:x:6:www\ntwice:x:6:www\nbad:x:z:www\n"
			    "like:x:9:wwww,ww\n";

/* "uid gid home groups" of what was resolved, or the error. */
static bool is(const char *text, const char *extra, const char *want)
{
	auto_strv struct strv more = { 0 };
	auto_str struct str got = { 0 };
	struct container_user u = { 0 };
	struct err e = { 0 };

	if (extra)
		strv_split(&more, extra, ',');
	if (container_user_resolve(text, &more, passwd, group, &u, &e) < 0)
		str_printf(&got, "%s", e.text);
	else
		str_printf(&got, "%u %u %s", u.uid, u.gid,
			   u.home ? u.home : "-");
	for (size_t i = 0; i < u.n_groups; i++)
		str_printf(&got, " %u", u.groups[i]);
	container_user_release(&u);
	printf("# %s: %s\n", text ? text : "(null)", str_text(&got));
	return streq(str_text(&got), want);
}

static void names_bring_their_groups(void)
{
	OK(is("www", NULL, "33 34 /var/www 4 6"));
	OK(is("33", NULL, "33 34 /var/www 4 6"));
	OK(is("", NULL, "0 0 /root 4"));
	OK(is(NULL, NULL, "0 0 /root 4"));
}

static void a_number_is_always_a_uid(void)
{
	OK(is("1", NULL, "1 0 -"));
	OK(is("4242", NULL, "4242 0 -"));
	OK(is("2147483647", NULL, "2147483647 0 -"));
}

static void an_explicit_group_is_alone(void)
{
	OK(is("www:adm", NULL, "33 4 /var/www"));
	OK(is("www:99", NULL, "33 99 /var/www"));
	OK(is("5:6", NULL, "5 6 -"));
	OK(is("www:", NULL, "33 34 /var/www 4 6"));
	OK(is(":adm", NULL, "0 4 /root"));
}

static void extra_groups_are_added(void)
{
	OK(is("www", "disk,99", "33 34 /var/www 4 6 99"));
	OK(is("www:adm", "root", "33 4 /var/www 0"));
	OK(is("5", "4294967296", "unable to find group 4294967296: no "
	      "matching entries in group file"));
}

static void unknown_names_say_so(void)
{
	OK(is("nobody", NULL, "unable to find user nobody: no matching "
	      "entries in passwd file"));
	OK(is("broken", NULL, "unable to find user broken: no matching "
	      "entries in passwd file"));
	OK(is("-1", NULL, "unable to find user -1: no matching entries in "
	      "passwd file"));
	OK(is("2147483648", NULL, "unable to find user 2147483648: no "
	      "matching entries in passwd file"));
	OK(is("www:nope", NULL, "unable to find group nope: no matching "
	      "entries in group file"));
}

static void groups_are_capped(void)
{
	auto_strv struct strv none = { 0 };
	auto_str struct str text = { 0 };
	struct container_user u;
	struct err e = { 0 };
	size_t n;

	for (int i = 0; i < 5000; i++)
		str_printf(&text, "g%d:x:%d:www\n", i, 1000 + i);
	OK(container_user_resolve("www", &none, passwd, str_text(&text), &u,
				  &e) == 0);
	n = u.n_groups;
	container_user_release(&u);
	OK(n == 1024);
}

/* read file of the size n: its code, or -EFBIG and so on */
static int read_sized(const char *path, off_t n)
{
	auto_free char *text = NULL;
	struct err e = { 0 };

	if (truncate(path, n) < 0)
		return -errno;
	return container_file_read(path, &text, &e);
}

static void hostile_files(void)
{
	char path[] = "/tmp/rl-user.XXXXXX";
	auto_close int fd = mkstemp(path);
	auto_free char *text = NULL, *fifo = NULL;
	struct err e = { 0 };
	int fits, over;

	OK(fd >= 0);
	fits = read_sized(path, 1 << 20);
	over = read_sized(path, (1 << 20) + 1);
	unlink(path);
	OK(fits == 0 && over == -EFBIG);
	OK(container_file_read(path, &text, &e) == 0);
	EQ_STR(text, "");
	OK(mkfifo(path, 0600) == 0);
	over = container_file_read(path, &fifo, &e);
	unlink(path);
	OK(over == 0 && streq(fifo, ""));
}

int main(void)
{
	RUN(names_bring_their_groups);
	RUN(a_number_is_always_a_uid);
	RUN(an_explicit_group_is_alone);
	RUN(extra_groups_are_added);
	RUN(unknown_names_say_so);
	RUN(groups_are_capped);
	RUN(hostile_files);
	return DONE();
}
