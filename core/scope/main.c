/*
 * main.c - rl-scope: what rl asks systemd for.
 *
 *	rl-scope start UNIT PID SLICE    a scope with this process; wait for it
 *	rl-scope attach UNIT PID GROUP   move the process below a unit's group
 *	rl-scope delegated UNIT PID ""   is what the unit has its own to divide?
 */
#include "core/base/base.h"

#include <limits.h>
#include <stdio.h>
#include <systemd/sd-bus.h>

#define MANAGER   "org.freedesktop.systemd1"
#define OBJECT    "/org/freedesktop/systemd1"
#define INTERFACE "org.freedesktop.systemd1.Manager"
/* More than any manager that still answers needs. */
#define WAIT_US   (10 * 1000 * 1000ull)

struct job {
	const char *path; /* of the object, once the call has returned */
	char result[32];  /* "done", or why not; empty: no word yet */
	char early[256];  /* one that ended before its call returned */
};

/* ---- the connection ---- */

static int open_address(const char *address, sd_bus **ret)
{
	int r = sd_bus_new(ret);

	if (r >= 0)
		r = sd_bus_set_address(*ret, address);
	if (r >= 0)
		r = sd_bus_start(*ret);
	if (r < 0)
		*ret = sd_bus_unref(*ret);
	return r;
}

/*
 * Who we are to the manager: root of a user namespace, as under podman, is
 * somebody else outside.
 */
static unsigned int outer_uid(void)
{
	FILE *f = fopen("/proc/self/uid_map", "re");
	unsigned int own = geteuid(), ret = own, in, out, n;

	while (f && fscanf(f, "%u %u %u", &in, &out, &n) == 3)
		if (own >= in && own - in < n)
			ret = out + (own - in);
	if (f)
		fclose(f);
	return ret;
}

/*
 * The manager's own socket first, as systemctl(1) does: there may be no bus,
 * and it is nearer.  A login through su has no XDG_RUNTIME_DIR.
 */
static int open_manager(sd_bus **ret)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char address[PATH_MAX];
	unsigned int uid = outer_uid();

	if (uid == 0)
		return sd_bus_open_system(ret);
	if (dir && *dir)
		snprintf(address, sizeof(address),
			 "unix:path=%s/systemd/private", dir);
	else
		snprintf(address, sizeof(address),
			 "unix:path=/run/user/%u/systemd/private",
			 uid);
	return open_address(address, ret) >= 0 ? 0 : sd_bus_open_user(ret);
}

/* ---- the job ---- */

static int on_removed(sd_bus_message *m, void *arg,
		      sd_bus_error *error UNUSED)
{
	struct job *j = arg;
	const char *path, *unit, *result;
	uint32_t id;

	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (!j->path)
		snprintf(j->early, sizeof(j->early), "%s %s", path, result);
	else if (streq(path, j->path))
		snprintf(j->result, sizeof(j->result), "%s", result);
	return 0;
}

static int start_scope(sd_bus *bus, const char *unit, uint32_t pid,
		       const char *slice, sd_bus_error *error,
		       sd_bus_message **ret)
{
	char about[128];

	snprintf(about, sizeof(about), "rl container %.64s", unit + 3);
	return sd_bus_call_method(
		bus, MANAGER, OBJECT, INTERFACE, "StartTransientUnit", error,
		ret, "ssa(sv)a(sa(sv))", unit, "fail", 6,
		"Description", "s", about, "Slice", "s", slice,
		"Delegate", "b", 1, "CollectMode", "s", "inactive-or-failed",
		"DefaultDependencies", "b", 0,
		"PIDs", "au", 1, pid, 0);
}

static int await(sd_bus *bus, struct job *j)
{
	size_t n = strlen(j->path);

	if (strncmp(j->early, j->path, n) == 0 && j->early[n] == ' ')
		snprintf(j->result, sizeof(j->result), "%.31s",
			 j->early + n + 1);
	while (!*j->result) {
		int r = sd_bus_process(bus, NULL);

		if (r == 0)
			r = sd_bus_wait(bus, WAIT_US);
		else if (r > 0)
			continue;
		if (r <= 0)
			return r < 0 ? r : -ETIMEDOUT;
	}
	return streq(j->result, "done") ? 0 : -EIO;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	return 1;
}

static int start(sd_bus *bus, char **argv)
{
	struct job j = { 0 };
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r = sd_bus_match_signal(bus, NULL, NULL, OBJECT, INTERFACE,
				    "JobRemoved", on_removed, &j);

	if (r >= 0)
		r = start_scope(bus, argv[2], strtoul(argv[3], NULL, 10),
				argv[4], &error, &reply);
	if (r < 0)
		return fail("the service manager refuses a scope",
			    error.message ? error.message : strerror(-r));
	r = sd_bus_message_read(reply, "o", &j.path);
	if (r >= 0)
		r = await(bus, &j);
	if (r < 0)
		return fail("the service manager made no scope",
			    *j.result ? j.result : strerror(-r));
	return 0;
}

static int attach(sd_bus *bus, char **argv)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(
		bus, MANAGER, OBJECT, INTERFACE, "AttachProcessesToUnit",
		&error, NULL, "ssau", argv[2], argv[4], 1,
		(uint32_t)strtoul(argv[3], NULL, 10));

	if (r >= 0)
		return 0;
	return fail("the service manager moves no process there",
		    error.message ? error.message : strerror(-r));
}

static int get_delegate(sd_bus *bus, const char *unit, int *ret,
			sd_bus_error *error)
{
	const char *dot = strrchr(unit, '.');
	const char *type = dot && streq(dot, ".scope") ?
				   MANAGER ".Scope" : MANAGER ".Service";
	char *path;
	int r = sd_bus_path_encode(OBJECT "/unit", unit, &path);

	if (r < 0)
		return r;
	r = sd_bus_get_property_trivial(bus, MANAGER, path, type, "Delegate",
					error, 'b', ret);
	free(path);
	return r;
}

static int delegated(sd_bus *bus, char **argv)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int yes = 0;
	int r = get_delegate(bus, argv[2], &yes, &error);

	if (r < 0)
		return fail("the service manager does not know the unit",
			    error.message ? error.message : strerror(-r));
	return yes ? 0 : fail(argv[2], "the unit has no Delegate=");
}

static const struct verb {
	const char *name;
	int (*run)(sd_bus *bus, char **argv);
} verbs[] = {
	{ "start", start }, { "attach", attach }, { "delegated", delegated },
};

static const struct verb *find_verb(int argc, char **argv)
{
	for (size_t i = 0; argc == 5 && i < ARRAY_LEN(verbs); i++)
		if (streq(argv[1], verbs[i].name))
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct verb *v = find_verb(argc, argv);
	sd_bus *bus = NULL;
	int r;

	if (argc > 1 && streq(argv[1], "--version"))
		return puts("rl-scope " RL_VERSION) < 0;
	if (!v)
		return fail("usage", "rl-scope start|attach|delegated UNIT "
			    "PID WHERE");
	r = open_manager(&bus);
	if (r < 0)
		return fail("no service manager of this user answers",
			    strerror(-r));
	return v->run(bus, argv);
}
