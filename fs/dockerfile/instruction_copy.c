/* instruction_copy.c - an instruction copied, and let go. */
#include "fs/dockerfile/instruction.h"

#include "fs/dockerfile/heredoc.h"
#include "fs/dockerfile/mount.h"
#include "fs/dockerfile/scope.h"

static char *copy_text(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void copy_words(const struct strv *from, struct strv *to)
{
	strv_extend(to, strv_list(from));
}

static void copy_heredocs(const struct df_heredocs *from,
			  struct df_heredocs *to)
{
	for (size_t i = 0; i < from->n; i++)
		heredocs_copy(to, &from->v[i]);
}

static void copy_command(const struct df_command *from, struct df_command *to)
{
	copy_words(&from->words, &to->words);
}

/* Each of these has its plain members copied already. */

static void copy_pairs(const struct df_pairs *from, struct df_pairs *to)
{
	to->v = xcalloc(from->n, sizeof(*to->v));
	for (size_t i = 0; i < from->n; i++) {
		to->v[i].key = xstrdup(from->v[i].key);
		to->v[i].value = copy_text(from->v[i].value);
	}
}

static void copy_mount(const struct df_mount *from, struct df_mount *to)
{
	*to = *from;
	to->text = copy_text(from->text);
	to->from = copy_text(from->from);
	to->source = copy_text(from->source);
	to->target = copy_text(from->target);
	to->id = copy_text(from->id);
	to->env = copy_text(from->env);
}

static void copy_run(const struct df_run *from, struct df_run *to)
{
	to->command.words = (struct strv){ 0 };
	to->heredocs = (struct df_heredocs){ 0 };
	copy_command(&from->command, &to->command);
	copy_heredocs(&from->heredocs, &to->heredocs);
	to->mounts = xcalloc(from->n_mounts, sizeof(*to->mounts));
	for (size_t i = 0; i < from->n_mounts; i++)
		copy_mount(&from->mounts[i], &to->mounts[i]);
}

static void copy_copy(const struct df_copy *from, struct df_copy *to)
{
	to->sources = to->excludes = (struct strv){ 0 };
	to->inlined = (struct df_heredocs){ 0 };
	copy_words(&from->sources, &to->sources);
	copy_words(&from->excludes, &to->excludes);
	copy_heredocs(&from->inlined, &to->inlined);
	to->dest = copy_text(from->dest);
	to->from = copy_text(from->from);
	to->chown = copy_text(from->chown);
	to->chmod = copy_text(from->chmod);
	to->checksum = copy_text(from->checksum);
}

static void copy_from(const struct df_from *from, struct df_from *to)
{
	to->image = copy_text(from->image);
	to->platform = copy_text(from->platform);
	to->name = copy_text(from->name);
}

void df_instruction_copy(const struct df_instruction *in,
			 struct df_instruction *ret)
{
	*ret = *in;
	ret->text = copy_text(in->text);
	switch (in->kind) {
	case DF_FROM:
		copy_from(&in->from, &ret->from);
		break;
	case DF_ADD:
	case DF_COPY:
		copy_copy(&in->copy, &ret->copy);
		break;
	case DF_RUN:
		copy_run(&in->run, &ret->run);
		break;
	case DF_CMD:
	case DF_ENTRYPOINT:
	case DF_SHELL:
		ret->command.words = (struct strv){ 0 };
		copy_command(&in->command, &ret->command);
		break;
	case DF_HEALTHCHECK:
		ret->health.command.words = (struct strv){ 0 };
		copy_command(&in->health.command, &ret->health.command);
		break;
	case DF_ARG:
	case DF_ENV:
	case DF_LABEL:
		copy_pairs(&in->pairs, &ret->pairs);
		break;
	case DF_EXPOSE:
	case DF_VOLUME:
		ret->words = (struct strv){ 0 };
		copy_words(&in->words, &ret->words);
		break;
	default:
		ret->word = copy_text(in->word);
	}
}

/* ---- release ---- */

void df_from_release(struct df_from *f)
{
	free(f->image);
	free(f->platform);
	free(f->name);
	*f = (struct df_from){ 0 };
}

static void release_copy(struct df_copy *c)
{
	strv_release(&c->sources);
	strv_release(&c->excludes);
	heredocs_release(&c->inlined);
	free(c->dest);
	free(c->from);
	free(c->chown);
	free(c->chmod);
	free(c->checksum);
}

static void release_run(struct df_run *r)
{
	strv_release(&r->command.words);
	heredocs_release(&r->heredocs);
	for (size_t i = 0; i < r->n_mounts; i++)
		df_mount_release(&r->mounts[i]);
	free(r->mounts);
}

static void release_pairs(struct df_pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].key);
		free(p->v[i].value);
	}
	free(p->v);
}

static void release_fields(struct df_instruction *in)
{
	switch (in->kind) {
	case DF_FROM:
		df_from_release(&in->from);
		break;
	case DF_ADD:
	case DF_COPY:
		release_copy(&in->copy);
		break;
	case DF_RUN:
		release_run(&in->run);
		break;
	case DF_CMD:
	case DF_ENTRYPOINT:
	case DF_SHELL:
		strv_release(&in->command.words);
		break;
	case DF_HEALTHCHECK:
		strv_release(&in->health.command.words);
		break;
	case DF_ARG:
	case DF_ENV:
	case DF_LABEL:
		release_pairs(&in->pairs);
		break;
	case DF_EXPOSE:
	case DF_VOLUME:
		strv_release(&in->words);
		break;
	case DF_KINDS:
		break; /* none was recognised */
	default:
		free(in->word);
	}
}

/* All zeroes is a FROM with nothing in it. */
void df_instruction_release(struct df_instruction *in)
{
	release_fields(in);
	free(in->text);
	*in = (struct df_instruction){ .kind = DF_KINDS };
}
