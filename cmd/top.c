/* top.c - `rl top`: the processes of a container, as ps shows them. */
#include "cmd/cmd.h"

#include "cmd/ui/report.h"
#include "cmd/ui/table.h"
#include "core/base/proc.h"
#include "core/processes.h"
#include "fs/container_state.h"

#define OUTPUT_MAX (16 << 20)
#define CELL_LEAST 20 /* docker's */

/* ---- ps ---- */

/* docker takes "-o pid,cmd" as one word, too. */
static void ps_words(int argc, char **argv, struct strv *ret)
{
	strv_add(ret, "ps");
	for (int i = 0; i < argc; i++) {
		auto_strv struct strv words = { 0 };

		strv_split(&words, argv[i], ' ');
		for (size_t k = 0; k < words.n; k++)
			if (*words.v[k])
				strv_add(ret, words.v[k]);
	}
	if (ret->n == 1)
		strv_add(ret, "-ef");
}

static int run_ps(int argc, char **argv, char **ret, struct err *e)
{
	auto_strv struct strv words = { 0 };
	auto_free char *complaint = NULL;
	int code;

	ps_words(argc, argv, &words);
	code = proc_capture(strv_list(&words), "", OUTPUT_MAX, ret, &complaint,
			    e);
	if (code == -ENOENT)
		return err_set(e, ENOENT, "top shows what ps(1) prints, which "
			       "is not installed (Debian: apt install procps)");
	TRY(code);
	if (code == 0)
		return 0;
	complaint[strcspn(complaint, "\n")] = '\0';
	return err_set(e, EINVAL, "ps failed: %s", complaint);
}

/* ---- its lines ---- */

/* The first n-1 fields of a line, then the rest of it; false: too few. */
static bool fields_of(const char *line, size_t n, struct strv *ret)
{
	for (size_t i = 0; i < n; i++) {
		size_t len;

		line += strspn(line, " ");
		len = i + 1 < n ? strcspn(line, " ") : strlen(line);
		if (!len)
			return false;
		strv_take(ret, xstrndup(line, len));
		line += len;
	}
	return true;
}

static size_t count_fields(const char *line)
{
	size_t n = 0;

	for (line += strspn(line, " "); *line; line += strspn(line, " ")) {
		line += strcspn(line, " ");
		n++;
	}
	return n;
}

static void add_line(const struct strv *fields, struct str *out)
{
	for (size_t i = 0; i < fields->n; i++)
		str_printf(out, "%s%s", i ? "\t" : "", fields->v[i]);
	str_putc(out, '\n');
}

static int pid_column(const struct strv *titles, struct err *e)
{
	for (size_t i = 0; i < titles->n; i++)
		if (streq(titles->v[i], "PID"))
			return i;
	return err_set(e, EINVAL, "Couldn't find PID field in ps output");
}

/* Lines of threads have '-' for a number and follow their process. */
static int filter(const char *text, const struct process_list *inside,
		  struct str *out, struct err *e)
{
	auto_strv struct strv lines = { 0 };
	auto_strv struct strv titles = { 0 };
	bool shown = false;
	int pid;

	strv_split(&lines, text, '\n');
	fields_of(lines.v[0], count_fields(lines.v[0]), &titles);
	TRY(pid = pid_column(&titles, e));
	add_line(&titles, out);
	for (size_t i = 1; i < lines.n; i++) {
		auto_strv struct strv f = { 0 };

		if (!fields_of(lines.v[i], titles.n, &f))
			continue;
		if (!streq(f.v[pid], "-"))
			shown = process_list_has(inside, atoi(f.v[pid]));
		if (shown)
			add_line(&f, out);
	}
	return 0;
}

static int first_process(const char *name, pid_t *ret, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	auto_container_state struct container_state st = { 0 };
	auto_close int pidfd = -1;

	TRY(store_open(&s, e));
	TRY(container_find(&s, name, &c, e));
	TRY(container_state_read(&c, &st, e));
	pidfd = container_pidfd(&c, &st, e);
	if (pidfd < 0)
		return pidfd;
	*ret = st.pid;
	return 0;
}

static int top_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	auto_process_list struct process_list inside = { 0 };
	auto_free char *text = NULL;
	auto_str struct str rows = { 0 };
	auto_str struct str out = { 0 };
	pid_t first = 0;

	TRY(first_process(argv[0], &first, e));
	TRY(run_ps(argc - 1, argv + 1, &text, e));
	TRY(processes_of(first, &inside, e));
	TRY(filter(text, &inside, &rows, e));
	table_align_wide(str_text(&rows), CELL_LEAST, &out);
	report_text(str_text(&out));
	return 0;
}

const struct cmd cmd_top = {
	.name = "top",
	.aliases = "container top",
	.args = "CONTAINER [PS OPTIONS]",
	.help = "list the processes of a container, by the host's ps(1)",
	.example = "rl top web\n"
		   "rl top web -o pid,stat,cmd",
	.min_args = 1,
	.max_args = -1,
	.verbatim = true,
	.run = top_run,
};
