/* plan.c - from a config.json to what core can run. */
#include "core/oci/config.h"

#include <stdio.h>

/* ---- identity ---- */

static int plan_ids(struct oci_config *c, const struct oci_host *host,
		    struct err *e)
{
	struct idmap *map = &c->spec.idmap;
	bool mapped = map->uid.n || map->gid.n;

	if (c->spec.ns[NS_USER].mode != NS_PRIVATE) {
		if (mapped && c->spec.ns[NS_USER].mode == NS_HOST)
			return err_set(e, EINVAL, "linux.uidMappings: without "
				       "a user namespace there is nothing to "
				       "map");
		*map = (struct idmap){ 0 };
		return 0;
	}
	if (mapped && (!map->uid.n || !map->gid.n))
		return err_set(e, EINVAL, "linux.%s: it is missing",
			       map->uid.n ? "gidMappings" : "uidMappings");
	c->mappings = mapped;
	map->kind = host->can_set_ids ? IDMAP_FULL :
		    map->uid.n == 1 && map->uid.e[0].count == 1 &&
		    map->gid.n == 1 && map->gid.e[0].count == 1 ?
		    IDMAP_SINGLE : IDMAP_RANGES;
	return 0;
}

static int check_namespaces(const struct oci_config *c,
			    const struct oci_host *host, struct err *e)
{
	const struct ns_spec *ns = c->spec.ns;

	if (ns[NS_MOUNT].mode == NS_HOST)
		return err_set(e, EINVAL, "linux.namespaces: {\"type\": "
			       "\"mount\"} is missing");
	if (ns[NS_USER].mode == NS_HOST && !host->privileged)
		return err_set(e, EPERM, "linux.namespaces: without {\"type\": "
			       "\"user\"} this takes root (see rl-oci spec "
			       "--rootless)");
	if (c->spec.hostname && ns[NS_UTS].mode == NS_HOST)
		return err_set(e, EINVAL, "hostname: it takes a uts namespace");
	if (c->spec.domainname && ns[NS_UTS].mode == NS_HOST)
		return err_set(e, EINVAL, "domainname: it takes a uts "
			       "namespace");
	if (c->spec.time_offsets && ns[NS_TIME].mode != NS_PRIVATE)
		return err_set(e, EINVAL, "linux.timeOffsets: they take a new "
			       "time namespace");
	return 0;
}

/* ---- sysctl ---- */

static bool is_ipc(const char *key)
{
	static const char *const keys[] = {
		"kernel/msgmax", "kernel/msgmnb", "kernel/msgmni",
		"kernel/sem", "kernel/shmall", "kernel/shmmax",
		"kernel/shmmni", "kernel/shm_rmid_forced",
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (streq(keys[i], key))
			return true;
	return skip_prefix(key, "fs/mqueue/") != NULL;
}

/* Only what a namespace of the container's own keeps from the host. */
static int check_sysctls(const struct oci_config *c, struct err *e)
{
	const struct ns_spec *ns = c->spec.ns;

	for (size_t i = 0; i < c->spec.n_sysctls; i++) {
		const char *key = c->spec.sysctls[i].key;
		bool ok = false;

		if (is_ipc(key))
			ok = ns[NS_IPC].mode != NS_HOST;
		else if (skip_prefix(key, "net/"))
			ok = ns[NS_NET].mode != NS_HOST;
		else if (streq(key, "kernel/domainname") ||
			 streq(key, "kernel/hostname"))
			ok = ns[NS_UTS].mode != NS_HOST;
		else if (skip_prefix(key, "user/"))
			ok = ns[NS_USER].mode != NS_HOST;
		if (!ok)
			return err_set(e, EPERM, "linux.sysctl.%s: it is the "
				       "host's, not in a namespace of the "
				       "container's own", key);
	}
	return 0;
}

/* ---- files ---- */

static void make_absolute(char **path, const char *bundle)
{
	char *whole;

	if (**path == '/')
		return;
	whole = xasprintf("%s/%s", bundle, *path);
	free(*path);
	*path = whole;
}

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[] = {
	{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

/* Where no mount is on /dev, the nodes go into the root filesystem. */
static void add_nodes(struct spec *s)
{
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		auto_free char *path = xasprintf("/dev/%s", nodes[i].name);
		struct device_spec *d;

		spec_add_device(s, path, path, "rwm");
		d = &s->devices[s->n_devices - 1];
		d->type = 'c';
		d->major = nodes[i].major;
		d->minor = nodes[i].minor;
		d->mode = 0666;
	}
}

static void plan_files(struct oci_config *c, const struct oci_host *host)
{
	struct mount *dev = (struct mount *)mount_list_find(&c->spec.mounts,
							    "/dev");

	make_absolute(&c->root, host->bundle);
	for (size_t i = 0; i < c->spec.mounts.n; i++) {
		struct mount *m = &c->spec.mounts.m[i];

		if (m->kind == MOUNT_BIND)
			make_absolute(&m->source, host->bundle);
		if (m->kind == MOUNT_FS && c->mount_label && host->selinux)
			strv_printf(&m->data, "context=%s", c->mount_label);
	}
	if (dev && dev->kind == MOUNT_FS)
		dev->dev = true;
	else if (!dev)
		add_nodes(&c->spec);
}

/* ---- the whole ---- */

/* Labels of a kernel that has no such thing are ignored, as crun does. */
static void drop_labels(struct attributes *a, const struct oci_host *host)
{
	if (!host->apparmor || (a->apparmor && !*a->apparmor))
		free(steal_ptr(a->apparmor));
	if (!host->selinux || (a->selinux && !*a->selinux))
		free(steal_ptr(a->selinux));
}

int oci_plan(struct oci_config *c, const struct oci_host *host, struct err *e)
{
	struct spec *s = &c->spec;

	if (!c->has_process)
		return err_set(e, EINVAL, "process: it is missing");
	if (!s->argv.n)
		return err_set(e, EINVAL, "process.args: it is missing");
	if (c->intel_rdt)
		return err_set(e, ENOTSUP, "linux.intelRdt: resource control "
			       "groups take root");
	TRY(check_namespaces(c, host, e));
	TRY(check_sysctls(c, e));
	TRY(plan_ids(c, host, e));
	if (!s->user.text)
		s->user.text = xstrdup("0:0");
	/* crun's word for it, which podman uses */
	s->user.keep_groups = streq(env_get(&s->annotations,
					    "run.oci.keep_original_groups"),
				    "1");
	if (s->ns[NS_TIME].mode == NS_PRIVATE) {
		s->time_offset = true;
		if (!s->time_offsets)
			s->time_offsets = xstrdup("monotonic 0 0\n"
						  "boottime 0 0\n");
	}
	drop_labels(&s->attributes, host);
	plan_files(c, host);
	return 0;
}
