/* doctor.c - rl doctor: every rung of every ladder, tried for real. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/proc.h"
#include "core/idmap.h"
#include "core/mount.h"

#include <sched.h>
#include <stdio.h>

extern const struct cmd cmd_doctor;

struct doctor_options {
	bool json;
};

static const struct opt options[] = {
	OPT_ROW(OPT_BOOL, struct doctor_options, json, "json", 0, NULL,
		"print one JSON object a rung"),
	OPT_END,
};

/* ---- probes: 0 or an error whose text says what was refused ---- */

static int probe_userns(void *arg UNUSED, struct err *e UNUSED)
{
	return 0;
}

static int probe_netns(void *arg UNUSED, struct err *e)
{
	return unshare(CLONE_NEWNET) < 0 ?
		       err_sys(e, "make a network namespace") : 0;
}

static int probe_timens(void *arg UNUSED, struct err *e)
{
	return unshare(0x80 /* CLONE_NEWTIME */) < 0 ?
		       err_sys(e, "make a time namespace") : 0;
}

/* An overlay over folders of a tmpfs: the kernel's will, not the disk's. */
static int probe_overlay(void *arg UNUSED, struct err *e)
{
	auto_strv struct strv data = { 0 };
	auto_close int tmp = -1, over = -1, at = -1;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut off the mounts");
	tmp = mount_new("tmpfs", "rl", NULL, 0, e);
	at = tmp < 0 ? -1 : dir_open(AT_FDCWD, "/tmp", e);
	if (at < 0)
		return -e->code;
	TRY(mount_attach(tmp, at, "/tmp", e));
	TRY(mkdir_parents(AT_FDCWD, "/tmp/lower", 0755, e));
	TRY(mkdir_parents(AT_FDCWD, "/tmp/upper", 0755, e));
	TRY(mkdir_parents(AT_FDCWD, "/tmp/work", 0755, e));
	strv_add(&data, "lowerdir=/tmp/lower");
	strv_add(&data, "upperdir=/tmp/upper");
	strv_add(&data, "workdir=/tmp/work");
	strv_add(&data, "userxattr");
	over = mount_new("overlay", "overlay", &data, 0, e);
	return over < 0 ? over : 0;
}

static int probe_fuse(void *arg UNUSED, struct err *e)
{
	auto_free char *program = proc_which("fuse-overlayfs");
	auto_close int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (!program)
		return err_set(e, ENOENT, "fuse-overlayfs is not installed");
	return fd < 0 ? err_sys(e, "open /dev/fuse") : 0;
}

/* More ids than one, through whatever this host offers. */
static int probe_ranges(void *arg, struct err *e)
{
	const struct idmap *map = arg;

	if (map->kind == IDMAP_SINGLE)
		return err_set(e, ENOENT, "no range of ids for this user");
	return 0;
}

static const struct {
	const char *ladder, *rung, *fix;
	bool inside; /* run as root of a new user namespace */
	int (*probe)(void *arg, struct err *e);
} rungs[] = {
	{ "identity", "user namespace", "sudo sysctl -w "
	  "user.max_user_namespaces=15000", true, probe_userns },
	{ "identity", "id ranges", "sudo apt-get install uidmap && sudo "
	  "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "
	  "$USER", false, probe_ranges },
	{ "storage", "overlay", "a kernel of 5.11 or later", true,
	  probe_overlay },
	{ "storage", "fuse-overlayfs", "sudo apt-get install fuse-overlayfs && "
	  "sudo chmod 666 /dev/fuse", false, probe_fuse },
	{ "network", "none", "sudo sysctl -w user.max_net_namespaces=15000",
	  true, probe_netns },
	{ "namespaces", "time", "a kernel of 5.6 or later", true,
	  probe_timens },
};

static int try_rung(size_t i, struct idmap *map, struct err *e)
{
	if (!rungs[i].inside)
		return rungs[i].probe(map, e);
	return idmap_run_inside(map, rungs[i].probe, NULL, e);
}

static void report_json(size_t i, int r, const struct err *e)
{
	auto_json json_t *o = json_pack("{s:s, s:s, s:b}", "ladder",
					rungs[i].ladder, "rung",
					rungs[i].rung, "works", r >= 0);
	auto_free char *text = NULL;

	if (r < 0) {
		json_object_set_new(o, "why", json_string(e->text));
		json_object_set_new(o, "fix", json_string(rungs[i].fix));
	}
	text = json_text(o);
	printf("%s\n", text);
}

static void report(size_t i, int r, const struct err *e)
{
	printf("%-12s %-16s %s\n", rungs[i].ladder, rungs[i].rung,
	       r >= 0 ? "yes" : "no");
	if (r < 0)
		printf("    why: %s\n    fix: %s\n", e->text, rungs[i].fix);
}

static int run(void *opts, int argc UNUSED, char **argv UNUSED, struct err *e)
{
	const struct doctor_options *o = opts;
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct idmap map;
	bool usable = true;

	TRY(idmap_choose(&req, &map, e));
	for (size_t i = 0; i < ARRAY_LEN(rungs); i++) {
		struct err why = { 0 };
		int r = try_rung(i, &map, &why);

		if (i == 0)
			usable = r >= 0;
		(o->json ? report_json : report)(i, r, &why);
	}
	return usable ? 0 : 1;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.args = "[OPTIONS]",
	.help = "Tell what this host lets containers do, and how to mend it",
	.example = "rl doctor",
	.opts = options,
	.opts_size = sizeof(struct doctor_options),
	.run = run,
};
