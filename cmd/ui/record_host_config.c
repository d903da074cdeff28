/* record_host_config.c - docker's HostConfig, from options and spec. */
#include "cmd/ui/record_parts.h"

#include "core/base/json.h"
#include "core/mount_text.h"
#include "core/restart.h"
#include "net/port.h"

#include <arpa/inet.h>
#include <stdio.h>

static void set_text(json_t *o, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(o, key, json_from_bytes(text));
}

static void set_true(json_t *o, const char *key, bool value)
{
	if (value)
		json_object_set_new(o, key, json_true());
}

static void set_list(json_t *o, const char *key, const struct strv *l)
{
	if (l->n)
		json_object_set_new(o, key, json_from_strv(l));
}

static void set_map(json_t *o, const char *key, const struct strv *l)
{
	if (l->n)
		json_object_set_new(o, key, record_map(l));
}

/* ---- mounts ---- */

/* -v with a source; a path as the kernel will see it. */
static void set_binds(json_t *h, const struct strv *volumes)
{
	json_t *a = json_array();

	for (size_t i = 0; i < volumes->n; i++) {
		const char *v = volumes->v[i], *colon = strchr(v, ':');
		auto_free char *source = colon ? xstrndup(v, colon - v) : NULL;
		auto_free char *host = source ? mount_host_path(source) : NULL;
		auto_free char *path = NULL;

		if (!colon)
			continue;
		path = *v == '/' || *v == '.' ? mount_clean_path(host) :
						xstrdup(source);
		json_array_append_new(a, json_sprintf("%s%s", path, colon));
	}
	if (json_array_size(a))
		json_object_set(h, "Binds", a);
	json_decref(a);
}

static json_t *mount_json(const struct mount *m)
{
	json_t *o = json_object();

	set_text(o, "Type", m->volume ? "volume" : m->image ? "image" :
			    m->kind == MOUNT_BIND ? "bind" : m->fstype);
	set_text(o, "Source", m->volume ? m->volume : m->image ? m->image :
			      m->kind == MOUNT_BIND ? m->source : NULL);
	set_text(o, "Target", m->dest);
	set_true(o, "ReadOnly", m->attr_set & MOUNT_ATTR_RDONLY);
	return o;
}

/* --mount, read again: the spec's list no longer says who asked. */
static void set_mounts(json_t *h, const struct strv *texts)
{
	struct mount_list l = { 0 };
	struct err ignored;
	json_t *a;

	if (!texts->n)
		return;
	a = json_array();
	for (size_t i = 0; i < texts->n; i++)
		mount_text_mount(texts->v[i], &l, &ignored);
	for (size_t i = 0; i < l.n; i++)
		json_array_append_new(a, mount_json(&l.m[i]));
	mount_list_release(&l);
	json_object_set_new(h, "Mounts", a);
}

static void set_tmpfs(json_t *h, const struct strv *texts)
{
	json_t *o;

	if (!texts->n)
		return;
	o = json_object();
	for (size_t i = 0; i < texts->n; i++) {
		const char *t = texts->v[i], *colon = strchrnul(t, ':');
		auto_free char *dest = xstrndup(t, colon - t);

		json_object_set_new(o, dest, json_from_bytes(
					    colon + (*colon == ':')));
	}
	json_object_set_new(h, "Tmpfs", o);
}

static void set_devices(json_t *h, const struct spec *s)
{
	json_t *a = s->n_devices ? json_array() : NULL;

	for (size_t i = 0; i < s->n_devices; i++) {
		json_t *o = json_object();

		set_text(o, "PathOnHost", s->devices[i].source);
		set_text(o, "PathInContainer", s->devices[i].dest);
		set_text(o, "CgroupPermissions", s->devices[i].access);
		json_array_append_new(a, o);
	}
	if (a)
		json_object_set_new(h, "Devices", a);
}

/* ---- network ---- */

/* A range of the host's is docker's text "8000-8010". */
static json_t *binding(const struct port *p)
{
	char ip[INET6_ADDRSTRLEN] = "", port[16] = "";
	json_t *o = json_object();

	if (!p->any && IN6_IS_ADDR_V4MAPPED(&p->addr))
		inet_ntop(AF_INET, &p->addr.s6_addr[12], ip, sizeof(ip));
	else if (!p->any)
		inet_ntop(AF_INET6, &p->addr, ip, sizeof(ip));
	if (p->host && p->host_end > p->host)
		snprintf(port, sizeof(port), "%u-%u", p->host, p->host_end);
	else if (p->host)
		snprintf(port, sizeof(port), "%u", p->host);
	json_object_set_new(o, "HostIp", json_string(ip));
	json_object_set_new(o, "HostPort", json_string(port));
	return o;
}

static void set_bindings(json_t *h, const struct strv *texts)
{
	struct port_list l = { 0 };
	struct err ignored;
	json_t *o = json_object();

	for (size_t i = 0; i < texts->n; i++)
		port_parse(texts->v[i], &l, &ignored);
	for (size_t i = 0; i < l.n; i++) {
		char key[16];
		json_t *list;

		snprintf(key, sizeof(key), "%u/%s", l.p[i].inside,
			 port_protocol(&l.p[i]));
		list = json_object_get(o, key);
		if (!list) {
			list = json_array();
			json_object_set_new(o, key, list);
		}
		json_array_append_new(list, binding(&l.p[i]));
	}
	port_list_release(&l);
	if (json_object_size(o))
		json_object_set(h, "PortBindings", o);
	json_decref(o);
}

static void set_network(json_t *h, const struct run_record *r)
{
	const struct run_options *o = r->options;

	set_text(h, "NetworkMode", r->network);
	set_bindings(h, &o->publish);
	set_true(h, "PublishAllPorts", o->publish_all);
	set_list(h, "Dns", &o->dns);
	set_list(h, "DnsOptions", &o->dns_option);
	set_list(h, "DnsSearch", &o->dns_search);
	set_list(h, "ExtraHosts", &o->add_host);
}

/* ---- life ---- */

static void set_restart(json_t *h, const struct run_options *o)
{
	struct restart_policy p = { 0 };
	struct err ignored;

	if (!o->restart || restart_policy_parse(o->restart, &p, &ignored) < 0)
		return;
	json_object_set_new(h, "RestartPolicy", json_pack(
		"{s:s, s:i}", "Name", restart_policy_name(&p),
		"MaximumRetryCount", (int)p.max));
}

static void set_log(json_t *h, const struct run_options *o)
{
	if (!o->log_driver && !o->log_opt.n)
		return;
	json_object_set_new(h, "LogConfig", json_pack(
		"{s:s, s:o}", "Type",
		o->log_driver ? o->log_driver : "json-file", "Config",
		record_map(&o->log_opt)));
}

/* "nofile=1024:2048", which the spec has accepted. */
static json_t *ulimit_json(const char *text)
{
	size_t n = strcspn(text, "=");
	const char *soft = text + n + !!text[n], *colon = strchr(soft, ':');
	const char *hard = colon ? colon + 1 : soft;
	auto_free char *name = xstrndup(text, n);
	json_t *o = json_object();

	set_text(o, "Name", name);
	json_object_set_new(o, "Hard", json_integer(
		*hard == 'u' ? -1 : strtoll(hard, NULL, 10)));
	json_object_set_new(o, "Soft", json_integer(
		*soft == 'u' ? -1 : strtoll(soft, NULL, 10)));
	return o;
}

static void set_ulimits(json_t *h, const struct strv *texts)
{
	json_t *a = texts->n ? json_array() : NULL;

	for (size_t i = 0; i < texts->n; i++)
		json_array_append_new(a, ulimit_json(texts->v[i]));
	if (a)
		json_object_set_new(h, "Ulimits", a);
}

/* ---- confinement ---- */

static void set_confinement(json_t *h, const struct run_record *r)
{
	const struct run_options *o = r->options;
	const struct spec *s = r->spec;

	set_true(h, "Privileged", o->privileged);
	set_true(h, "ReadonlyRootfs", o->readonly);
	set_list(h, "CapAdd", &s->cap_add);
	set_list(h, "CapDrop", &s->cap_drop);
	set_list(h, "GroupAdd", &o->group_add);
	set_list(h, "SecurityOpt", &o->security);
	set_map(h, "Sysctls", &o->sysctl);
	set_ulimits(h, &o->ulimit);
	set_text(h, "CgroupnsMode", o->cgroupns);
	set_text(h, "IpcMode", o->ipc);
	set_text(h, "PidMode", o->pid);
	set_text(h, "UTSMode", o->uts);
	set_text(h, "UsernsMode", o->userns);
	if (s->oom_score_adj)
		json_object_set_new(h, "OomScoreAdj",
				    json_integer(*s->oom_score_adj));
	if (s->privileged || s->unmasked) {
		json_object_set_new(h, "MaskedPaths", json_null());
		json_object_set_new(h, "ReadonlyPaths", json_null());
	}
}

json_t *record_host_config(const struct run_record *r)
{
	const struct run_options *o = r->options;
	json_t *h = json_object();
	uint64_t shm;

	set_network(h, r);
	json_object_set_new(h, "Annotations",
			    record_map(&r->spec->annotations));
	set_binds(h, &o->volumes);
	set_mounts(h, &o->mounts);
	set_tmpfs(h, &o->tmpfs);
	set_list(h, "VolumesFrom", &o->volumes_from);
	set_devices(h, r->spec);
	set_text(h, "ContainerIDFile", o->cidfile);
	set_log(h, o);
	set_restart(h, o);
	set_true(h, "AutoRemove", o->rm);
	set_true(h, "Init", o->init);
	if (o->shm_size && parse_size(o->shm_size, &shm))
		json_object_set_new(h, "ShmSize", json_integer((json_int_t)shm));
	set_confinement(h, r);
	limit_options_record(&o->limits, h);
	return h;
}
