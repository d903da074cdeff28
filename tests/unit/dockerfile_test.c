/* dockerfile_test.c - a Dockerfile's text to stages and instructions. */
#include "fs/dockerfile/dockerfile.h"

#include "tests/unit/tap.h"

static struct err e;

/* The first instruction behind FROM of a file that has `line` there. */
static int parse(const char *line, struct dockerfile *ret,
		 struct df_instruction **ret_in)
{
	auto_free char *text = xasprintf("FROM scratch\n%s", line);

	if (dockerfile_parse("Dockerfile", text, strlen(text), ret, &e) < 0)
		return 0;
	if (ret->stages[0].instructions.n)
		*ret_in = &ret->stages[0].instructions.v[0];
	return 1;
}

/* Does a whole file fail with just this? */
static int fails(const char *text, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };

	memset(&e, 0, sizeof(e));
	if (dockerfile_parse("F", text, strlen(text), &d, &e) == 0)
		return 0;
	if (strcmp(e.text, want) != 0)
		printf("# got: %s\n", e.text);
	return strcmp(e.text, want) == 0;
}

static int bad(const char *line, const char *want)
{
	auto_free char *text = xasprintf("FROM scratch\n%s", line);
	auto_free char *whole = xasprintf("F:2: %s", want);

	return fails(text, whole);
}

static int joined(const struct strv *l, const char *want)
{
	auto_str struct str s = { 0 };

	for (size_t i = 0; i < l->n; i++)
		str_printf(&s, "%s%s", i ? "|" : "", l->v[i]);
	if (strcmp(str_text(&s), want) != 0)
		printf("# got: %s\n", str_text(&s));
	return strcmp(str_text(&s), want) == 0;
}

/* ---- lines ---- */

/* The first instruction's text as it is joined. */
static int text_is(const char *line, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };
	struct df_instruction *in = NULL;

	if (!parse(line, &d, &in) || !in) {
		printf("# %s\n", e.text);
		return 0;
	}
	if (strcmp(in->text, want) != 0)
		printf("# got: %s\n", in->text);
	return strcmp(in->text, want) == 0;
}

static void continuation(void)
{
	OK(text_is("RUN a \\\n  b", "RUN a   b"));
	OK(text_is("RUN a \\  \t\nb\n", "RUN a b"));
	OK(text_is("RUN a\\\nb", "RUN ab"));
	/* comments and empty lines in between */
	OK(text_is("RUN a \\\n# no\n  # neither\nb", "RUN a b"));
	OK(text_is("RUN a \\\n\n   \nb", "RUN a b"));
	OK(text_is("RUN a \\\n# b \\\nc", "RUN a c"));
	/* the escape is itself escaped */
	OK(text_is("RUN a \\\\\nUSER b", "RUN a \\\\"));
	OK(text_is("RUN a \\", "RUN a"));
	OK(text_is("RUN a \\\r\nb\r\n", "RUN a b"));
	OK(text_is("\t \v\f RUN a", "RUN a"));
	OK(text_is("# c\n   # c\nRUN a # b", "RUN a # b"));
	OK(text_is("\\\nRUN a", "RUN a"));
	OK(text_is("run a", "run a"));
}

static void line_numbers(void)
{
	const char *text = "# c\n\nFROM a\n\nRUN b \\\n# c\n\n d\n"
			   "COPY <<A <<B /x/\n1\nA\n2\nB\nUSER u\n";
	auto_dockerfile struct dockerfile d = { 0 };
	struct df_instruction *in;

	OK(dockerfile_parse("F", text, strlen(text), &d, &e) == 0);
	OK(d.stages[0].from.first == 3 && d.stages[0].from.last == 3);
	in = d.stages[0].instructions.v;
	OK(d.stages[0].instructions.n == 3);
	OK(in[0].first == 5 && in[0].last == 8);
	OK(in[1].first == 9 && in[1].last == 13);
	OK(in[2].first == 14 && in[2].last == 14);
}

static void directives(void)
{
	const char *text = "\xef\xbb\xbf# Escape = `\r\n#syntax=docker/x:1\r\n"
			   "# check=skip=all\n\n"
			   "# escape=\\\nFROM a\nRUN b `\n c\\\n";
	auto_dockerfile struct dockerfile d = { 0 };

	OK(dockerfile_parse("F", text, strlen(text), &d, &e) == 0);
	OK(d.escape == '`');
	EQ_STR(d.syntax, "docker/x:1");
	EQ_STR(d.check, "skip=all");
	EQ_STR(d.stages[0].instructions.v[0].text, "RUN b  c\\");
	OK(fails("# escape=`\n# escape=`\nFROM a",
		 "F:2: only one escape parser directive can be used"));
	OK(fails("# syntax=a\n# SYNTAX=b\nFROM a",
		 "F:2: only one syntax parser directive can be used"));
	OK(fails("# escape=x\nFROM a",
		 "F:1: invalid escape token 'x': it is \\ or `"));
	/* behind any other line it is a comment */
	OK(!fails("# note\n# escape=x\nFROM a", ""));
	OK(!fails("# unknown=1\n# escape=x\nFROM a", ""));
	OK(!fails("\n# escape=x\nFROM a", ""));
	OK(!fails("FROM a\n# escape=x\n", ""));
}

static void whole_files(void)
{
	OK(fails("", "F: a file with no instructions"));
	OK(fails("# c\n\n", "F: a file with no instructions"));
	OK(fails("ARG A=1\n", "F: it has no FROM"));
	OK(fails("RUN a\nFROM b", "F:1: RUN: only ARG may stand in front of "
		 "the first FROM"));
	OK(fails("FROM a\nRUNN b", "F:2: unknown instruction: RUNN; did you "
		 "mean RUN?"));
	OK(fails("FROM a\nrunn b", "F:2: unknown instruction: runn; did you "
		 "mean RUN?"));
	OK(fails("FROM a\nXYZZYX b", "F:2: unknown instruction: XYZZYX"));
	OK(fails("FROM a\n\n\nCOPY x \\\n\n", "F:4: COPY: it needs a source "
		 "and a destination"));
}

static void nul_bytes(void)
{
	auto_dockerfile struct dockerfile d = { 0 };

	OK(dockerfile_parse("F", "FROM a\nRUN b\0c", 14, &d, &e) == -EINVAL);
	EQ_STR(e.text, "F:2: a NUL byte: this is no text");
}

static void caps(void)
{
	auto_dockerfile struct dockerfile d = { 0 }, many = { 0 }, wide = { 0 };
	auto_free char *big = xcalloc(1, DOCKERFILE_MAX + 1);
	auto_str struct str lines = { 0 }, words = { 0 };

	memset(big, '\n', DOCKERFILE_MAX + 1);
	OK(dockerfile_parse("F", big, DOCKERFILE_MAX + 1, &d, &e) == -EFBIG);
	str_puts(&lines, "FROM a\n");
	for (int i = 0; i < DOCKERFILE_INSTRUCTIONS_MAX; i++)
		str_puts(&lines, "USER u\n");
	OK(dockerfile_parse("F", lines.s, lines.len, &many, &e) == -E2BIG);
	EQ_STR(e.text, "F:10001: more than 10000 instructions");
	str_puts(&words, "FROM a\nEXPOSE");
	for (int i = 0; i <= DOCKERFILE_WORDS_MAX; i++)
		str_puts(&words, " 1");
	OK(dockerfile_parse("F", words.s, words.len, &wide, &e) == -E2BIG);
	EQ_STR(e.text, "F:2: EXPOSE: more than 10000 words");
}

/* ---- FROM ---- */

static void stages(void)
{
	const char *text = "ARG V=1\nFROM --platform=linux/arm64 a:$V As BuildER\n"
			   "RUN x\nFROM builder\nUSER u\n";
	auto_dockerfile struct dockerfile d = { 0 };

	OK(dockerfile_parse("F", text, strlen(text), &d, &e) == 0);
	OK(d.head.n == 1 && d.n_stages == 2);
	EQ_STR(d.head.v[0].pairs.v[0].key, "V");
	EQ_STR(d.stages[0].from.from.image, "a:$V");
	EQ_STR(d.stages[0].from.from.name, "builder");
	EQ_STR(d.stages[0].from.from.platform, "linux/arm64");
	OK(d.stages[0].instructions.n == 1);
	EQ_STR(d.stages[1].from.from.image, "builder");
	OK(!d.stages[1].from.from.name);
	OK(fails("FROM", "F:1: FROM: it needs an argument"));
	OK(fails("FROM a b", "F:1: FROM: it is FROM image, or FROM image AS "
		 "name"));
	OK(fails("FROM a is b", "F:1: FROM: it is FROM image, or FROM image AS "
		 "name"));
	OK(fails("FROM a AS 1b", "F:1: FROM: '1b' is no name for a stage: it "
		 "begins with a letter and has letters, digits, '-', '_' and "
		 "'.' only"));
	OK(fails("FROM --platfrm=a b", "F:1: FROM: unknown flag: --platfrm; "
		 "did you mean --platform?"));
	OK(fails("FROM --platform a", "F:1: FROM: --platform needs a value: "
		 "--platform=..."));
}

/* ---- commands ---- */

static int command_is(const char *line, int exec, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };
	struct df_instruction *in = NULL;
	const struct df_command *c;

	if (!parse(line, &d, &in) || !in) {
		printf("# %s\n", e.text);
		return 0;
	}
	c = in->kind == DF_RUN ? &in->run.command :
	    in->kind == DF_HEALTHCHECK ? &in->health.command : &in->command;
	return c->exec == exec && joined(&c->words, want);
}

static void commands(void)
{
	OK(command_is("CMD [\"a\", \"b c\"]", 1, "a|b c"));
	OK(command_is("CMD  [ \"a\" ,\"\\u00e9\"] ", 1, "a|\u00e9"));
	OK(command_is("CMD a  'b'", 0, "a  'b'"));
	/* no JSON: text for the shell */
	OK(command_is("CMD ['a']", 0, "['a']"));
	OK(command_is("CMD [\"a\"] b", 0, "[\"a\"] b"));
	OK(command_is("RUN [ -e /x ]", 0, "[ -e /x ]"));
	OK(command_is("CMD []", 1, ""));
	OK(command_is("ENTRYPOINT", 0, ""));
	OK(command_is("ENTRYPOINT []", 1, ""));
	OK(command_is("SHELL [\"/bin/bash\", \"-c\"]", 1, "/bin/bash|-c"));
	OK(bad("CMD [\"a\", 1]", "CMD: a list in JSON must be of strings "
	       "only"));
	OK(bad("CMD", "CMD: it needs an argument"));
	OK(bad("RUN", "RUN: it needs a command"));
	OK(bad("RUN []", "RUN: it needs a command"));
	OK(bad("SHELL bash", "SHELL: it needs a list in JSON: "
	       "SHELL [\"/bin/bash\", \"-c\"]"));
	OK(bad("SHELL []", "SHELL: it needs a command"));
	OK(bad("CMD --version", "CMD: unknown flag: --version; CMD has none"));
}

static void health(void)
{
	auto_dockerfile struct dockerfile d = { 0 };
	struct df_instruction *in = NULL;

	OK(parse("HEALTHCHECK --interval=1m30s --timeout=500ms --retries=3 "
		 "--start-period=0s --start-interval=2s CMD [\"a\"]", &d, &in));
	OK(in->health.interval == 90000000000 &&
	   in->health.timeout == 500000000 && in->health.retries == 3 &&
	   in->health.start_interval == 2000000000 && !in->health.none);
	OK(command_is("HEALTHCHECK CMD curl  x", 0, "curl  x"));
	OK(command_is("healthcheck cmd [\"a\",\"b\"]", 1, "a|b"));
	OK(bad("HEALTHCHECK NONE x", "HEALTHCHECK: NONE takes no arguments"));
	OK(bad("HEALTHCHECK CMD", "HEALTHCHECK: it needs a command"));
	OK(bad("HEALTHCHECK curl", "HEALTHCHECK: it is NONE, or CMD and a "
	       "command"));
	OK(bad("HEALTHCHECK --interval=1us CMD a", "HEALTHCHECK: "
	       "--interval=1us is less than 1ms"));
	OK(bad("HEALTHCHECK --interval=1 CMD a", "HEALTHCHECK: --interval=1 is "
	       "not a time such as 1m30s"));
	OK(bad("HEALTHCHECK --retries=-1 CMD a", "HEALTHCHECK: --retries=-1 is "
	       "not a number"));
	OK(bad("HEALTHCHECK --retrys=1 CMD a", "HEALTHCHECK: unknown flag: "
	       "--retrys; did you mean --retries?"));
}

/* ---- pairs ---- */

static int pairs_are(const char *line, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };
	auto_str struct str s = { 0 };
	struct df_instruction *in = NULL;

	if (!parse(line, &d, &in) || !in) {
		printf("# %s\n", e.text);
		return 0;
	}
	for (size_t i = 0; i < in->pairs.n; i++)
		str_printf(&s, "%s%s%s%s", i ? "|" : "", in->pairs.v[i].key,
			   in->pairs.v[i].value ? "=" : "",
			   in->pairs.v[i].value ? in->pairs.v[i].value : "");
	if (strcmp(str_text(&s), want) != 0)
		printf("# got: %s\n", str_text(&s));
	return strcmp(str_text(&s), want) == 0;
}

static void pairs(void)
{
	OK(pairs_are("ENV a=b", "a=b"));
	OK(pairs_are("ENV a=b c='d e' f=\"g \\\" h\" i=j\\ k",
		     "a=b|c='d e'|f=\"g \\\" h\"|i=j\\ k"));
	OK(pairs_are("ENV a=", "a="));
	OK(pairs_are("ENV a=b=c", "a=b=c"));
	OK(pairs_are("ENV a b  c = d ", "a=b  c = d"));
	OK(pairs_are("ENV a=b \\\n  c=d", "a=b|c=d"));
	OK(pairs_are("LABEL \"a b\"=c", "\"a b\"=c"));
	OK(pairs_are("LABEL x=\"a \\\nb\"", "x=\"a b\""));
	OK(pairs_are("ARG a", "a"));
	OK(pairs_are("ARG a b=c d=\"e f\"", "a|b=c|d=\"e f\""));
	OK(bad("ENV", "ENV: it needs KEY=VALUE"));
	OK(bad("ENV a", "ENV: 'a' has no value: it needs KEY=VALUE"));
	OK(bad("ENV =a", "ENV: '=a' has no name"));
	OK(bad("ENV a=b c", "ENV: 'c' is not KEY=VALUE; a value with blanks "
	       "needs quotes"));
	OK(bad("ARG =a", "ARG: '=a' has no name"));
	OK(bad("ARG", "ARG: it needs a name"));
}

/* ---- the rest ---- */

static int words_are(const char *line, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };
	struct df_instruction *in = NULL;

	if (!parse(line, &d, &in) || !in) {
		printf("# %s\n", e.text);
		return 0;
	}
	return joined(&in->words, want);
}

static int word_is(const char *line, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };
	struct df_instruction *in = NULL;

	if (!parse(line, &d, &in) || !in) {
		printf("# %s\n", e.text);
		return 0;
	}
	if (strcmp(in->word, want) != 0)
		printf("# got: %s\n", in->word);
	return strcmp(in->word, want) == 0;
}

static void small_ones(void)
{
	OK(words_are("EXPOSE 80  443/tcp", "80|443/tcp"));
	OK(words_are("VOLUME /a /b", "/a|/b"));
	OK(words_are("VOLUME [\"/a b\", \"/c\"]", "/a b|/c"));
	OK(word_is("USER a:b", "a:b"));
	OK(word_is("WORKDIR /a b", "/a b"));
	OK(word_is("STOPSIGNAL SIGINT", "SIGINT"));
	OK(word_is("MAINTAINER A B <c>", "A B <c>"));
	OK(word_is("ONBUILD RUN a  b", "RUN a  b"));
	OK(word_is("ONBUILD RUN <<E\na\nE\n", "RUN <<E\na\nE"));
	OK(bad("VOLUME []", "VOLUME: it needs an argument"));
	OK(bad("VOLUME [\" \"]", "VOLUME: a volume has no path"));
	OK(bad("USER", "USER: it needs an argument"));
	OK(bad("ONBUILD ONBUILD RUN a", "ONBUILD: ONBUILD ONBUILD is not "
	       "allowed"));
	OK(bad("ONBUILD FROM a", "ONBUILD: FROM is not allowed as a trigger"));
	OK(bad("ONBUILD RUNN a", "ONBUILD: unknown instruction: RUNN; did you "
	       "mean RUN?"));
	OK(bad("ONBUILD COPY a", "ONBUILD: COPY: it needs a source and a "
	       "destination"));
}

/* ---- COPY, ADD ---- */

static struct df_copy *copy_of(const char *line, struct dockerfile *d)
{
	struct df_instruction *in = NULL;

	if (!parse(line, d, &in) || !in)
		printf("# %s\n", e.text);
	return in ? &in->copy : NULL;
}

static void copies(void)
{
	auto_dockerfile struct dockerfile a = { 0 }, b = { 0 };
	struct df_copy *c = copy_of("COPY --from=x --chown=1:2 --chmod=0644 "
				    "--link --parents --exclude=*.a "
				    "--exclude=b a b* /c/", &a);

	OK(c && joined(&c->sources, "a|b*"));
	EQ_STR(c->dest, "/c/");
	EQ_STR(c->from, "x");
	EQ_STR(c->chown, "1:2");
	EQ_STR(c->chmod, "0644");
	OK(c->link && c->parents && joined(&c->excludes, "*.a|b"));
	c = copy_of("ADD --checksum=sha256:x --unpack=false --link=False "
		    "--keep-git-dir [\"http://x/a b\", \"d e\"]", &b);
	OK(c && joined(&c->sources, "http://x/a b"));
	EQ_STR(c->dest, "d e");
	EQ_STR(c->checksum, "sha256:x");
	OK(!c->link && c->unpack == DF_UNPACK_NO);
	OK(bad("COPY --form=x a b", "COPY: unknown flag: --form; did you mean "
	       "--from?"));
	OK(bad("COPY --checksum=x a b", "COPY: unknown flag: --checksum"));
	OK(bad("ADD --from=x a b", "ADD: unknown flag: --from"));
	OK(bad("COPY --link=maybe a b", "COPY: --link is true or false, not "
	       "'maybe'"));
	OK(bad("COPY --chown=a --chown=b a b", "COPY: --chown is there "
	       "twice"));
	OK(bad("COPY --from= a b", "COPY: --from names nothing"));
}

static void copied_heredocs(void)
{
	auto_dockerfile struct dockerfile d = { 0 }, q = { 0 };
	struct df_copy *c = copy_of("COPY <<A x <<-\"B c\" << D /dest/\n"
				    "1 $x\nA\n\t2\n\t\t3\n\tB c\n4\nD\n", &d);

	OK(c && c->inlined.n == 3 && joined(&c->sources, "x"));
	EQ_STR(c->dest, "/dest/");
	EQ_STR(c->inlined.v[0].name, "A");
	EQ_STR(c->inlined.v[0].text, "1 $x\n");
	OK(c->inlined.v[0].expand && !c->inlined.v[1].expand);
	EQ_STR(c->inlined.v[1].name, "B c");
	EQ_STR(c->inlined.v[1].text, "2\n3\n");
	EQ_STR(c->inlined.v[1].raw, "\t2\n\t\t3\n");
	EQ_STR(c->inlined.v[2].text, "4\n");
	/* in JSON it is a name */
	c = copy_of("COPY [\"<<A\", \"/x\"]", &q);
	OK(c && c->inlined.n == 0 && joined(&c->sources, "<<A"));
	OK(bad("COPY a <<B\nB\n", "COPY: a heredoc is no destination"));
	OK(bad("COPY <<A /x\nb\n", "the heredoc <<A has no end: a line with "
	       "nothing but A"));
	OK(bad("COPY <<a/b /x\na/b\n", "COPY: <<a/b: a file's name has no "
	       "'/'"));
}

/* ---- RUN ---- */

static int argv_is(const char *line, int want_script, const char *want)
{
	auto_dockerfile struct dockerfile d = { 0 };
	auto_strv struct strv shell = { 0 }, argv = { 0 };
	struct df_instruction *in = NULL;
	const char *script;

	strv_add(&shell, "/bin/sh");
	strv_add(&shell, "-c");
	if (!parse(line, &d, &in) || !in) {
		printf("# %s\n", e.text);
		return 0;
	}
	return df_run_argv(&in->run, &shell, &argv, &script) == want_script &&
	       (want_script ? script != NULL : script == NULL) &&
	       joined(&argv, want);
}

static void runs(void)
{
	OK(argv_is("RUN a $b", 0, "/bin/sh|-c|a $b"));
	OK(argv_is("RUN [\"a\", \"$b\"]", 0, "a|$b"));
	OK(argv_is("RUN <<EOF\na\nb\nEOF", 0, "/bin/sh|-c|a\nb\n"));
	OK(argv_is("RUN <<-EOF\n\ta\n\tEOF", 0, "/bin/sh|-c|a\n"));
	OK(argv_is("RUN <<EOF\n#!/bin/x\na\nEOF", 1, "/dev/pipes/EOF"));
	OK(argv_is("RUN cat <<EOF > /x\na\nEOF", 0,
		   "/bin/sh|-c|cat <<EOF > /x\na\nEOF"));
	OK(argv_is("RUN <<A cat 3<<'B'\n1\nA\n2\nB", 0,
		   "/bin/sh|-c|<<A cat 3<<'B'\n1\nA\n2\nB"));
	OK(argv_is("RUN cat << EOF\na\nEOF", 0,
		   "/bin/sh|-c|cat << EOF\na\nEOF"));
	/* none of these is one */
	OK(argv_is("RUN echo $((1<<2))", 0, "/bin/sh|-c|echo $((1<<2))"));
	OK(argv_is("RUN cat <<<a", 0, "/bin/sh|-c|cat <<<a"));
	OK(argv_is("RUN echo \"<<a\" '<<b' \\<<c", 0,
		   "/bin/sh|-c|echo \"<<a\" '<<b' \\<<c"));
	OK(argv_is("RUN cat<<a", 0, "/bin/sh|-c|cat<<a"));

	OK(bad("RUN --network=hst a", "RUN: unsupported --network=hst; did you "
	       "mean host?"));
	OK(bad("RUN --security=x a", "RUN: unsupported --security=x"));
}

static struct df_mount *mount_of(const char *options, struct dockerfile *d)
{
	auto_free char *line = xasprintf("RUN --mount=%s a", options);
	struct df_instruction *in = NULL;

	if (!parse(line, d, &in) || !in)
		printf("# %s\n", e.text);
	return in ? &in->run.mounts[0] : NULL;
}

static void mounts(void)
{
	auto_dockerfile struct dockerfile a = { 0 }, b = { 0 }, c = { 0 },
					  d = { 0 }, f = { 0 }, g = { 0 };
	struct df_mount *m = mount_of("target=/x,source=s,from=img", &a);

	OK(m && m->kind == DF_MOUNT_BIND && m->readonly);
	EQ_STR(m->target, "/x");
	EQ_STR(m->source, "s");
	EQ_STR(m->from, "img");
	m = mount_of("type=cache,id=i,dst=/c,sharing=locked,mode=0700,uid=1,"
		     "gid=2,ro", &b);
	OK(m && m->kind == DF_MOUNT_CACHE && m->sharing == DF_LOCKED &&
	   m->mode == 0700 && m->uid == 1 && m->gid == 2 && m->readonly);
	m = mount_of("type=tmpfs,target=/t,size=1m", &c);
	OK(m && m->kind == DF_MOUNT_TMPFS && m->size == 1 << 20 &&
	   !m->readonly);
	m = mount_of("type=secret,id=k,required,env=K", &d);
	OK(m && m->kind == DF_MOUNT_SECRET && m->required && !m->target);
	EQ_STR(m->env, "K");
	m = mount_of("type=secret,target=/root/.netrc", &f);
	EQ_STR(m->id, ".netrc");
	m = mount_of("type=ssh", &g);
	OK(m && m->kind == DF_MOUNT_SSH && !m->id && !m->required);
}

static int bad_mount(const char *options, const char *want)
{
	auto_free char *line = xasprintf("RUN --mount=%s a", options);
	auto_free char *whole = xasprintf("RUN: --mount=%s: %s", options, want);

	return bad(line, whole);
}

static void bad_mounts(void)
{
	OK(bad_mount("type=bnd,target=/x", "unsupported mount type 'bnd'; did "
		     "you mean bind?"));
	OK(bad_mount("tgt=/x", "unexpected key 'tgt'"));
	OK(bad_mount("traget=/x", "unexpected key 'traget'; did you mean "
		     "target?"));
	OK(bad_mount("target", "'target' needs a value: target=..."));
	OK(bad_mount("from=a", "a mount of type bind needs a target"));
	OK(bad_mount("type=cache", "a mount of type cache needs a target"));
	OK(bad_mount("target=/x,mode=0", "'mode' is not for mounts of type "
		     "bind"));
	OK(bad_mount("type=cache,target=/x,required", "'required' is not for "
		     "mounts of type cache"));
	OK(bad_mount("target=/x,sharing=locked", "'sharing' is not for mounts "
		     "of type bind"));
	OK(bad_mount("type=secret", "a secret needs an id"));
	OK(bad_mount("type=secret,id=a,source=b", "'source' and 'id' of a "
		     "secret are the same: give one"));
	OK(bad_mount("type=cache,target=/x,mode=9", "invalid value for mode: "
		     "'9'"));
	OK(bad_mount("target=/x,ro=maybe", "invalid value for ro: 'maybe'"));
	OK(bad_mount("target=/x,from=$A", "'from' has no variables: give the "
		     "image a name by a stage, FROM $A AS name"));
	/* known only once it is expanded */
	OK(!bad_mount("type=$T,target=$X,mode=$M", ""));
}

static void messages(void)
{
	const char *text = "FROM a\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
	struct dockerfile d = { .file = "F", .text = (char *)text };
	struct df_instruction in = { .kind = DF_RUN, .first = 6, .last = 7 };
	auto_str struct str s = { 0 }, head = { 0 };

	dockerfile_lines(&d, 6, 7, &s);
	EQ_STR(str_text(&s), "   3 |     2\n   4 |     3\n   5 |     4\n"
			     "   6 | >>> 5\n   7 | >>> 6\n   8 |     7\n"
			     "   9 |     8\n  10 |     9\n");
	dockerfile_lines(&d, 1, 1, &head);
	EQ_STR(str_text(&head), "   1 | >>> FROM a\n   2 |     1\n"
				"   3 |     2\n   4 |     3\n");
	err_set(&e, EIO, "it failed");
	OK(dockerfile_wrap(&d, &in, &e) == -EIO);
	EQ_STR(e.text, "F:6: RUN: it failed");
}

int main(void)
{
	RUN(continuation);
	RUN(line_numbers);
	RUN(directives);
	RUN(whole_files);
	RUN(nul_bytes);
	RUN(caps);
	RUN(stages);
	RUN(commands);
	RUN(health);
	RUN(pairs);
	RUN(small_ones);
	RUN(copies);
	RUN(copied_heredocs);
	RUN(runs);
	RUN(mounts);
	RUN(bad_mounts);
	RUN(messages);
	return DONE();
}
