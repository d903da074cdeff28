/* version.c - `rl version`: the program and the libraries inside it. */
#include "cmd/cmd.h"

#include <seccomp.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/utsname.h>

#include "cmd/ui/dispatch.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "fs/platform.h"

#define TEXT(x)	 #x
#define VALUE(x) TEXT(x)

struct version_opts {
	const char *format;
};

static const struct opt version_opts[] = {
	{ .name = "format", .letter = 'f', .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct version_opts, format),
	  .help = HELP_FORMAT_OBJECT, .parse = format_option },
	OPT_END
};

/* rl is linked statically: these are the versions that run. */
static const struct {
	const char *name, *version;
} libraries[] = {
	{ "glibc", VALUE(__GLIBC__) "." VALUE(__GLIBC_MINOR__) },
	{ "jansson", JANSSON_VERSION },
	{ "libcap", VALUE(LIBCAP_MAJOR) "." VALUE(LIBCAP_MINOR) },
	{ "libseccomp", VALUE(SCMP_VER_MAJOR) "." VALUE(SCMP_VER_MINOR) "."
			VALUE(SCMP_VER_MICRO) },
};

static json_t *libraries_json(void)
{
	json_t *ret = json_object();

	for (size_t i = 0; i < ARRAY_LEN(libraries); i++)
		json_object_set_new(ret, libraries[i].name,
				    json_string(libraries[i].version));
	return ret;
}

/* There is no server: scripts that ask for .Server.Version get ours. */
static json_t *version_json(void)
{
	struct utsname uts = { 0 };
	struct platform host;
	json_t *client;

	uname(&uts);
	platform_host(&host);
	client = json_pack("{s:s, s:s, s:s, s:s, s:o}",
			   "Version", dispatch_version,
			   "Os", host.os,
			   "Arch", host.arch,
			   "KernelVersion", uts.release,
			   "Libraries", libraries_json());
	return json_pack("{s:o, s:O}", "Client", client, "Server", client);
}

static void print_version(const json_t *client)
{
	const char *key;
	json_t *v;

	printf("rl:\n");
	printf(" %-16s %s\n", "Version:", dispatch_version);
	printf(" %-16s %s/%s\n", "OS/Arch:",
	       json_string_value(json_object_get(client, "Os")),
	       json_string_value(json_object_get(client, "Arch")));
	printf(" %-16s %s\n", "Kernel Version:",
	       json_string_value(json_object_get(client, "KernelVersion")));
	printf(" Libraries:\n");
	json_object_foreach(json_object_get(client, "Libraries"), key, v)
		printf("  %s: %s\n", key, json_string_value(v));
}

static int version_run(void *opts, int argc UNUSED, char **argv UNUSED,
		       struct err *e)
{
	const struct version_opts *o = opts;
	auto_json json_t *doc = version_json();
	auto_json json_t *list = json_pack("[O]", doc);
	auto_str struct str out = { 0 };

	if (!o->format || !*o->format) {
		print_version(json_object_get(doc, "Client"));
		return 0;
	}
	TRY(format_objects(list, o->format, &out, e));
	report_text(str_text(&out));
	return 0;
}

const struct cmd cmd_version = {
	.name = "version",
	.args = "[OPTIONS]",
	.help = "show the version of rl and of the libraries in it",
	.example = "rl version --format '{{.Client.Version}}'",
	.opts = version_opts,
	.opts_size = sizeof(struct version_opts),
	.run = version_run,
};
