/* run_spec.c - options and an image's config become a spec. */
#include "cmd/ui/run_options.h"

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/env_file.h"
#include "core/labels.h"
#include "core/mount_text.h"
#include "core/rlimit.h"
#include "core/signal_name.h"

#include <stdio.h>

#define FILE_MAX (1 << 20)
#define DEFAULT_SHM (64 << 20) /* what 0 means, too */
#define DEFAULT_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* ---- command and environment ---- */

static int entrypoint(const char *text, struct strv *argv, struct err *e)
{
	auto_json json_t *list = NULL;
	struct err ignored;

	if (!*text)
		return 0;
	if (*text == '[' &&
	    json_parse(text, strlen(text), "--entrypoint", &list, &ignored) == 0) {
		size_t i;
		json_t *v;

		json_array_foreach(list, i, v) {
			if (!json_is_string(v))
				return err_set(e, EINVAL, "--entrypoint: the "
					       "list holds strings");
			strv_add(argv, json_string_value(v));
		}
		return 0;
	}
	strv_add(argv, text);
	return 0;
}

/* moby's merge: words replace Cmd, --entrypoint drops both. */
static int command(const struct run_options *o, const struct image_config *c,
		   int argc, char **argv, struct spec *s, struct err *e)
{
	if (o->entrypoint)
		TRY(entrypoint(o->entrypoint, &s->argv, e));
	else if (c)
		strv_extend(&s->argv, strv_list(&c->entrypoint));
	if (argc > 0)
		strv_extend(&s->argv, argv);
	else if (c && !o->entrypoint)
		strv_extend(&s->argv, strv_list(&c->cmd));
	if (s->argv.n == 0)
		return err_set(e, EINVAL, "no command specified (the image has "
			       "none: give one after its name)");
	return 0;
}

static int environment(const struct run_options *o,
		       const struct image_config *c, struct spec *s,
		       struct err *e)
{
	strv_add(&s->env, "PATH=" DEFAULT_PATH);
	strv_printf(&s->env, "HOSTNAME=%s", s->hostname);
	if (o->tty)
		strv_add(&s->env, "TERM=xterm");
	for (size_t i = 0; c && i < c->env.n; i++)
		if (strchr(c->env.v[i], '='))
			TRY(env_add(c->env.v[i], &s->env, e));
	for (size_t i = 0; i < o->env_file.n; i++) {
		auto_free char *text = NULL;

		TRY(file_read(AT_FDCWD, o->env_file.v[i], FILE_MAX, &text, NULL,
			      e));
		TRY(env_file_parse(text, o->env_file.v[i], &s->env, e));
	}
	for (size_t i = 0; i < o->env.n; i++)
		TRY(env_add(o->env.v[i], &s->env, e));
	return 0;
}

/* ---- the record ---- */

/* The image's labels, then the files', then the options': the last wins. */
static int labels(const struct run_options *o, const struct image_config *c,
		  struct spec *s, struct err *e)
{
	const char *key;
	json_t *v;

	json_object_foreach(c ? c->labels : NULL, key, v)
		if (json_is_string(v))
			env_set(&s->labels, key, json_string_value(v));
	for (size_t i = 0; i < o->label_file.n; i++) {
		auto_free char *text = NULL;

		TRY(file_read(AT_FDCWD, o->label_file.v[i], FILE_MAX, &text,
			      NULL, e));
		TRY(kv_file_parse(text, o->label_file.v[i], label_add,
				  &s->labels, e));
	}
	for (size_t i = 0; i < o->label.n; i++)
		TRY(label_add(o->label.v[i], &s->labels, e));
	for (size_t i = 0; i < o->annotation.n; i++)
		TRY(annotation_add(o->annotation.v[i], &s->annotations, e));
	return 0;
}

/* A wrong name in the image is not this user's to mend: the default. */
static int stop_signal(const struct run_options *o,
		       const struct image_config *c, struct spec *s,
		       struct err *e)
{
	struct err ignored;
	int sig = 0;

	if (o->stop_signal)
		TRY(sig = signal_parse(o->stop_signal, e));
	else if (c && c->stop_signal && *c->stop_signal)
		sig = signal_parse(c->stop_signal, &ignored);
	if (sig > 0)
		s->stop_signal = sig;
	return 0;
}

/* ---- namespaces ---- */

static int mode(const char *flag, const char *text, enum ns_mode *ret,
		struct err *e)
{
	if (!text || !*text || streq(text, "private"))
		*ret = NS_PRIVATE;
	else if (streq(text, "host"))
		*ret = NS_HOST;
	else
		return err_set(e, EINVAL, "--%s '%s': it is private%s host%s",
			       flag, text, streq(flag, "pid") ? "," : " or",
			       streq(flag, "pid") ? " or container:NAME" : "");
	return 0;
}

static int namespaces(const struct run_options *o, struct spec *s,
		      const struct net *net, struct err *e)
{
	char *end;

	TRY(mode("uts", o->uts, &s->ns[NS_UTS].mode, e));
	/* --ipc container:NAME is not there to share it with */
	TRY(mode("ipc", streq(o->ipc, "shareable") ? NULL : o->ipc,
		 &s->ns[NS_IPC].mode, e));
	if (net_peer_name(o->pid))
		s->ns[NS_PID].mode = NS_SHARED;
	else
		TRY(mode("pid", o->pid, &s->ns[NS_PID].mode, e));
	TRY(mode("cgroupns", o->cgroupns, &s->ns[NS_CGROUP].mode, e));
	s->ns[NS_NET].mode = net->ops->own_namespace ? NS_PRIVATE :
			     net->ops == &net_container ? NS_SHARED : NS_HOST;
	if (!o->time_offset)
		return 0;
	s->time_offset_s = strtoll(o->time_offset, &end, 10);
	if (end == o->time_offset || (*end && !streq(end, "s")))
		return err_set(e, EINVAL, "--time-offset '%s' is not a number "
			       "of seconds", o->time_offset);
	s->time_offset = true;
	s->ns[NS_TIME].mode = NS_PRIVATE;
	return 0;
}

static char *host_name(void)
{
	char name[65] = "";

	gethostname(name, sizeof(name) - 1);
	return xstrdup(name);
}

static int hostname(const struct run_options *o, struct spec *s,
		    const struct net *net, struct err *e)
{
	bool host = s->ns[NS_UTS].mode == NS_HOST ||
		    (s->ns[NS_NET].mode == NS_HOST && !o->hostname);

	if (o->hostname && s->ns[NS_UTS].mode == NS_HOST)
		return err_set(e, EINVAL, "conflicting options: --hostname and "
			       "--uts host");
	if (o->hostname && (!*o->hostname || strlen(o->hostname) > 64))
		return err_set(e, EINVAL, "--hostname '%s': 1 to 64 bytes",
			       o->hostname);
	s->hostname = host ? host_name() :
		      net->peer.hostname ? xstrdup(net->peer.hostname) :
		      o->hostname ? xstrdup(o->hostname) :
				    xstrndup(s->id, 12);
	s->domainname = o->domainname ? xstrdup(o->domainname) : NULL;
	return 0;
}

/* ---- limits and security ---- */

static bool limit_value(const char *s, rlim_t *ret)
{
	uint64_t v;

	if (streq(s, "-1") || streq(s, "unlimited")) {
		*ret = RLIM_INFINITY;
		return true;
	}
	if (!parse_u64(s, UINT64_MAX, &v))
		return false;
	*ret = v;
	return true;
}

static int ulimit(const char *text, struct spec *s, struct err *e)
{
	auto_free char *copy = xstrdup(text);
	char *soft = strchr(copy, '='), *hard;
	struct rlimit l;
	int resource;

	if (!soft)
		return err_set(e, EINVAL, "--ulimit '%s': it is "
			       "NAME=SOFT[:HARD]", text);
	*soft++ = '\0';
	hard = strchr(soft, ':');
	if (hard)
		*hard++ = '\0';
	if (!limit_value(soft, &l.rlim_cur) ||
	    !limit_value(hard ? hard : soft, &l.rlim_max) ||
	    l.rlim_cur > l.rlim_max)
		return err_set(e, EINVAL, "--ulimit '%s': the limits are "
			       "numbers, and SOFT is at most HARD", text);
	resource = rlimit_number(copy);
	if (resource < 0)
		return err_set(e, EINVAL, "--ulimit '%s': invalid ulimit type: "
			       "%s", text, copy);
	spec_add_rlimit(s, resource, l);
	return 0;
}

static int seccomp(const char *value, struct spec *s, struct err *e)
{
	free(steal_ptr(s->seccomp_json));
	free(steal_ptr(s->seccomp_file));
	s->seccomp_unconfined = streq(value, "unconfined");
	if (s->seccomp_unconfined || streq(value, "builtin"))
		return 0;
	/* the text itself: cmd/ui/run_frozen.c */
	if (*value == '{') {
		s->seccomp_json = xstrdup(value);
		return 0;
	}
	if (file_read(AT_FDCWD, value, FILE_MAX, &s->seccomp_json, NULL, e) < 0)
		return -e->code;
	s->seccomp_file = xstrdup(value);
	return 0;
}

/* A rootless container keeps its user's context, whatever is asked. */
static bool is_label(const char *value)
{
	static const char *const kinds[] = {
		"user:", "role:", "type:", "level:", "filetype:",
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (skip_prefix(value, kinds[i]))
			return true;
	return streq(value, "disable") || streq(value, "nested");
}

/* "key=value", or in docker's older form "key:value". */
static int security(const char *text, struct spec *s, struct err *e)
{
	auto_free char *key = xstrdup(text);
	char *value = key + strcspn(key, "=:");

	if (*value)
		*value++ = '\0';
	else
		value = NULL;
	if (streq(key, "seccomp") && value)
		return seccomp(value, s, e);
	if (streq(key, "no-new-privileges") &&
	    (!value || streq(value, "true") || streq(value, "false"))) {
		s->no_new_privs = !streq(value, "false");
		return 0;
	}
	if (streq(key, "writable-cgroups") &&
	    (streq(value, "true") || streq(value, "false"))) {
		s->writable_cgroup = streq(value, "true");
		return 0;
	}
	if (streq(key, "systempaths") && streq(value, "unconfined")) {
		s->unmasked = true;
		return 0;
	}
	if ((streq(key, "apparmor") && value && *value) ||
	    (streq(key, "label") && value && is_label(value)))
		return 0;
	return err_set(e, EINVAL, "invalid --security-opt '%s': it is "
		       "seccomp=FILE|unconfined|builtin, no-new-privileges, "
		       "systempaths=unconfined, writable-cgroups=true, "
		       "apparmor=NAME or label=...",
		       text);
}

static int limits(const struct run_options *o, struct spec *s, struct err *e)
{
	struct limit_host host;

	if (!limit_options_any(&o->limits) && !o->limits.cgroups &&
	    !o->limits.limits && !o->limits.parent)
		return 0;
	limit_host_read(&host);
	return limit_options_resources(&o->limits, &host, &s->resources, e);
}

/* Names below the namespaces a container has of its own. */
static int sysctl(const char *text, struct spec *s, struct err *e)
{
	auto_free char *key = xstrdup(text);
	char *value = strchr(key, '=');

	if (!value || value == key)
		return err_set(e, EINVAL, "--sysctl '%s': it is KEY=VALUE",
			       text);
	*value++ = '\0';
	for (char *p = key; *p; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
	if (strstr(key, "..") || *key == '/')
		return err_set(e, EINVAL, "--sysctl '%s': not a kernel "
			       "parameter", text);
	if (skip_prefix(key, "net/") && s->ns[NS_NET].mode == NS_HOST)
		return err_set(e, EINVAL, "--sysctl '%s': not allowed in the "
			       "host's network namespace", text);
	spec_add_sysctl(s, key, value);
	return 0;
}

/* moby: letters of "rwm", each once. */
static bool is_device_mode(const char *text)
{
	size_t n = strlen(text);

	return n && n <= 3 && strspn(text, "rwm") == n &&
	       (n < 2 || text[0] != text[1]) &&
	       (n < 3 || (text[0] != text[2] && text[1] != text[2]));
}

static int device(const char *text, struct spec *s, struct err *e)
{
	auto_strv struct strv f = { 0 };
	const char *mode = "rwm";
	size_t n;

	strv_split(&f, text, ':');
	n = f.n;
	if (n > 1 && n <= 3 && *f.v[n - 1] != '/')
		mode = f.v[--n];
	if (n > 2 || *f.v[0] != '/' || (n > 1 && *f.v[1] != '/') ||
	    !is_device_mode(mode))
		return err_set(e, EINVAL, "--device '%s': it is "
			       "/dev/X[:/dev/Y][:rwm]", text);
	spec_add_device(s, f.v[0], n > 1 ? f.v[1] : f.v[0], mode);
	return 0;
}

static int each(const struct strv *l,
		int (*fn)(const char *text, struct spec *s, struct err *e),
		struct spec *s, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		TRY(fn(l->v[i], s, e));
	return 0;
}

static int oom_score(const char *text, struct spec *s, struct err *e)
{
	int64_t v;

	if (!parse_i64(text, &v) || v < -1000 || v > 1000)
		return err_set(e, EINVAL, "--oom-score-adj '%s': -1000 to 1000",
			       text);
	s->oom_score_adj = xmalloc(sizeof(int));
	*s->oom_score_adj = v;
	return 0;
}

/* ---- mounts ---- */

static int each_mount(const struct strv *l,
		      int (*fn)(const char *, struct mount_list *, struct err *),
		      struct spec *s, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		TRY(fn(l->v[i], &s->mounts, e));
	return 0;
}

static int name_files(const struct run_options *o, struct spec *s,
		      const struct net *net, struct err *e)
{
	auto_str struct str hosts = { 0 }, resolv = { 0 }, host = { 0 };

	TRY(net_hosts_text(net, s->hostname, s->domainname, &o->add_host,
			   &hosts, e));
	TRY(net_resolv_text(net, &o->dns, &o->dns_search, &o->dns_option,
			    &resolv, e));
	str_printf(&host, "%s\n", s->hostname);
	mount_list_text(&s->mounts, str_text(&hosts), "/etc/hosts");
	mount_list_text(&s->mounts, str_text(&resolv), "/etc/resolv.conf");
	mount_list_text(&s->mounts, str_text(&host), "/etc/hostname");
	return 0;
}

static int mounts(const struct run_options *o, struct spec *s,
		  const struct net *net, struct err *e)
{
	uint64_t shm = DEFAULT_SHM;

	if (o->shm_size && !parse_size(o->shm_size, &shm))
		return err_set(e, EINVAL, "--shm-size '%s' is not a size such "
			       "as 128m", o->shm_size);
	spec_add_default_mounts(s, shm ? shm : DEFAULT_SHM);
	TRY(name_files(o, s, net, e));
	TRY(each_mount(&o->tmpfs, mount_text_tmpfs, s, e));
	TRY(each_mount(&o->volumes, mount_text_volume, s, e));
	return each_mount(&o->mounts, mount_text_mount, s, e);
}

static int check_words(const struct run_options *o, struct err *e)
{
	if (o->sig_proxy && !streq(o->sig_proxy, "true") &&
	    !streq(o->sig_proxy, "false"))
		return err_set(e, EINVAL, "--sig-proxy takes true or false, "
			       "not '%s'", o->sig_proxy);
	if (o->tty && o->interactive && !isatty(0))
		return err_set(e, EINVAL, "cannot attach stdin to a TTY-enabled "
			       "container because stdin is not a terminal");
	return 0;
}

/* keep-id and host: who we are outside is who we are inside. */
static char *default_user(const struct run_options *o)
{
	struct idmap_request req;
	struct err ignored;

	if (idmap_request_parse(o->userns, &req, &ignored) < 0 ||
	    req.mode == USERNS_AUTO)
		return xstrdup("");
	return xasprintf("%u:%u", req.keep_uid, req.keep_gid);
}

/* What a program may do, the first one and those that join it. */
static int rights(const struct run_options *o, struct spec *s, struct err *e)
{
	s->privileged = o->privileged;
	strv_extend(&s->user.groups, strv_list(&o->group_add));
	strv_extend(&s->cap_add, strv_list(&o->cap_add));
	strv_extend(&s->cap_drop, strv_list(&o->cap_drop));
	TRY(each(&o->ulimit, ulimit, s, e));
	TRY(each(&o->security, security, s, e));
	return o->oom_score_adj ? oom_score(o->oom_score_adj, s, e) : 0;
}

int run_options_program(const struct run_options *o, struct spec *s,
			struct err *e)
{
	s->cwd = xstrdup(o->workdir && *o->workdir ? o->workdir : "/");
	s->user.text = xstrdup(o->user ? o->user : "");
	strv_extend(&s->env, strv_list(&o->env));
	return rights(o, s, e);
}

int run_options_spec(const struct run_options *o,
		     const struct image_config *c, int argc, char **argv,
		     struct spec *s, const struct net *net, struct err *e)
{
	const char *cwd = o->workdir && *o->workdir ? o->workdir : c ? c->workdir : NULL;
	const char *user = o->user ? o->user : c ? c->user : NULL;

	TRY(check_words(o, e));
	if (cwd && *cwd != '/')
		return err_set(e, EINVAL, "the working directory '%s' is "
			       "invalid, it needs to be an absolute path", cwd);
	s->terminal = o->tty;
	s->interactive = o->interactive;
	s->init = o->init;
	s->readonly_root = o->readonly;
	s->cwd = xstrdup(cwd ? cwd : "/");
	s->user.text = user ? xstrdup(user) : default_user(o);
	TRY(namespaces(o, s, net, e));
	TRY(hostname(o, s, net, e));
	TRY(command(o, c, argc, argv, s, e));
	TRY(environment(o, c, s, e));
	TRY(labels(o, c, s, e));
	TRY(stop_signal(o, c, s, e));
	TRY(rights(o, s, e));
	TRY(limits(o, s, e));
	TRY(each(&o->sysctl, sysctl, s, e));
	TRY(each(&o->device, device, s, e));
	return mounts(o, s, net, e);
}
