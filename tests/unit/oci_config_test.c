/* oci_config_test.c - config.json becomes a spec, or an error with its path. */
#include "core/oci/config.h"

#include "tests/unit/tap.h"

#include <sched.h>

static struct oci_config c;
static struct err e;

static const struct oci_host plain_user = { .bundle = "/bundle" };
static const struct oci_host root = {
	.bundle = "/bundle", .privileged = true, .can_set_ids = true,
};

static int parse(const char *text)
{
	oci_config_release(&c);
	e = (struct err){ 0 };
	return oci_config_parse(text, strlen(text), &c, &e);
}

/* A config whose members are these and what cannot be left out. */
static int with(const char *members)
{
	auto_free char *text = xasprintf(
		"{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}%s%s}",
		*members ? ", " : "", members);

	return parse(text);
}

#define PROCESS "\"process\": {\"args\": [\"true\"], \"cwd\": \"/\"}"
#define NAMESPACES "\"namespaces\": [{\"type\": \"mount\"}, " \
		   "{\"type\": \"user\"}, {\"type\": \"pid\"}]"

static int process_with(const char *members)
{
	auto_free char *text = xasprintf(
		"\"process\": {\"args\": [\"true\"], \"cwd\": \"/\", %s}",
		members);

	return with(text);
}

static int linux_with(const char *members)
{
	auto_free char *text = xasprintf(PROCESS ", \"linux\": {" NAMESPACES
					 "%s%s}", *members ? ", " : "",
					 members);

	return with(text);
}

static int mounts_with(const char *mount)
{
	auto_free char *text = xasprintf("\"mounts\": [%s]", mount);

	return with(text);
}

static bool says(const char *text)
{
	if (!strstr(e.text, text))
		printf("# said: %s\n", e.text);
	return strstr(e.text, text) != NULL;
}

/* ---- errors ---- */

static void an_error_has_the_path(void)
{
	OK(process_with("\"rlimits\": [{\"type\": 7, \"hard\": 1, "
			"\"soft\": 1}]") == -EINVAL);
	EQ_STR(e.text, "process.rlimits[0].type: a string is wanted");
	OK(process_with("\"env\": [\"A=B\", 1]") == -EINVAL);
	EQ_STR(e.text, "process.env[1]: a string is wanted");
	OK(with("\"linux\": []") == -EINVAL);
	EQ_STR(e.text, "linux: an object is wanted");
	OK(with("\"hooks\": {\"poststop\": [{\"path\": \"rel\"}]}") < 0);
	EQ_STR(e.text, "hooks.poststop[0].path: an absolute path is wanted");
	OK(with("\"annotations\": {\"a\": 1}") == -EINVAL);
	EQ_STR(e.text, "annotations.a: a string is wanted");
	OK(linux_with("\"resources\": {\"memory\": {\"limit\": \"1\"}}") < 0);
	EQ_STR(e.text, "linux.resources.memory.limit: a whole number is "
		       "wanted");
}

static void what_must_be_there_is_missed(void)
{
	OK(parse("{}") == -EINVAL && says("ociVersion: it is missing"));
	OK(parse("{\"ociVersion\": \"1.0.0\"}") == -EINVAL);
	EQ_STR(e.text, "root: it is missing");
	OK(parse("{\"ociVersion\": \"2.0\", \"root\": {\"path\": \"\"}}") < 0);
	OK(says("ociVersion: this is a runtime for version 1"));
	OK(with("\"process\": {}") < 0 && says("process.cwd: it is missing"));
	OK(with("") == 0 && oci_plan(&c, &root, &e) == -EINVAL);
	EQ_STR(e.text, "process: it is missing");
}

static void what_is_not_known_is_passed_over(void)
{
	OK(with("\"vm\": 5, \"solaris\": [], \"x\": {\"y\": null}") == 0);
	OK(process_with("\"commandLine\": 1, \"env\": null") == 0);
}

static void no_text_is_taken_for_json(void)
{
	OK(parse("") == -EINVAL && parse("[]") == -EINVAL);
	OK(parse("{\"a\": 18446744073709551616}") == -EINVAL);
}

/* ---- process ---- */

static void the_process_is_read(void)
{
	OK(process_with("\"terminal\": true, \"consoleSize\": {\"height\": 3, "
			"\"width\": 4}, \"user\": {\"uid\": 1, \"gid\": 2, "
			"\"umask\": 63, \"additionalGids\": [5, 6]}, "
			"\"env\": [\"A=B\"], \"noNewPrivileges\": true, "
			"\"oomScoreAdj\": -7, \"apparmorProfile\": \"p\"") == 0);
	OK(c.spec.terminal && c.spec.size.ws_row == 3 &&
	   c.spec.size.ws_col == 4);
	EQ_STR(c.spec.user.text, "1:2");
	OK(c.spec.user.groups.n == 2 && streq(c.spec.user.groups.v[1], "6"));
	OK(c.spec.umask == 077 && *c.spec.oom_score_adj == -7);
	OK(c.spec.no_new_privs && streq(env_get(&c.spec.env, "A"), "B"));
	EQ_STR(c.spec.attributes.apparmor, "p");
}

static void an_unlimited_limit_is_the_largest_number(void)
{
	OK(process_with("\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"hard\": "
			"18446744073709551615, \"soft\": 5}]") == 0);
	OK(c.spec.n_rlimits == 1 && c.spec.rlimits[0].resource == RLIMIT_CORE);
	OK(c.spec.rlimits[0].value.rlim_max == RLIM_INFINITY);
	OK(c.spec.rlimits[0].value.rlim_cur == 5);
	OK(process_with("\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"hard\": 1, "
			"\"soft\": 1}, {\"type\": \"RLIMIT_CORE\", \"hard\": 1, "
			"\"soft\": 1}]") == -EINVAL);
	OK(says("process.rlimits[1]: this type is in the list twice"));
}

static void capabilities_are_sets(void)
{
	OK(process_with("\"capabilities\": {\"bounding\": [\"CAP_CHOWN\", "
			"\"CAP_NEVER_HEARD_OF\"], \"ambient\": "
			"[\"CAP_KILL\"]}") == 0);
	OK(c.spec.caps->bounding == 1 && c.spec.caps->effective == 0);
	OK(c.spec.caps->ambient == UINT64_C(1) << 5);
	OK(process_with("\"capabilities\": {\"bounding\": \"ALL\"}") < 0);
	EQ_STR(e.text, "process.capabilities.bounding: a list is wanted");
}

static void scheduling_is_read(void)
{
	OK(process_with("\"scheduler\": {\"policy\": \"SCHED_BATCH\", \"nice\": "
			"5, \"flags\": [\"SCHED_FLAG_RESET_ON_FORK\"]}, "
			"\"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\", "
			"\"priority\": 6}") == 0);
	OK(c.spec.attributes.has_scheduler &&
	   c.spec.attributes.scheduler.policy == SCHED_BATCH &&
	   c.spec.attributes.scheduler.nice == 5 &&
	   c.spec.attributes.scheduler.flags == 1);
	OK(c.spec.attributes.io_priority == (2 << 13 | 6));
	OK(process_with("\"scheduler\": {\"policy\": \"SCHED_X\"}") < 0);
	OK(says("process.scheduler.policy: 'SCHED_X' is none of those"));
}

/* ---- linux ---- */

static void namespaces_are_made_joined_or_ours(void)
{
	OK(with(PROCESS ", \"linux\": {\"namespaces\": [{\"type\": \"mount\"}, "
		"{\"type\": \"network\", \"path\": \"/run/ns\"}, {\"type\": "
		"\"pid\", \"path\": \"\"}]}") == 0);
	OK(c.spec.ns[NS_MOUNT].mode == NS_PRIVATE &&
	   c.spec.ns[NS_PID].mode == NS_PRIVATE &&
	   c.spec.ns[NS_IPC].mode == NS_HOST);
	OK(c.spec.ns[NS_NET].mode == NS_PATH &&
	   streq(c.spec.ns[NS_NET].path, "/run/ns"));
	OK(with("\"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": "
		"\"pid\"}]}") < 0);
	EQ_STR(e.text, "linux.namespaces[1]: pid is in the list twice");
	OK(with("\"linux\": {\"namespaces\": [{\"type\": \"pod\"}]}") < 0);
	OK(says("linux.namespaces[0]: unknown type 'pod'"));
}

static void without_rights_a_user_namespace_is_needed(void)
{
	static const char text[] = PROCESS ", \"linux\": {\"namespaces\": "
				   "[{\"type\": \"mount\"}]}";

	OK(with(text) == 0 && oci_plan(&c, &plain_user, &e) == -EPERM);
	OK(says("linux.namespaces: without {\"type\": \"user\"}"));
	OK(with(text) == 0 && oci_plan(&c, &root, &e) == 0);
	OK(with(PROCESS) == 0 && oci_plan(&c, &root, &e) == -EINVAL);
	OK(says("{\"type\": \"mount\"} is missing"));
}

static void id_maps_have_their_kind(void)
{
	static const char one[] =
		"\"uidMappings\": [{\"containerID\": 0, \"hostID\": 1000, "
		"\"size\": 1}], \"gidMappings\": [{\"containerID\": 0, "
		"\"hostID\": 1000, \"size\": 1}]";
	static const char many[] =
		"\"uidMappings\": [{\"hostID\": 1000, \"size\": 1}, "
		"{\"containerID\": 1, \"hostID\": 100000, \"size\": 65536}], "
		"\"gidMappings\": [{\"hostID\": 1000, \"size\": 9}]";

	OK(linux_with(one) == 0 && oci_plan(&c, &plain_user, &e) == 0);
	OK(c.spec.idmap.kind == IDMAP_SINGLE && c.mappings);
	OK(linux_with(many) == 0 && oci_plan(&c, &plain_user, &e) == 0);
	OK(c.spec.idmap.kind == IDMAP_RANGES && c.spec.idmap.uid.n == 2);
	OK(linux_with(many) == 0 && oci_plan(&c, &root, &e) == 0);
	OK(c.spec.idmap.kind == IDMAP_FULL);
	OK(linux_with("\"uidMappings\": [{\"size\": 1}]") == 0);
	OK(oci_plan(&c, &root, &e) == -EINVAL);
	EQ_STR(e.text, "linux.gidMappings: it is missing");
}

static void sysctls_of_the_host_are_refused(void)
{
	OK(linux_with("\"sysctl\": {\"kernel.sem\": \"1\"}") == 0);
	EQ_STR(c.spec.sysctls[0].key, "kernel/sem");
	OK(oci_plan(&c, &plain_user, &e) == -EPERM);
	OK(says("linux.sysctl.kernel/sem: it is the host's"));
	OK(linux_with("\"sysctl\": {\"net/ipv4/conf/eth0.1/x\": \"1\"}") == 0);
	EQ_STR(c.spec.sysctls[0].key, "net/ipv4/conf/eth0.1/x");
	OK(linux_with("\"sysctl\": {\"net.ipv4.conf.eth0/1.x\": \"1\"}") == 0);
	EQ_STR(c.spec.sysctls[0].key, "net/ipv4/conf/eth0.1/x");
	OK(linux_with("\"sysctl\": {\"net/../kernel\": \"1\"}") < 0);
	OK(says("it is no sysctl"));
}

static void resources_become_those_of_core(void)
{
	OK(linux_with("\"resources\": {\"memory\": {\"limit\": 5, \"swap\": -1}, "
		      "\"cpu\": {\"quota\": 1, \"period\": 2, \"cpus\": \"0\", "
		      "\"mems\": \"\", \"idle\": 1}, \"pids\": {\"limit\": 7}, "
		      "\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 8, "
		      "\"minor\": 1, \"rate\": 9}]}, \"hugepageLimits\": "
		      "[{\"pageSize\": \"2MB\", \"limit\": 4}], \"unified\": "
		      "{\"memory.high\": \"3\"}, \"devices\": [{\"allow\": "
		      "false}]}") == 0);
	OK(c.spec.resources.memory == 5 && c.spec.resources.swap == -1);
	OK(c.spec.resources.quota == 1 && c.spec.resources.period == 2);
	OK(streq(c.spec.resources.cpus, "0") && !c.spec.resources.mems);
	OK(c.spec.resources.pids == 7 && c.spec.resources.n_io == 1 &&
	   c.spec.resources.io[0].rate == 9);
	OK(strv_has(&c.spec.resources.unified, "cpu.idle=1"));
	OK(strv_has(&c.spec.resources.unified, "hugetlb.2MB.max=4"));
	OK(strv_has(&c.spec.resources.unified, "memory.high=3"));
	OK(linux_with("\"resources\": {\"unified\": {\"../x\": \"\"}}") < 0);
	OK(says("linux.resources.unified.../x: it is no file of a cgroup"));
	OK(linux_with("\"intelRdt\": {}") == 0);
	OK(oci_plan(&c, &root, &e) == -ENOTSUP && says("linux.intelRdt"));
}

static void devices_are_checked(void)
{
	OK(linux_with("\"devices\": [{\"type\": \"c\", \"path\": \"/dev/../x\", "
		      "\"major\": 1, \"minor\": 3, \"fileMode\": 438}]") == 0);
	OK(c.spec.n_devices == 1 && c.spec.devices[0].type == 'c' &&
	   c.spec.devices[0].mode == 0666 && c.spec.devices[0].minor == 3);
	EQ_STR(c.spec.devices[0].dest, "/x");
	OK(linux_with("\"devices\": [{\"type\": \"x\", \"path\": \"/a\"}]") < 0);
	OK(says("linux.devices[0]: type: it is one of"));
}

static void offsets_of_time_are_a_text(void)
{
	OK(linux_with("\"timeOffsets\": {\"monotonic\": {\"secs\": 5, "
		      "\"nanosecs\": 6}, \"boottime\": {\"secs\": -7}}") == 0);
	EQ_STR(c.spec.time_offsets, "monotonic 5 6\nboottime -7 0\n");
	OK(oci_plan(&c, &plain_user, &e) == -EINVAL && says("linux.time"));
}

static void a_filter_keeps_its_large_numbers(void)
{
	OK(linux_with("\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", "
		      "\"listenerPath\": \"/l\", \"syscalls\": [{\"names\": "
		      "[\"clone\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": "
		      "[{\"index\": 0, \"value\": 18446744073709551614, "
		      "\"op\": \"SCMP_CMP_EQ\"}]}]}") == 0);
	OK(strstr(c.spec.seccomp_json, "\"value\":-2"));
	EQ_STR(c.listener_path, "/l");
}

/* ---- mounts ---- */

static void options_of_a_mount_are_flags_and_data(void)
{
	struct mount *m;

	OK(mounts_with("{\"destination\": \"/t\", \"type\": \"tmpfs\", "
		       "\"source\": \"tmpfs\", \"options\": [\"nosuid\", \"ro\", "
		       "\"rw\", \"strictatime\", \"size=1k\", \"tmpcopyup\", "
		       "\"rslave\"]}") == 0);
	m = &c.spec.mounts.m[0];
	OK(m->kind == MOUNT_FS && m->tmp_copy_up && m->keep_mode);
	OK(m->attr_set == (MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME));
	OK(m->data.n == 1 && streq(m->data.v[0], "size=1k"));
	OK(m->propagation == (MS_SLAVE | MS_REC));
}

static void a_bind_has_its_own(void)
{
	struct mount *m;

	OK(mounts_with("{\"destination\": \"b\", \"type\": \"none\", "
		       "\"source\": \"src\", \"options\": [\"rbind\", \"rro\", "
		       "\"exec\", \"rnoexec\", \"unheard=of\"]}") == 0);
	m = &c.spec.mounts.m[0];
	OK(m->kind == MOUNT_BIND && m->recursive && !m->data.n);
	EQ_STR(m->dest, "/b");
	OK(m->rec_set == (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC));
	OK(m->attr_clear == MOUNT_ATTR_NOEXEC && !m->attr_set);
	OK(mounts_with("{\"destination\": \"/b\", \"options\": [\"bind\"]}") < 0);
	EQ_STR(e.text, "mounts[0]: source: it is missing");
	OK(mounts_with("{\"destination\": \"/b\"}") < 0);
	EQ_STR(e.text, "mounts[0]: type: it is missing");
}

static void ids_of_a_mount_are_mapped(void)
{
	OK(mounts_with("{\"destination\": \"/b\", \"type\": \"bind\", \"source\": "
		       "\"/s\", \"uidMappings\": [{\"size\": 1}], "
		       "\"gidMappings\": [{\"size\": 1}]}") == 0);
	OK(c.n_idmaps == 1 && c.spec.mounts.m[0].idmap);
	OK(mounts_with("{\"destination\": \"/b\", \"type\": \"bind\", \"source\": "
		       "\"/s\", \"options\": [\"ridmap\"]}") == 0);
	OK(c.spec.mounts.m[0].idmap && c.spec.mounts.m[0].idmap_recursive);
	OK(!c.n_idmaps);
}

static void dev_gets_its_nodes(void)
{
	OK(linux_with("") == 0 && oci_plan(&c, &plain_user, &e) == 0);
	OK(c.spec.n_devices == 6);
	EQ_STR(c.root, "/bundle/r");
	OK(with(PROCESS ", \"linux\": {" NAMESPACES "}, \"mounts\": "
		"[{\"destination\": \"/dev/\", \"type\": \"tmpfs\"}]") == 0);
	OK(oci_plan(&c, &plain_user, &e) == 0);
	OK(c.spec.n_devices == 0 && c.spec.mounts.m[0].dev);
}

/* ---- the rest ---- */

static void hooks_have_their_lists(void)
{
	OK(with("\"hooks\": {\"prestart\": [{\"path\": \"/a\", \"timeout\": 5}], "
		"\"poststop\": [{\"path\": \"/b\"}, {\"path\": \"/c\", \"args\": "
		"[\"c\", \"d\"]}]}") == 0);
	OK(c.hooks[OCI_PRESTART].n == 1 && c.hooks[OCI_POSTSTOP].n == 2);
	OK(c.hooks[OCI_PRESTART].h[0].timeout_s == 5);
	OK(c.hooks[OCI_POSTSTOP].h[1].args.n == 2);
	OK(with("\"hooks\": {\"prestart\": [{\"path\": \"/a\", \"timeout\": "
		"0}]}") < 0 && says("hooks.prestart[0].timeout"));
}

static void a_process_for_exec_replaces(void)
{
	auto_json json_t *doc = json_pack("{s:[s], s:s}", "args", "id", "cwd",
					  "/tmp");

	OK(process_with("\"env\": [\"A=B\"]") == 0);
	OK(oci_process_read(doc, &c, &e) == 0);
	OK(c.spec.argv.n == 1 && streq(c.spec.argv.v[0], "id"));
	EQ_STR(c.spec.cwd, "/tmp");
	json_object_set_new(doc, "cwd", json_integer(1));
	OK(oci_process_read(doc, &c, &e) == -EINVAL);
	EQ_STR(e.text, "process.cwd: a string is wanted");
}

int main(void)
{
	RUN(an_error_has_the_path);
	RUN(what_must_be_there_is_missed);
	RUN(what_is_not_known_is_passed_over);
	RUN(no_text_is_taken_for_json);
	RUN(the_process_is_read);
	RUN(an_unlimited_limit_is_the_largest_number);
	RUN(capabilities_are_sets);
	RUN(scheduling_is_read);
	RUN(namespaces_are_made_joined_or_ours);
	RUN(without_rights_a_user_namespace_is_needed);
	RUN(id_maps_have_their_kind);
	RUN(sysctls_of_the_host_are_refused);
	RUN(resources_become_those_of_core);
	RUN(devices_are_checked);
	RUN(offsets_of_time_are_a_text);
	RUN(a_filter_keeps_its_large_numbers);
	RUN(options_of_a_mount_are_flags_and_data);
	RUN(a_bind_has_its_own);
	RUN(ids_of_a_mount_are_mapped);
	RUN(dev_gets_its_nodes);
	RUN(hooks_have_their_lists);
	RUN(a_process_for_exec_replaces);
	oci_config_release(&c);
	return DONE();
}
