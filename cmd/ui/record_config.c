/* record_config.c - docker's Config of a container, from its spec. */
#include "cmd/ui/record_parts.h"
#include "cmd/ui/run_health.h"

#include "core/base/json.h"
#include "net/port.h"

#include <stdio.h>

json_t *record_map(const struct strv *l)
{
	json_t *o = json_object();

	for (size_t i = 0; i < l->n; i++) {
		size_t n = strcspn(l->v[i], "=");
		auto_free char *key = xstrndup(l->v[i], n);

		json_object_set_new(o, key, json_from_bytes(
					    l->v[i] + n + !!l->v[i][n]));
	}
	return o;
}

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_from_bytes(text));
}

static void set_true(json_t *o, const char *key, bool value)
{
	if (value)
		json_object_set_new(o, key, json_true());
}

/* ---- the command ---- */

/* As docker has it: what stands before the words that could be replaced. */
static size_t entrypoint_words(const struct run_record *r)
{
	const char *text = r->options->entrypoint;
	json_t *list;
	size_t n;

	if (!text)
		return r->config ? r->config->entrypoint.n : 0;
	if (!*text)
		return 0;
	list = *text == '[' ? json_loads(text, 0, NULL) : NULL;
	n = list ? json_array_size(list) : 1;
	json_decref(list);
	return n;
}

static void set_command(json_t *c, const struct run_record *r)
{
	const struct strv *argv = &r->spec->argv;
	size_t n = entrypoint_words(r);
	json_t *entrypoint = json_array(), *cmd = json_array();

	for (size_t i = 0; i < argv->n; i++)
		json_array_append_new(i < n ? entrypoint : cmd,
				      json_from_bytes(argv->v[i]));
	json_object_set_new(c, "Cmd", argv->n > n ? json_incref(cmd) :
						    json_null());
	json_object_set_new(c, "Entrypoint", n ? json_incref(entrypoint) :
						 json_null());
	json_decref(cmd);
	json_decref(entrypoint);
}

/* Not what each start sets by itself. */
static json_t *environment(const struct spec *s)
{
	auto_free char *hostname = xasprintf("HOSTNAME=%s", s->hostname);
	json_t *a = json_array();

	for (size_t i = 0; i < s->env.n; i++)
		if (!streq(s->env.v[i], hostname) &&
		    !(s->terminal && streq(s->env.v[i], "TERM=xterm")))
			json_array_append_new(a, json_from_bytes(s->env.v[i]));
	return a;
}

/* ---- its streams ---- */

static bool named(const struct run_options *o, const char *stream)
{
	for (size_t i = 0; i < o->attach.n; i++)
		if (strcasecmp(o->attach.v[i], stream) == 0)
			return true;
	return false;
}

static void set_streams(json_t *c, const struct run_options *o)
{
	bool all = !o->attach.n && !o->detach;

	set_true(c, "AttachStdin", o->interactive &&
				   (all || named(o, "stdin")));
	set_true(c, "AttachStdout", all || named(o, "stdout"));
	set_true(c, "AttachStderr", all || named(o, "stderr"));
	set_true(c, "Tty", o->tty);
	set_true(c, "OpenStdin", o->interactive);
	set_true(c, "StdinOnce", o->interactive && !o->detach);
}

/* ---- ports and volumes: sets, as docker writes them ---- */

static void add_key(json_t *set, const char *key)
{
	json_object_set_new(set, key, json_object());
}

static void add_ports(json_t *set, const struct port_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		char key[16];

		snprintf(key, sizeof(key), "%u/%s", l->p[i].inside,
			 port_protocol(&l->p[i]));
		add_key(set, key);
	}
}

static void set_ports(json_t *c, const struct run_record *r)
{
	auto_json json_t *set = json_object();
	const struct run_options *o = r->options;
	struct port_list l = { 0 };
	struct err ignored;

	for (size_t i = 0; r->config && i < r->config->exposed_ports.n; i++)
		port_parse_expose(r->config->exposed_ports.v[i], &l, &ignored);
	for (size_t i = 0; i < o->expose.n; i++)
		port_parse_expose(o->expose.v[i], &l, &ignored);
	for (size_t i = 0; i < o->publish.n; i++)
		port_parse(o->publish.v[i], &l, &ignored);
	add_ports(set, &l);
	port_list_release(&l);
	if (json_object_size(set))
		json_object_set(c, "ExposedPorts", set);
}

static void set_volumes(json_t *c, const struct run_record *r)
{
	auto_json json_t *set = json_object();
	const struct strv *given = &r->options->volumes;

	for (size_t i = 0; r->config && i < r->config->volumes.n; i++)
		add_key(set, r->config->volumes.v[i]);
	for (size_t i = 0; i < given->n; i++)
		if (!strchr(given->v[i], ':'))
			add_key(set, given->v[i]);
	if (json_object_size(set))
		json_object_set(c, "Volumes", set);
}

/* What another start goes by: cmd/ui/run_health.h. */
static void add_health(json_t *c, const struct run_record *r)
{
	struct health_config health = { 0 };
	struct err ignored;
	json_t *o = NULL;

	if (run_health(r->options, r->config, &health, &ignored) == 0)
		o = health_config_json(&health);
	if (o)
		json_object_set_new(c, "Healthcheck", o);
	if (health.shell.n)
		json_object_set_new(c, "Shell", json_from_strv(&health.shell));
	health_config_release(&health);
}

json_t *record_config(const struct run_record *r)
{
	const struct spec *s = r->spec;
	const char *name = sigabbrev_np(s->stop_signal);
	const char *timeout = r->options->stop_timeout;
	auto_free char *sig = name ? xasprintf("SIG%s", name) :
				     xasprintf("%d", s->stop_signal);
	json_t *c = json_object();

	set_text(c, "Image", r->image);
	json_object_set_new(c, "Labels", record_map(&s->labels));
	set_ports(c, r);
	set_text(c, "Hostname", s->hostname);
	set_text(c, "Domainname", s->domainname);
	set_text(c, "User", s->user.text);
	set_streams(c, r->options);
	json_object_set_new(c, "Env", environment(s));
	set_command(c, r);
	set_volumes(c, r);
	set_text(c, "WorkingDir", s->cwd);
	set_text(c, "StopSignal", sig);
	if (timeout)
		json_object_set_new(c, "StopTimeout",
				    json_integer(strtoll(timeout, NULL, 10)));
	add_health(c, r);
	return c;
}
