/* list.c - rl-oci list and ps. */
#include "cmd/oci/oci.h"

#include "cmd/ui/report.h"
#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/base/time.h"
#include "core/processes.h"

#include <stdio.h>

#define PS_MAX (16 << 20)

struct list_opts {
	struct oci_globals g;
	const char *format;
	bool quiet;
};

static const struct opt list_table[] = {
	OPT_ROW(OPT_STR, struct list_opts, format, "format", 'f', "FORMAT",
		"table or json"),
	OPT_ROW(OPT_BOOL, struct list_opts, quiet, "quiet", 'q', NULL,
		"only the IDs"),
	OPT_END
};

/* Whose folder it is. */
static char *owner_of(const struct oci_state *s)
{
	struct stat st = { 0 };

	fstat(s->dir, &st);
	return xasprintf("%u", st.st_uid);
}

static void print_row(const struct oci_state *s)
{
	enum oci_status status = oci_state_status(s);
	auto_free char *created = time_rfc3339(s->created);
	auto_free char *owner = owner_of(s);

	printf("%-28s %-8d %-9s %-32s %-31s %s\n", s->id,
	       status == OCI_STOPPED ? 0 : (int)s->pid,
	       oci_status_word(status), s->bundle, created, owner);
}

static void add_json(const struct oci_state *s, json_t *list)
{
	json_t *v = oci_state_json(s, oci_state_status(s));
	auto_free char *owner = owner_of(s);

	json_object_set_new(v, "owner", json_from_bytes(owner));
	json_array_append_new(list, v);
}

static void list_one(int root, const char *id, const struct list_opts *o,
		     json_t *list)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	struct err ignored;

	if (oci_state_open(root, id, &s, &ignored) < 0)
		return;
	if (o->quiet)
		printf("%s\n", s.id);
	else if (streq(o->format, "json"))
		add_json(&s, list);
	else
		print_row(&s);
}

static int list_run(void *opts, int argc UNUSED, char **argv UNUSED,
		    struct err *e)
{
	const struct list_opts *o = opts;
	auto_json json_t *list = json_array();
	auto_close int root = oci_root(&o->g, e);
	auto_dir DIR *d = root < 0 ? NULL : fdopendir(dup(root));
	bool json = streq(o->format, "json");
	struct dirent *ent;

	if (o->format && !json && !streq(o->format, "table"))
		return err_set(e, EINVAL, "--format: table or json");
	if (!d)
		return root < 0 ? root : err_sys(e, "read --root");
	if (!o->quiet && !json)
		printf("%-28s %-8s %-9s %-32s %-31s %s\n", "ID", "PID",
		       "STATUS", "BUNDLE", "CREATED", "OWNER");
	while ((ent = readdir(d)))
		if (*ent->d_name != '.')
			list_one(root, ent->d_name, o, list);
	if (json && !o->quiet) {
		auto_free char *text = json_text(list);

		printf("%s\n", text);
	}
	return 0;
}

const struct cmd oci_cmd_list = {
	.name = "list",
	.program = "rl-oci",
	.args = "[OPTIONS]",
	.help = "list containers",
	.opts = list_table,
	.opts_size = sizeof(struct list_opts),
	.run = list_run,
};

/* ---- ps ---- */

static const struct opt ps_table[] = {
	OPT_ROW(OPT_STR, struct list_opts, format, "format", 'f', "FORMAT",
		"table or json"),
	OPT_END
};

static void print_pids(const struct process_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		printf("%s%d", i ? "," : "[", (int)l->p[i].pid);
	printf("%s]\n", l->n ? "" : "[");
}

/* Which column of the heading is PID. */
static int pid_column(const char *line)
{
	int column = 0;

	while (*line && *line != '\n') {
		size_t n;

		line += strspn(line, " ");
		n = strcspn(line, " \n");
		if (n == 3 && memcmp(line, "PID", 3) == 0)
			return column;
		column += n > 0;
		line += n;
	}
	return -1;
}

static pid_t pid_in(const char *line, int column)
{
	for (;; column--) {
		line += strspn(line, " ");
		if (column == 0)
			return atoi(line);
		line += strcspn(line, " ");
	}
}

static int print_table(const struct process_list *l, int argc, char **argv,
		       struct err *e)
{
	auto_strv struct strv cmd = { 0 }, lines = { 0 };
	auto_free char *out = NULL;
	int column, code;

	strv_add(&cmd, "ps");
	strv_extend(&cmd, argc > 0 ? argv : (char *[]){ (char *)"-ef", NULL });
	TRY(code = proc_capture(strv_list(&cmd), NULL, PS_MAX, &out, NULL, e));
	strv_split(&lines, out, '\n');
	column = lines.n ? pid_column(lines.v[0]) : -1;
	if (code || column < 0)
		return err_set(e, EIO, "ps: no column PID in what it said");
	printf("%s\n", lines.v[0]);
	for (size_t i = 1; i < lines.n; i++)
		if (*lines.v[i] &&
		    process_list_has(l, pid_in(lines.v[i], column)))
			printf("%s\n", lines.v[i]);
	return 0;
}

static int ps_run(void *opts, int argc, char **argv, struct err *e)
{
	auto_oci_state struct oci_state s = OCI_STATE_INIT;
	auto_process_list struct process_list l = { 0 };
	const struct list_opts *o = opts;
	auto_close int fd = -1;

	TRY(oci_find(&o->g, argv[0], &s, e));
	TRY(fd = oci_state_pidfd(&s, e));
	TRY(processes_of(s.pid, &l, e));
	if (!streq(o->format, "json"))
		return print_table(&l, argc - 1, argv + 1, e);
	print_pids(&l);
	return 0;
}

const struct cmd oci_cmd_ps = {
	.name = "ps",
	.program = "rl-oci",
	.args = "[OPTIONS] ID [PS OPTION...]",
	.help = "list the processes of a container",
	.opts = ps_table,
	.opts_size = sizeof(struct list_opts),
	.min_args = 1,
	.max_args = -1,
	.verbatim = true,
	.run = ps_run,
};
