/* step_run.c - RUN: what its key depends on, its output, how it ended. */
#include "cmd/build/run_life.h"

#include "core/base/file.h"
#include "fs/build/config.h"
#include "fs/build/copy.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#define PATIENCE_MS 5000 /* with processes that were killed */

/* ---- the parent of its life ---- */

/* Until the last process that holds the pipe is gone. */
static void drain(int out)
{
	struct pollfd p = { .fd = out, .events = POLLIN };
	char buf[8192];

	while (poll(&p, 1, PATIENCE_MS) > 0)
		if (read(out, buf, sizeof(buf)) <= 0)
			return;
}

/* Wait for output or a signal, which may have come just before. */
static void wait_for(int out)
{
	struct pollfd p = { .fd = out, .events = POLLIN };
	sigset_t ours, before;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!build_interrupted())
		ppoll(&p, 1, NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Show its output to the end, which is when all of it have ended. */
static void show_output(struct step *s, int out, pid_t pid)
{
	char buf[8192];
	ssize_t n;

	for (;;) {
		wait_for(out);
		if (build_interrupted())
			break;
		n = read(out, buf, sizeof(buf));
		if (n > 0)
			stage_report_text(s->b->report, REPORT_OUTPUT, buf, n);
		else if (n == 0 || errno != EINTR)
			return;
	}
	kill(pid, SIGKILL);
	drain(out);
}

static int end_of(struct step *s, pid_t pid, int report, struct err *e)
{
	auto_free char *words = NULL;
	int status = 0, code;
	struct err theirs;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (build_interrupted())
		return err_set(e, EINTR, "interrupted");
	if (read(report, &theirs, sizeof(theirs)) == sizeof(theirs)) {
		*e = theirs;
		return -e->code;
	}
	code = WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
	if (code == 0)
		return 0;
	words = build_config_run(&s->in->run, &s->st->shell,
				 &(struct strv){ 0 });
	return err_set(e, ECHILD, "process \"%.300s\" did not complete "
		       "successfully: exit code: %d", words, code);
}

static int run_step(struct step *s, struct err *e)
{
	int out[2], report[2], r;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_life(s, out[1], report[1]);
	close(out[1]);
	close(report[1]);
	if (pid > 0)
		show_output(s, out[0], pid);
	r = pid < 0 ? err_sys(e, "fork") : end_of(s, pid, report[0], e);
	close(out[0]);
	close(report[0]);
	run_mount_points(s, &s->stubs);
	return r;
}

/* ---- the key ---- */

static void add(struct digest *d, const char *text)
{
	digest_add(d, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_all(struct digest *d, const struct strv *l)
{
	for (size_t i = 0; i < l->n; i++)
		add(d, l->v[i]);
	add(d, NULL);
}

/* What stands in the configuration and a program sees. */
static void add_config(struct digest *d, const json_t *doc)
{
	static const char *const matter[] = { "User", "WorkingDir" };

	for (size_t i = 0; i < ARRAY_LEN(matter); i++)
		add(d, json_string_value(json_object_get(json_object_get(
			       doc, "config"), matter[i])));
}

/* Which files a bind mount shows of a context. */
static int add_files(struct digest *d, int folder, const struct ignore *g,
		     const char *source, struct err *e)
{
	struct df_copy copy = { 0 };
	struct build_copy c = { .copy = &copy, .ignore = g };
	int r;

	strv_add(&copy.sources, source ? source : "/");
	r = build_copy_list(&c, folder, d, e);
	strv_release(&copy.sources);
	return r;
}

static int add_bind(struct digest *d, struct build *b, struct stage *st,
		    const struct df_mount *m, struct err *e)
{
	struct build_from from;
	int r;

	if (!m->from)
		return b->context < 0 ? 0 :
			add_files(d, b->context, &b->ignore, m->source, e);
	r = build_from_open(b, st, m->from, &from, e);
	if (r == 0 && from.stage)
		add(d, from.stage->key);
	else if (r == 0)
		r = add_files(d, from.folder, &from.ignore, m->source, e);
	build_from_release(&from);
	return r;
}

/* Of secrets only that there are such mounts. */
static int add_mounts(struct digest *d, struct build *b, struct stage *st,
		      const struct df_run *run, struct err *e)
{
	for (size_t i = 0; i < run->n_mounts; i++) {
		add(d, run->mounts[i].text);
		if (run->mounts[i].kind == DF_MOUNT_BIND)
			TRY(add_bind(d, b, st, &run->mounts[i], e));
	}
	return 0;
}

static int make_key(struct build *b, struct stage *st,
		    const struct df_instruction *in, char *key, struct err *e)
{
	char all[DIGEST_MAX];
	struct digest d;
	int r;

	digest_init(&d);
	add(&d, in->run.command.exec ? "exec" : "shell");
	add_all(&d, &in->run.command.words);
	for (size_t i = 0; i < in->run.heredocs.n; i++)
		add(&d, in->run.heredocs.v[i].text);
	digest_add(&d, &in->run.network, sizeof(in->run.network));
	add(&d, b->o->network);
	add_all(&d, &b->o->add_host);
	add_all(&d, &st->shell);
	add_all(&d, &st->scope.env);
	add_config(&d, st->doc);
	r = add_mounts(&d, b, st, &in->run, e);
	digest_final(&d, all);
	build_key_add(key, all);
	return r;
}

int build_step_run(struct build *b, struct stage *st,
		   const struct df_instruction *in,
		   char ret_layer[static DIGEST_MAX], struct err *e)
{
	char key[DIGEST_MAX];

	memcpy(key, st->key, DIGEST_MAX);
	TRY(make_key(b, st, in, key, e));
	return build_step(b, st, in, key, run_step, ret_layer, e);
}
