/* instruction_run.c - RUN, COPY, ADD and HEALTHCHECK: those with flags. */
#include "fs/dockerfile/instruction.h"

#include "core/base/nearest.h"
#include "core/base/time.h"
#include "fs/dockerfile/heredoc.h"
#include "fs/dockerfile/mount.h"
#include "fs/dockerfile/words.h"

#define MOUNTS_MAX 1000

/* ---- RUN ---- */

static int read_choice(const char *flag, const char *value,
		       const char *const *words, int *ret, struct err *e)
{
	const char *near;

	for (int i = 0; value && words[i]; i++) {
		if (streq(value, words[i])) {
			*ret = i;
			return 0;
		}
	}
	if (!value)
		return 0;
	near = nearest_word(value, words);
	return err_set(e, EINVAL, "unsupported --%s=%.40s%s%s%s", flag, value,
		       near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

static int read_mounts(const struct strv *texts, struct df_run *run,
		       struct err *e)
{
	if (texts->n > MOUNTS_MAX)
		return err_set(e, E2BIG, "more than %d mounts", MOUNTS_MAX);
	run->mounts = xcalloc(texts->n, sizeof(*run->mounts));
	for (size_t i = 0; i < texts->n; i++)
		TRY(df_mount_parse(texts->v[i], NULL, NULL,
				   &run->mounts[run->n_mounts++], e));
	return 0;
}

int df_run_read(struct df_reading *r, struct err *e)
{
	static const char *const networks[] = { "default", "none", "host",
						NULL };
	static const char *const securities[] = { "sandbox", "insecure", NULL };
	struct df_run *run = &r->in->run;
	int network = DF_NET_DEFAULT, security = 0;

	TRY(read_choice("network", r->flags.network, networks, &network, e));
	TRY(read_choice("security", r->flags.security, securities, &security,
			e));
	run->network = network;
	run->insecure = security == 1;
	if (r->flags.mounts.n)
		TRY(read_mounts(&r->flags.mounts, run, e));
	TRY(df_command_read(r->rest, false, &run->command, e));
	for (size_t i = 0; i < r->line->heredocs.n; i++)
		heredocs_copy(&run->heredocs, &r->line->heredocs.v[i]);
	return 0;
}

/* ---- COPY, ADD ---- */

/* In a line with heredocs "<< NAME" is one word. */
static int copy_words(struct df_reading *r, struct strv *ret, struct err *e)
{
	if (r->line->heredocs.n == 0)
		return words_json_or_plain(r->rest, ret, e);
	heredoc_words(r->rest, ret);
	return ret->n <= DOCKERFILE_WORDS_MAX ? 0 :
	       err_set(e, E2BIG, "more than %d words", DOCKERFILE_WORDS_MAX);
}

static int read_source(struct df_reading *r, char *word, size_t *n_inlined,
		       struct err *e)
{
	struct df_copy *c = &r->in->copy;
	struct df_heredoc one;
	bool chomp;

	if (!r->line->heredocs.n || !heredoc_word(word, &one, &chomp)) {
		strv_add(&c->sources, word);
		return 0;
	}
	free(one.name);
	if (*n_inlined == r->line->heredocs.n)
		return err_set(e, EINVAL, "'%.60s' has no text", word);
	one = r->line->heredocs.v[(*n_inlined)++];
	if (strchr(one.name, '/'))
		return err_set(e, EINVAL, "<<%.60s: a file's name has no '/'",
			       one.name);
	heredocs_copy(&c->inlined, &one);
	return 0;
}

static int read_sources(struct df_reading *r, struct err *e)
{
	auto_strv struct strv words = { 0 };
	struct df_heredoc one = { 0 };
	size_t inlined = 0;
	bool chomp;

	TRY(copy_words(r, &words, e));
	if (words.n < 2)
		return err_set(e, EINVAL, "it needs a source and a "
			       "destination");
	if (r->line->heredocs.n && heredoc_word(words.v[words.n - 1], &one,
						&chomp)) {
		free(one.name);
		return err_set(e, EINVAL, "a heredoc is no destination");
	}
	for (size_t i = 0; i + 1 < words.n; i++)
		TRY(read_source(r, words.v[i], &inlined, e));
	r->in->copy.dest = xstrdup(words.v[words.n - 1]);
	return 0;
}

int df_copy_read(struct df_reading *r, struct err *e)
{
	struct df_copy *c = &r->in->copy;
	struct df_flags *f = &r->flags;

	c->from = steal_ptr(f->from);
	c->chown = steal_ptr(f->chown);
	c->chmod = steal_ptr(f->chmod);
	c->checksum = steal_ptr(f->checksum);
	c->link = streq(f->link, "true");
	c->parents = streq(f->parents, "true");
	c->unpack = !f->unpack ? DF_UNPACK_AUTO :
		    streq(f->unpack, "true") ? DF_UNPACK_YES : DF_UNPACK_NO;
	strv_extend(&c->excludes, strv_list(&f->excludes));
	if (c->from && !*c->from)
		return err_set(e, EINVAL, "--from names nothing");
	if (c->from && strchr(c->from, '$'))
		return err_set(e, EINVAL, "--from has no variables: give the "
			       "image a name by a stage, FROM %.60s AS name",
			       c->from);
	return read_sources(r, e);
}

/* ---- HEALTHCHECK ---- */

static int read_interval(const char *flag, const char *text, int64_t *ret,
			 struct err *e)
{
	int64_t ns;

	if (!text || !*text)
		return 0;
	if (!parse_duration(text, &ns))
		return err_set(e, EINVAL, "--%s=%.40s is not a time such as "
			       "1m30s", flag, text);
	if (ns < 0 || (ns > 0 && ns < 1000000))
		return err_set(e, EINVAL, "--%s=%.40s is less than 1ms", flag,
			       text);
	*ret = ns;
	return 0;
}

static int read_health_flags(const struct df_flags *f, struct df_health *h,
			     struct err *e)
{
	uint64_t n = 0;

	TRY(read_interval("interval", f->interval, &h->interval, e));
	TRY(read_interval("timeout", f->timeout, &h->timeout, e));
	TRY(read_interval("start-period", f->start_period, &h->start_period,
			  e));
	TRY(read_interval("start-interval", f->start_interval,
			  &h->start_interval, e));
	if (f->retries && *f->retries && !parse_u64(f->retries, INT32_MAX, &n))
		return err_set(e, EINVAL, "--retries=%.20s is not a number",
			       f->retries);
	h->retries = n;
	return 0;
}

int df_health_read(struct df_reading *r, struct err *e)
{
	struct df_health *h = &r->in->health;
	size_t n = strcspn(r->rest, DF_BLANKS);
	const char *rest = r->rest + n + strspn(r->rest + n, DF_BLANKS);

	TRY(read_health_flags(&r->flags, h, e));
	if (n == 4 && strncasecmp(r->rest, "NONE", 4) == 0) {
		h->none = true;
		return *rest ? err_set(e, EINVAL, "NONE takes no arguments") :
			       0;
	}
	if (n != 3 || strncasecmp(r->rest, "CMD", 3) != 0)
		return err_set(e, EINVAL, "it is NONE, or CMD and a command");
	return df_command_read(rest, false, &h->command, e);
}
