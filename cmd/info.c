/* info.c - `rl info`: this host and this store, in docker's words. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <sys/utsname.h>

#include "cmd/container/list.h"
#include "cmd/ui/dispatch.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "core/base/file.h"
#include "core/cgroup.h"
#include "fs/image.h"
#include "fs/platform.h"

struct info_opts {
	const char *format;
};

static const struct opt info_opts[] = {
	{ .name = "format", .letter = 'f', .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct info_opts, format),
	  .help = HELP_FORMAT_OBJECT, .parse = format_option },
	OPT_END
};

static void set_number(json_t *o, const char *key, int64_t n)
{
	json_object_set_new(o, key, json_integer(n));
}

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_from_bytes(text));
}

/* ---- the store ---- */

static int count_containers(const struct store *s, json_t *o, struct err *e)
{
	const struct list_query all = { .all = true, .last = -1 };
	auto_entry_list struct entry_list l = { 0 };
	int64_t running = 0, paused = 0;

	TRY(list_containers(s, &all, &l, e));
	for (size_t i = 0; i < l.n; i++) {
		enum container_status status = l.e[i].state.status;

		paused += status == CONTAINER_PAUSED;
		running += status == CONTAINER_RUNNING ||
			   status == CONTAINER_RESTARTING;
	}
	set_number(o, "Containers", l.n);
	set_number(o, "ContainersRunning", running);
	set_number(o, "ContainersPaused", paused);
	set_number(o, "ContainersStopped", (int64_t)l.n - running - paused);
	return 0;
}

static int count_images(const struct store *s, json_t *o, struct err *e)
{
	struct image *list = NULL;
	size_t n = 0;

	TRY(image_list(s, &list, &n, e));
	set_number(o, "Images", n);
	image_list_free(list, n);
	return 0;
}

static int describe_store(json_t *o, struct err *e)
{
	auto_store struct store s = STORE_INIT;

	TRY(store_open(&s, e));
	TRY(count_containers(&s, o, e));
	TRY(count_images(&s, o, e));
	set_text(o, "DockerRootDir", s.path);
	return 0;
}

/* ---- the host ---- */

/* PRETTY_NAME of os-release(5). */
static void describe_system(json_t *o)
{
	auto_free char *text = NULL;
	const char *name;
	struct err ignored;

	if (file_read(AT_FDCWD, "/etc/os-release", 65536, &text, NULL,
		      &ignored) < 0)
		text = xstrdup("");
	name = strstr(text, "PRETTY_NAME=\"");
	name = name ? name + strlen("PRETTY_NAME=\"") : "linux";
	json_object_set_new(o, "OperatingSystem", json_sprintf(
				    "%.*s", (int)strcspn(name, "\"\n"), name));
}

/* How a container's group would be made: core/cgroup.h. */
static void describe_cgroup(json_t *o)
{
	auto_free char *path = NULL;
	const char *run = getenv("XDG_RUNTIME_DIR");
	auto_free char *manager = xasprintf("%s/systemd/private", run ? run :
								        "");
	bool two = false;
	const char *driver = "none";
	struct err ignored;

	two = cgroup_check_version(&ignored) >= 0;
	if (two && cgroup_delegation(&path, &ignored) >= 0)
		driver = "cgroupfs";
	else if (two && access(manager, F_OK) == 0)
		driver = "systemd";
	set_text(o, "CgroupVersion", two ? "2" : "1");
	set_text(o, "CgroupDriver", driver);
}

static void describe_host(json_t *o)
{
	struct utsname uts = { 0 };
	struct platform host;

	uname(&uts);
	platform_host(&host);
	set_text(o, "Name", uts.nodename);
	set_text(o, "KernelVersion", uts.release);
	set_text(o, "OSType", host.os);
	set_text(o, "Architecture", uts.machine);
	set_number(o, "NCPU", sysconf(_SC_NPROCESSORS_ONLN));
	set_number(o, "MemTotal", (int64_t)sysconf(_SC_PHYS_PAGES) *
				  sysconf(_SC_PAGESIZE));
	describe_system(o);
	describe_cgroup(o);
}

/* ---- the command ---- */

static void print_info(const json_t *o)
{
	static const struct {
		const char *key, *title;
	} rows[] = {
		{ "Containers", "Containers" },
		{ "ContainersRunning", " Running" },
		{ "ContainersPaused", " Paused" },
		{ "ContainersStopped", " Stopped" },
		{ "Images", "Images" },
		{ "ServerVersion", "Server Version" },
		{ "CgroupDriver", "Cgroup Driver" },
		{ "CgroupVersion", "Cgroup Version" },
		{ "KernelVersion", "Kernel Version" },
		{ "OperatingSystem", "Operating System" },
		{ "OSType", "OSType" },
		{ "Architecture", "Architecture" },
		{ "NCPU", "CPUs" },
		{ "MemTotal", "Total Memory" },
		{ "Name", "Name" },
		{ "DockerRootDir", "Root Dir" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const json_t *v = json_object_get(o, rows[i].key);
		auto_free char *size = format_size_1024(
			json_integer_value(v));

		if (json_is_string(v))
			printf("%s: %s\n", rows[i].title, json_string_value(v));
		else if (streq(rows[i].key, "MemTotal"))
			printf("%s: %s\n", rows[i].title, size);
		else
			printf("%s: %lld\n", rows[i].title,
			       (long long)json_integer_value(v));
	}
}

static int info_run(void *opts, int argc UNUSED, char **argv UNUSED,
		    struct err *e)
{
	const struct info_opts *o = opts;
	auto_json json_t *doc = json_object();
	auto_json json_t *list = json_pack("[O]", doc);
	auto_str struct str out = { 0 };

	TRY(describe_store(doc, e));
	describe_host(doc);
	set_text(doc, "ServerVersion", dispatch_version);
	json_object_set_new(doc, "SecurityOptions", json_pack(
		"[s, s, s]", "name=seccomp,profile=builtin", "name=rootless",
		"name=cgroupns"));
	if (!o->format || !*o->format) {
		print_info(doc);
		return 0;
	}
	TRY(format_objects(list, o->format, &out, e));
	report_text(str_text(&out));
	return 0;
}

const struct cmd cmd_info = {
	.name = "info",
	.aliases = "system info",
	.args = "[OPTIONS]",
	.help = "show what is in the store, and what host this is",
	.example = "rl info --format '{{.ContainersRunning}} {{.CgroupVersion}}'",
	.opts = info_opts,
	.opts_size = sizeof(struct info_opts),
	.run = info_run,
};
