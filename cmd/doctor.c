/* doctor.c - rl doctor: every rung of every ladder, tried for real. */
#include "cmd/cmd.h"
#include "cmd/doctor/doctor.h"

#include "core/base/file.h"
#include "core/base/json.h"
#include "fs/store.h"

#include <stdio.h>
#include <sys/wait.h>

extern const struct cmd cmd_doctor;

struct doctor_options {
	bool json, remedies;
};

static const struct opt options[] = {
	OPT_ROW(OPT_BOOL, struct doctor_options, json, "json", 0, NULL,
		"print one JSON object a rung"),
	OPT_ROW(OPT_BOOL, struct doctor_options, remedies, "remedies", 0, NULL,
		"try nothing, print all remedies"),
	OPT_END,
};

static const struct rung *const ladders[] = {
	doctor_identity, doctor_storage, doctor_isolation, doctor_network,
	doctor_limits, doctor_helpers,
};

/* ---- for the probes ---- */

int doctor_in_child(int (*fn)(struct err *e), struct err *e)
{
	auto_close int r = -1, w = -1;
	int p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	r = p[0];
	w = p[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0) {
		struct err mine = { 0 };

		if (fn(&mine) < 0 &&
		    write(w, &mine, sizeof(mine)) != sizeof(mine))
			_exit(2);
		_exit(0);
	}
	close(steal_fd(w));
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return read(r, e, sizeof(*e)) == sizeof(*e) ? -e->code : 0;
}

int doctor_inside(const struct doctor *d, int (*fn)(void *arg, struct err *e),
		  void *arg, struct err *e)
{
	return idmap_run_inside(&d->map, fn, arg, e);
}

char *doctor_read(const char *path)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, path, 4096, &text, NULL, &ignored) < 0)
		return NULL;
	text[strcspn(text, " \t\n")] = '\0';
	return steal_ptr(text);
}

bool doctor_is(const char *path, const char *value)
{
	auto_free char *text = doctor_read(path);

	return streq(text, value);
}

/* ---- the reports ---- */

static void report_json(const struct rung *g, int r, const struct finding *f,
			const struct err *e)
{
	auto_json json_t *o = json_pack("{s:s, s:s, s:b, s:s}", "ladder",
					g->ladder, "rung", g->name, "works",
					r >= 0, "use", g->use);
	auto_free char *text = NULL;

	if (r >= 0 && f->detail.len)
		json_object_set_new(o, "detail",
				    json_string(str_text(&f->detail)));
	if (r < 0) {
		json_object_set_new(o, "why", json_string(e->text));
		json_object_set_new(o, "matter", json_string(f->remedy->when));
		json_object_set_new(o, "fix", json_string(f->remedy->line));
	}
	text = json_text(o);
	printf("%s\n", text);
}

static void report(const struct rung *g, int r, const struct finding *f,
		   const struct err *e)
{
	if (r >= 0)
		printf("%-10s %-18s yes  %s\n", g->ladder, g->name,
		       str_text(&f->detail));
	else
		printf("%-10s %-18s no   (for: %s)\n    why: %s\n    so:  %s\n"
		       "    fix: %s\n", g->ladder, g->name, g->use, e->text,
		       f->remedy->when, f->remedy->line);
}

/* The table behind docs/troubleshooting.md, in its form. */
static int print_remedies(void)
{
	for (size_t l = 0; l < ARRAY_LEN(ladders); l++)
		for (const struct rung *g = ladders[l]; g->name; g++) {
			printf("### %s: %s\n\nFor %s.\n\n", g->ladder, g->name,
			       g->use);
			for (const struct remedy *m = g->remedies; m->when; m++)
				printf("- %s:\n\n      %s\n\n", m->when,
				       m->line);
		}
	return 0;
}

/* ---- the run ---- */

/* What a container cannot do without: one rung of each of these. */
struct verdict {
	bool userns, ids, root, namespaces;
};

static void judge(struct verdict *v, const struct rung *g)
{
	v->userns |= streq(g->name, "user namespace");
	v->ids |= streq(g->name, "ranges of ids") || streq(g->name, "one id");
	v->namespaces |= streq(g->name, "namespaces");
	v->root |= streq(g->name, "overlay") || streq(g->name, "copy") ||
		   streq(g->name, "fuse-overlayfs");
}

static void try_rung(const struct doctor *d, const struct rung *g, bool json,
		     struct verdict *v)
{
	struct finding f = { .remedy = g->remedies };
	struct err e = { 0 };
	int r = g->probe(d, &f, &e);

	if (r >= 0)
		judge(v, g);
	(json ? report_json : report)(g, r, &f, &e);
	fflush(stdout);
	str_release(&f.detail);
}

static void single_map(const struct idmap_host *h, struct idmap *ret)
{
	*ret = (struct idmap){ .kind = IDMAP_SINGLE };
	ret->uid = (struct id_extents){ { { 0, h->uid, 1 } }, 1 };
	ret->gid = (struct id_extents){ { { 0, h->gid, 1 } }, 1 };
}

static int run(void *opts, int argc UNUSED, char **argv UNUSED, struct err *e)
{
	const struct doctor_options *o = opts;
	struct idmap_request req = { .mode = USERNS_AUTO };
	auto_store struct store store = STORE_INIT;
	struct doctor d = { .store_fd = -1 };
	struct verdict v = { 0 };
	struct err why;

	if (o->remedies)
		return print_remedies();
	TRY(idmap_host_read(&d.host, e));
	TRY(idmap_plan(&d.host, &req, &d.map, e));
	single_map(&d.host, &d.single);
	if (store_open(&store, &why) == 0) {
		d.store = store.path;
		d.store_fd = store.fd;
	}
	for (size_t l = 0; l < ARRAY_LEN(ladders); l++)
		for (const struct rung *g = ladders[l]; g->name; g++)
			try_rung(&d, g, o->json, &v);
	if (v.userns && v.ids && v.root && v.namespaces) {
		if (!o->json)
			printf("containers can run here\n");
		return 0;
	}
	if (!o->json)
		printf("containers cannot run here: see the first \"no\"\n");
	return 1;
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
