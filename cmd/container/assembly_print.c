/* assembly_print.c - the plan of a container, for --dry-run. */
#include "cmd/container/assembly.h"

#include <stdio.h>

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
	print_list("masked", &s->masked_paths);
	print_list("read-only", &s->readonly_paths);
}
