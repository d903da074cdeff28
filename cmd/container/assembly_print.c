/* assembly_print.c - the plan of a container, for --dry-run. */
#include "cmd/container/assembly.h"

#include "core/caps.h"
#include "core/rlimit.h"

#include <stdio.h>
#include <sys/capability.h>

static void print_list(const char *title, const struct strv *l)
{
	printf("%s:\n", title);
	for (size_t i = 0; i < l->n; i++)
		printf("  %s\n", l->v[i]);
}

static void print_namespaces(const struct spec *s)
{
	auto_str struct str uid = { 0 }, gid = { 0 };

	idmap_text(&s->idmap.uid, &uid);
	idmap_text(&s->idmap.gid, &gid);
	printf("uid map:\n%sgid map:\n%snamespaces:", str_text(&uid),
	       str_text(&gid));
	for (int t = 0; t < NS_TYPES; t++)
		if (s->ns[t].mode == NS_PRIVATE)
			printf(" %s", ns_name(t));
	printf("\n");
}

static void print_ports(const struct port_list *l)
{
	printf("ports:\n");
	for (size_t i = 0; i < l->n; i++) {
		char text[64];

		port_text(&l->p[i], text);
		printf("  %s to %u\n", text, l->p[i].inside);
	}
}

static void print_limits(const struct spec *s)
{
	auto_resource_plan struct resource_plan p = { 0 };
	struct err ignored;

	resource_plan_make(&s->resources, &p, &ignored);
	printf("limits:\n");
	for (size_t i = 0; i < p.n; i++)
		printf("  %s = %s\n", p.w[i].file, p.w[i].text);
	for (size_t i = 0; i < s->n_rlimits; i++)
		printf("  ulimit %s = %lld:%lld\n",
		       rlimit_name(s->rlimits[i].resource),
		       (long long)s->rlimits[i].value.rlim_cur,
		       (long long)s->rlimits[i].value.rlim_max);
	if (s->oom_score_adj)
		printf("  oom_score_adj = %d\n", *s->oom_score_adj);
}

static void print_kernel(const struct spec *s)
{
	printf("devices:\n");
	for (size_t i = 0; i < s->n_devices; i++)
		printf("  %s on %s\n", s->devices[i].source,
		       s->devices[i].dest);
	printf("sysctls:\n");
	for (size_t i = 0; i < s->n_sysctls; i++)
		printf("  %s = %s\n", s->sysctls[i].key, s->sysctls[i].value);
}

/* What a root of uid 0 would have; another user has the bounding set. */
static void print_rights(const struct spec *s)
{
	struct err ignored;
	struct caps caps;

	printf("capabilities:");
	if (caps_plan(strv_list(&s->cap_add), strv_list(&s->cap_drop),
		      s->privileged, 0, &caps, &ignored) == 0)
		for (int n = 0; n < 64; n++) {
			char *name = caps.bounding >> n & 1 ?
				     cap_to_name(n) : NULL;

			if (name)
				printf(" %s", name);
			cap_free(name);
		}
	printf("\nsystem call filter: %s\nno new privileges: %s\n"
	       "root filesystem: %s\ninit: %s\n",
	       s->seccomp_unconfined ||
	       (s->privileged && !s->seccomp_json) ? "none" :
	       s->seccomp_file ? s->seccomp_file :
	       s->seccomp_json ? "as given" : "the default",
	       s->no_new_privs ? "yes" : "no",
	       s->readonly_root ? "read-only" : "writable",
	       s->init ? "rl's own" : "the command");
}

void assembly_print(const struct assembly *a)
{
	const struct spec *s = &a->spec;

	print_list("command", &s->argv);
	print_list("environment", &s->env);
	printf("user: %s\nworking directory: %s\nhostname: %s\nnetwork: %s\n",
	       *s->user.text ? s->user.text : "0", s->cwd, s->hostname,
	       a->net.ops->name);
	print_namespaces(s);
	printf("mounts:\n");
	for (size_t i = 0; i < s->mounts.n; i++) {
		const struct mount *m = &s->mounts.m[i];
		auto_free char *what = mount_describe(m);

		printf("  %s on %s%s\n", what, m->dest,
		       m->attr_set & MOUNT_ATTR_RDONLY ? " (ro)" : "");
	}
	print_ports(&a->net.ports);
	print_limits(s);
	print_kernel(s);
	print_rights(s);
	print_list("groups", &s->user.groups);
	print_list("masked", &s->masked_paths);
	print_list("read-only", &s->readonly_paths);
}
