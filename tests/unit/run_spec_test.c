/* run_spec_test.c - options and an image's config become a spec. */
#include "cmd/ui/run_options.h"
#include "tests/unit/tap.h"

static struct world {
	struct run_options o;
	struct image_config c;
	struct spec s;
	struct err e;
} w;

static void forget(void)
{
	static struct strv *const lists[] = {
		&w.o.env, &w.o.env_file, &w.o.volumes, &w.o.mounts, &w.o.tmpfs,
		&w.o.label, &w.o.security, &w.o.ulimit, &w.o.group_add,
		&w.o.device, &w.o.sysctl, &w.o.add_host, &w.o.dns,
		&w.o.annotation,
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		strv_release(lists[i]);
	image_config_release(&w.c);
	spec_release(&w.s);
	w = (struct world){ 0 };
}

/* Plan it all, for a command of these words (NULL ends them). */
static int plan(const char *first, ...)
{
	const char *words[8] = { first };
	struct net net = NET_INIT;
	va_list ap;
	int n = first != NULL, r;

	va_start(ap, first);
	while (n && (words[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	spec_release(&w.s);
	spec_init(&w.s);
	r = net_parse("none", &net, &w.e);
	if (r == 0)
		r = run_options_spec(&w.o, &w.c, n, (char **)words, &w.s, &net,
				     &w.e);
	if (r < 0)
		printf("# %s\n", w.e.text);
	net_stop(&net);
	return r;
}

static bool command_is(const char *want)
{
	auto_str struct str got = { 0 };

	for (size_t i = 0; i < w.s.argv.n; i++)
		str_printf(&got, "%s%s", i ? " " : "", w.s.argv.v[i]);
	printf("# %s\n", str_text(&got));
	return streq(str_text(&got), want);
}

/* Is there such a word in the list? */
static bool has(const struct strv *l, const char *word)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->v[i], word))
			return true;
	return false;
}

/* An option's list, of one word, is refused with this text. */
static bool refused(struct strv *l, const char *word, const char *why)
{
	bool ok;

	strv_add(l, word);
	ok = plan("true", NULL) == -EINVAL && strstr(w.e.text, why);
	strv_release(l);
	return ok;
}

static void entrypoint_and_command(void)
{
	strv_add(&w.c.entrypoint, "/e");
	strv_add(&w.c.cmd, "a");
	strv_add(&w.c.cmd, "b");
	OK(plan(NULL) == 0 && command_is("/e a b"));
	OK(plan("x", NULL) == 0 && command_is("/e x"));
	w.o.entrypoint = "/o";
	OK(plan(NULL) == 0 && command_is("/o"));
	OK(plan("x", "y", NULL) == 0 && command_is("/o x y"));
	w.o.entrypoint = "[\"/l\", \"-c\"]";
	OK(plan("x", NULL) == 0 && command_is("/l -c x"));
	w.o.entrypoint = "[not json";
	OK(plan(NULL) == 0 && command_is("[not json"));
	w.o.entrypoint = "[1]";
	OK(plan(NULL) == -EINVAL);
	w.o.entrypoint = "";
	OK(plan("x", NULL) == 0 && command_is("x"));
	OK(plan(NULL) == -EINVAL && strstr(w.e.text, "no command specified"));
}

static void the_environment_in_its_order(void)
{
	strv_add(&w.c.env, "A=image");
	strv_add(&w.c.env, "B=image");
	strv_add(&w.c.env, "PATH=/image");
	strv_add(&w.o.env, "B=option");
	strv_add(&w.o.env, "RL_TEST_OURS");
	strv_add(&w.o.env, "A");
	setenv("RL_TEST_OURS", "here", 1);
	unsetenv("A");
	w.o.hostname = "box";
	OK(plan("true", NULL) == 0);
	OK(has(&w.s.env, "PATH=/image") && has(&w.s.env, "HOSTNAME=box"));
	OK(has(&w.s.env, "B=option") && has(&w.s.env, "RL_TEST_OURS=here"));
	OK(!has(&w.s.env, "A=image") && !has(&w.s.env, "TERM=xterm"));
	w.o.tty = true;
	OK(plan("true", NULL) == 0 && has(&w.s.env, "TERM=xterm"));
}

static void user_and_working_directory(void)
{
	OK(plan("true", NULL) == 0);
	EQ_STR(w.s.cwd, "/");
	EQ_STR(w.s.user.text, "");
	w.c.user = xstrdup("www");
	w.c.workdir = xstrdup("/image");
	OK(plan("true", NULL) == 0);
	EQ_STR(w.s.cwd, "/image");
	EQ_STR(w.s.user.text, "www");
	w.o.workdir = "/option";
	w.o.user = "5:6";
	OK(plan("true", NULL) == 0);
	EQ_STR(w.s.cwd, "/option");
	EQ_STR(w.s.user.text, "5:6");
	w.o.workdir = "rel";
	OK(plan("true", NULL) == -EINVAL && strstr(w.e.text, "absolute"));
}

static void keep_id_is_who_we_are(void)
{
	auto_free char *us = xasprintf("%u:%u", getuid(), getgid());

	w.o.userns = "keep-id";
	OK(plan("true", NULL) == 0);
	EQ_STR(w.s.user.text, us);
}

static void labels_the_last_wins(void)
{
	w.c.labels = json_object();
	json_object_set_new(w.c.labels, "a", json_string("image"));
	json_object_set_new(w.c.labels, "b", json_string("image"));
	strv_add(&w.o.label, "b=option");
	strv_add(&w.o.label, "c");
	strv_add(&w.o.annotation, "n=1");
	OK(plan("true", NULL) == 0);
	OK(w.s.labels.n == 3 && has(&w.s.labels, "a=image"));
	OK(has(&w.s.labels, "b=option") && has(&w.s.labels, "c="));
	OK(has(&w.s.annotations, "n=1"));
}

static void namespaces(void)
{
	OK(plan("true", NULL) == 0);
	OK(w.s.ns[NS_UTS].mode == NS_PRIVATE);
	OK(w.s.ns[NS_NET].mode == NS_PRIVATE);
	OK(!w.s.time_offset && strlen(w.s.hostname) == 12);
	w.o.uts = w.o.ipc = w.o.pid = w.o.cgroupns = "host";
	w.o.time_offset = "-3600";
	OK(plan("true", NULL) == 0);
	OK(w.s.ns[NS_UTS].mode == NS_HOST && w.s.ns[NS_IPC].mode == NS_HOST);
	OK(w.s.ns[NS_PID].mode == NS_HOST);
	OK(w.s.ns[NS_CGROUP].mode == NS_HOST);
	OK(w.s.time_offset && w.s.time_offset_s == -3600);
	w.o.hostname = "box";
	OK(plan("true", NULL) == -EINVAL && strstr(w.e.text, "conflicting"));
	w.o.uts = "elsewhere";
	OK(plan("true", NULL) == -EINVAL);
	w.o.uts = NULL;
	w.o.time_offset = "soon";
	OK(plan("true", NULL) == -EINVAL);
}

static void host_names_are_1_to_64_bytes(void)
{
	char name[66] = "";

	w.o.hostname = name;
	OK(plan("true", NULL) == -EINVAL);
	memset(name, 'x', 64);
	OK(plan("true", NULL) == 0);
	name[64] = 'x';
	OK(plan("true", NULL) == -EINVAL);
}

static void ulimits(void)
{
	strv_add(&w.o.ulimit, "nofile=100:200");
	strv_add(&w.o.ulimit, "core=0");
	strv_add(&w.o.ulimit, "stack=-1");
	OK(plan("true", NULL) == 0 && w.s.n_rlimits == 3);
	OK(w.s.rlimits[0].resource == RLIMIT_NOFILE);
	OK(w.s.rlimits[0].value.rlim_cur == 100 &&
	   w.s.rlimits[0].value.rlim_max == 200);
	OK(w.s.rlimits[1].value.rlim_max == 0);
	OK(w.s.rlimits[2].value.rlim_cur == RLIM_INFINITY);
	strv_release(&w.o.ulimit);
	OK(refused(&w.o.ulimit, "nofile", "NAME=SOFT"));
	OK(refused(&w.o.ulimit, "nofile=2:1", "SOFT is at most HARD"));
	OK(refused(&w.o.ulimit, "nofile=x", "numbers"));
	OK(refused(&w.o.ulimit, "files=1", "invalid ulimit type: files"));
}

static void security_options(void)
{
	OK(plan("true", NULL) == 0);
	OK(!w.s.no_new_privs && !w.s.seccomp_unconfined && !w.s.unmasked);
	OK(w.s.masked_paths.n > 5 && w.s.readonly_paths.n == 5);
	strv_add(&w.o.security, "no-new-privileges");
	strv_add(&w.o.security, "seccomp:unconfined");
	strv_add(&w.o.security, "systempaths=unconfined");
	strv_add(&w.o.security, "label=disable");
	OK(plan("true", NULL) == 0);
	OK(w.s.no_new_privs && w.s.seccomp_unconfined && w.s.unmasked);
	OK(w.s.masked_paths.n == 0 && w.s.readonly_paths.n == 0);
	strv_release(&w.o.security);
	OK(refused(&w.o.security, "seccomp", "invalid --security-opt"));
	OK(refused(&w.o.security, "no-new-privileges=maybe", "invalid"));
	OK(refused(&w.o.security, "label=x:y", "invalid"));
}

static void sysctls_and_devices(void)
{
	strv_add(&w.o.sysctl, "net.ipv4.conf.eth0/1.forwarding=1");
	strv_add(&w.o.device, "/dev/fuse");
	strv_add(&w.o.device, "/dev/null:/dev/zero2:rwm");
	OK(plan("true", NULL) == 0 && w.s.n_sysctls == 1);
	EQ_STR(w.s.sysctls[0].key, "net/ipv4/conf/eth0.1/forwarding");
	EQ_STR(w.s.sysctls[0].value, "1");
	EQ_STR(w.s.devices[0].dest, "/dev/fuse");
	EQ_STR(w.s.devices[1].dest, "/dev/zero2");
	strv_release(&w.o.sysctl);
	strv_release(&w.o.device);
	OK(refused(&w.o.sysctl, "=1", "KEY=VALUE"));
	OK(refused(&w.o.sysctl, "a//../b=1", "not a kernel parameter"));
	OK(refused(&w.o.device, "fuse", "--device"));
	OK(refused(&w.o.device, "/dev/a:b", "--device"));
}

/* Where in the order of mounting is this place? */
static int place(const char *dest)
{
	for (size_t i = 0; i < w.s.mounts.n; i++)
		if (streq(w.s.mounts.m[i].dest, dest))
			return (int)i;
	return -1;
}

static void mounts_in_their_order(void)
{
	strv_add(&w.o.tmpfs, "/t");
	strv_add(&w.o.volumes, "/a:/t/v");
	strv_add(&w.o.mounts, "type=bind,src=/a,dst=/t/v/m");
	OK(plan("true", NULL) == 0);
	OK(place("/proc") == 0 && place("/sys") < place("/sys/fs/cgroup"));
	OK(place("/dev") >= 0 && place("/dev") < place("/dev/pts"));
	OK(place("/dev") < place("/dev/shm"));
	OK(place("/etc/hosts") >= 0 && place("/etc/resolv.conf") >= 0);
	OK(place("/dev/shm") < place("/t") && place("/t") < place("/t/v"));
	OK(place("/t/v") < place("/t/v/m"));
}

static void a_users_mount_replaces_ours(void)
{
	size_t n;

	OK(plan("true", NULL) == 0);
	n = w.s.mounts.n;
	strv_add(&w.o.volumes, "/a:/etc/hosts");
	strv_add(&w.o.tmpfs, "/dev/shm");
	OK(plan("true", NULL) == 0 && w.s.mounts.n == n);
	OK(w.s.mounts.m[place("/etc/hosts")].kind == MOUNT_BIND);
}

static void dev_shm_has_its_size(void)
{
	const struct mount *m;

	OK(plan("true", NULL) == 0);
	m = &w.s.mounts.m[place("/dev/shm")];
	OK(has(&m->data, "size=67108864") && has(&m->data, "mode=1777"));
	w.o.shm_size = "1m";
	OK(plan("true", NULL) == 0);
	m = &w.s.mounts.m[place("/dev/shm")];
	OK(has(&m->data, "size=1048576"));
	w.o.shm_size = "big";
	OK(plan("true", NULL) == -EINVAL);
	w.o.shm_size = NULL;
	w.o.ipc = "host";
	OK(plan("true", NULL) == 0);
	OK(w.s.mounts.m[place("/dev/shm")].kind == MOUNT_BIND);
}

static void privileged_is_unmasked_and_writable(void)
{
	OK(plan("true", NULL) == 0);
	OK(w.s.mounts.m[place("/sys")].attr_set & MOUNT_ATTR_RDONLY);
	w.o.privileged = true;
	OK(plan("true", NULL) == 0);
	OK(w.s.masked_paths.n == 0 && w.s.readonly_paths.n == 0);
	OK(!(w.s.mounts.m[place("/sys")].attr_set & MOUNT_ATTR_RDONLY));
}

static void stop_signals_and_other_words(void)
{
	w.c.stop_signal = xstrdup("SIGQUIT");
	OK(plan("true", NULL) == 0 && w.s.stop_signal == 3);
	w.o.stop_signal = "RTMIN+1";
	OK(plan("true", NULL) == 0 && w.s.stop_signal == 35);
	w.o.stop_signal = "NOPE";
	OK(plan("true", NULL) == -EINVAL);
	w.o.stop_signal = NULL;
	free(w.c.stop_signal);
	w.c.stop_signal = xstrdup("NOPE");
	OK(plan("true", NULL) == 0);
	w.o.oom_score_adj = "1001";
	OK(plan("true", NULL) == -EINVAL);
	w.o.oom_score_adj = "500";
	OK(plan("true", NULL) == 0 && *w.s.oom_score_adj == 500);
	w.o.sig_proxy = "perhaps";
	OK(plan("true", NULL) == -EINVAL);
}

#define TRY_ALL(fn)                                                          \
	do {                                                                  \
		RUN(fn);                                                      \
		forget();                                                     \
	} while (0)

int main(void)
{
	TRY_ALL(entrypoint_and_command);
	TRY_ALL(the_environment_in_its_order);
	TRY_ALL(user_and_working_directory);
	TRY_ALL(keep_id_is_who_we_are);
	TRY_ALL(labels_the_last_wins);
	TRY_ALL(namespaces);
	TRY_ALL(host_names_are_1_to_64_bytes);
	TRY_ALL(ulimits);
	TRY_ALL(security_options);
	TRY_ALL(sysctls_and_devices);
	TRY_ALL(mounts_in_their_order);
	TRY_ALL(a_users_mount_replaces_ours);
	TRY_ALL(dev_shm_has_its_size);
	TRY_ALL(privileged_is_unmasked_and_writable);
	TRY_ALL(stop_signals_and_other_words);
	return DONE();
}
