/* scope_test.c - ARG, ENV, and what instructions look like with them. */
#include "fs/dockerfile/scope.h"

#include "fs/dockerfile/chmod.h"
#include "tests/unit/tap.h"

static struct err e;

static int list_is(const struct strv *l, const char *want)
{
	auto_str struct str s = { 0 };

	for (size_t i = 0; i < l->n; i++)
		str_printf(&s, "%s%s", i ? "|" : "", l->v[i]);
	if (strcmp(str_text(&s), want) != 0)
		printf("# got: %s\n", str_text(&s));
	return strcmp(str_text(&s), want) == 0;
}

struct world {
	struct dockerfile d;
	struct df_args a;
	struct df_scope s;
	struct df_instruction in; /* the last one, expanded */
	int r;
};

/* A whole file, with its first stage run to its end or first failure. */
static int run(const char *text, const char *given, const char *env,
	       struct world *w)
{
	auto_strv struct strv list = { 0 }, base = { 0 };
	struct df_stage *stage;

	memset(w, 0, sizeof(*w));
	w->in.kind = DF_KINDS;
	if (*given)
		strv_split(&list, given, '|');
	if (*env)
		strv_split(&base, env, '|');
	w->r = dockerfile_parse("F", text, strlen(text), &w->d, &e);
	if (w->r == 0)
		w->r = df_args_init(&w->a, &list, "linux/amd64",
				    "linux/arm/v7", "", &e);
	if (w->r == 0)
		w->r = df_args_head(&w->a, &w->d, &e);
	if (w->r < 0)
		return w->r;
	df_scope_start(&w->s, &w->a, &base);
	stage = &w->d.stages[0];
	for (size_t i = 0; w->r == 0 && i < stage->instructions.n; i++) {
		df_instruction_release(&w->in);
		w->r = df_expand(&stage->instructions.v[i], &w->s,
				 w->d.escape, &w->in, &e);
		if (w->r == 0)
			w->r = df_scope_apply(&w->s, &w->in, &e);
	}
	return w->r;
}

static void world_release(struct world *w)
{
	df_instruction_release(&w->in);
	df_scope_release(&w->s);
	df_args_release(&w->a);
	dockerfile_release(&w->d);
}
#define WORLD __attribute__((cleanup(world_release))) struct world

static int env_is(const char *text, const char *given, const char *env,
		  const char *want)
{
	WORLD w;

	if (run(text, given, env, &w) < 0) {
		printf("# %s\n", e.text);
		return 0;
	}
	return list_is(&w.s.env, want);
}

static int build_is(const char *text, const char *given, const char *want)
{
	WORLD w;

	return run(text, given, "", &w) == 0 && list_is(&w.s.build, want);
}

static void arguments(void)
{
	OK(env_is("FROM a\nARG A", "", "", ""));
	OK(env_is("FROM a\nARG A=1", "", "", "A=1"));
	OK(env_is("FROM a\nARG A=1", "A=2", "", "A=2"));
	OK(env_is("FROM a\nARG A", "A=2", "", "A=2"));
	OK(env_is("FROM a\nARG A=1 B=$A C=\"x $A\"", "", "", "A=1|B=|C=x "));
	OK(env_is("FROM a\nARG A=1\nARG B=$A", "", "", "A=1|B=1"));
	OK(env_is("FROM a\nUSER u", "A=2", "", ""));
	/* of the head, by name only */
	OK(env_is("ARG A=1\nFROM a\nUSER u", "", "", ""));
	OK(env_is("ARG A=1\nFROM a\nARG A", "", "", "A=1"));
	OK(env_is("ARG A=1\nFROM a\nARG A=2", "", "", "A=2"));
	OK(env_is("ARG A=1\nFROM a\nARG A", "A=3", "", "A=3"));
	OK(env_is("ARG A=1\nARG B=x$A\nFROM a\nARG B", "A=3", "", "B=x3"));
	/* the last one said wins */
	OK(env_is("FROM a\nARG A=1\nENV A=2", "A=3", "", "A=2"));
	OK(env_is("FROM a\nENV A=2\nARG A=1", "", "", "A=1"));
	OK(env_is("FROM a\nARG P", "", "P=/bin", "P=/bin"));
	OK(env_is("FROM a\nARG A=$P/x", "", "P=/bin", "P=/bin|A=/bin/x"));
	OK(env_is("FROM a\nARG A=${Z:?x}", "A=1", "", "A=1"));
}

static void predefined(void)
{
	OK(env_is("FROM a\nARG TARGETPLATFORM\nARG BUILDARCH TARGETVARIANT",
		  "", "", "TARGETPLATFORM=linux/arm/v7|BUILDARCH=amd64|"
		  "TARGETVARIANT=v7"));
	OK(env_is("FROM a\nENV A=$TARGETARCH", "", "", "A="));
	OK(env_is("FROM a\nARG TARGETSTAGE", "", "", "TARGETSTAGE=default"));
	OK(env_is("FROM a\nARG TARGETARCH", "TARGETARCH=x", "",
		  "TARGETARCH=x"));
	OK(env_is("FROM a\nARG http_proxy", "http_proxy=p", "",
		  "http_proxy=p"));
}

static void history(void)
{
	OK(build_is("FROM a\nARG A=1 B\nENV A=2 C=3", "", "A=2|B="));
	OK(build_is("FROM a\nARG A=1\nARG B=2\nARG A=3", "", "A=3|B=2"));
}

static void given(void)
{
	WORLD w;
	auto_strv struct strv unused = { 0 }, proxies = { 0 };

	setenv("FROM_HERE", "h", 1);
	unsetenv("NOT_HERE");
	OK(run("ARG G\nFROM a:$G\nARG A\nARG FROM_HERE\nUSER u",
	       "A=1|B=2|G=3|FROM_HERE|NOT_HERE|https_proxy=q|BUILDKIT_X=1",
	       "", &w) == 0);
	df_args_unused(&w.a, &unused);
	OK(list_is(&unused, "B"));
	df_args_proxies(&w.a, &proxies);
	OK(list_is(&proxies, "https_proxy=q"));
	OK(list_is(&w.s.env, "A=1|FROM_HERE=h"));
}

static void no_name(void)
{
	WORLD w;

	OK(run("FROM a", "=x", "", &w) == -EINVAL);
	EQ_STR(e.text, "--build-arg '=x' has no name");
}

static void environment(void)
{
	OK(env_is("FROM a\nENV abc=hello\nENV abc=bye def=$abc\n"
		  "ENV ghi=$abc", "", "", "abc=bye|def=hello|ghi=bye"));
	OK(env_is("FROM a\nENV A \"b  c\" $X", "", "X=1", "X=1|A=b  c 1"));
	OK(env_is("FROM a\nENV PATH=/x:$PATH", "", "PATH=/bin",
		  "PATH=/x:/bin"));
	OK(env_is("FROM a\nENV ${K}=v", "", "K=key", "K=key|key=v"));
	OK(env_is("# escape=`\nFROM a\nENV A=`$B C=\\$D", "", "D=d",
		  "D=d|A=$B|C=\\d"));
}

static void inheritance(void)
{
	WORLD w;
	auto_df_scope struct df_scope child = { 0 };

	OK(run("FROM a AS b\nARG A=1\nENV E=2", "", "", &w) == 0);
	df_scope_inherit(&child, &w.s);
	OK(list_is(&child.env, "A=1|E=2"));
	OK(list_is(&child.build, "A=1"));
}

static int from_is(const char *text, const char *given_args, const char *want)
{
	WORLD w;
	struct df_from f = { 0 };
	auto_free char *got = NULL;
	int r = run(text, given_args, "", &w);

	if (r == 0)
		r = df_expand_from(&w.a, &w.d, &w.d.stages[0], &f, &e);
	got = r < 0 ? xstrdup(e.text) :
		      xasprintf("%s %s", f.image, f.platform ? f.platform : "");
	df_from_release(&f);
	if (strcmp(got, want) != 0)
		printf("# got: %s\n", got);
	return strcmp(got, want) == 0;
}

static void from(void)
{
	OK(from_is("ARG V=1\nFROM a:$V", "", "a:1 "));
	OK(from_is("ARG V=1\nFROM a:$V", "V=2", "a:2 "));
	OK(from_is("ARG V\nFROM a:${V:-latest}", "", "a:latest "));
	OK(from_is("FROM --platform=$BUILDPLATFORM a", "", "a linux/amd64"));
	OK(from_is("FROM a-${TARGETARCH}", "", "a-arm "));
	OK(from_is("FROM \"a\"", "", "a "));
	OK(from_is("\nFROM $V", "", "F:2: FROM: '$V' is empty: an ARG in front "
		   "of the first FROM has no value"));
	/* the blank would end the word without quotes */
	OK(from_is("ARG V=\"${X:?set X}\"\nFROM a", "", "F:1: ARG: "
		   "'\"${X:?set X}\"': X: set X"));
}

/* What the last instruction is; fields by kind. */
static char *show(const struct df_instruction *in)
{
	auto_str struct str s = { 0 };
	const struct df_copy *c = &in->copy;

	switch (in->kind) {
	case DF_COPY:
	case DF_ADD:
		for (size_t i = 0; i < c->sources.n; i++)
			str_printf(&s, "%s ", c->sources.v[i]);
		for (size_t i = 0; i < c->inlined.n; i++)
			str_printf(&s, "<%s>", c->inlined.v[i].text);
		str_printf(&s, "%s", c->dest);
		if (c->chown)
			str_printf(&s, " %s", c->chown);
		if (c->chmod)
			str_printf(&s, " %s", c->chmod);
		for (size_t i = 0; i < c->excludes.n; i++)
			str_printf(&s, " -%s", c->excludes.v[i]);
		break;
	case DF_RUN:
		str_printf(&s, "%s", in->run.command.words.v[0]);
		for (size_t i = 0; i < in->run.n_mounts; i++)
			str_printf(&s, " %d:%s:%s", in->run.mounts[i].kind,
				   in->run.mounts[i].source,
				   in->run.mounts[i].target);
		break;
	case DF_CMD:
		str_printf(&s, "%s", in->command.words.v[0]);
		break;
	case DF_HEALTHCHECK:
		str_printf(&s, "%s", in->health.command.words.v[0]);
		break;
	case DF_LABEL:
		str_printf(&s, "%s=%s", in->pairs.v[0].key,
			   in->pairs.v[0].value);
		break;
	case DF_EXPOSE:
	case DF_VOLUME:
		for (size_t i = 0; i < in->words.n; i++)
			str_printf(&s, "%s%s", i ? "|" : "", in->words.v[i]);
		break;
	default:
		str_printf(&s, "%s", in->word);
	}
	return str_steal(&s);
}

/* One instruction with V=v, W="a b" and Q="1 2" set, or its error. */
static int becomes(const char *line, const char *want)
{
	auto_free char *text = xasprintf("FROM x\n%s", line);
	auto_free char *got = NULL;
	WORLD w;

	memset(&e, 0, sizeof(e));
	got = run(text, "", "V=v|W=a b|E=|Q=1 2", &w) < 0 ? xstrdup(e.text) :
						      show(&w.in);
	if (strcmp(got, want) != 0)
		printf("# got: %s\n", got);
	return strcmp(got, want) == 0;
}

static void fields(void)
{
	OK(becomes("COPY --chown=$V:$V --chmod=06${E}44 --exclude=*.$V "
		   "$V-a ${V}*/ /$V/", "v-a v*/ /v/ v:v 0644 -*.v"));
	OK(becomes("COPY [\"$W\", \"/x y\"]", "a b /x y"));
	OK(becomes("COPY <<A <<'B' /x/\n$V \"$V\" \\$V\nA\n$V\nB\n",
		   "<v \"v\" $V\n><$V\n>/x/"));
	OK(becomes("ADD https://x/$V.tar /", "https://x/v.tar /"));
	OK(becomes("RUN --mount=source=$V,target=/$V echo $V",
		   "echo $V 0:v:/v"));
	OK(becomes("RUN --mount=type=${T:-cache},target=/$V,mode=0${E}755 $V",
		   "$V 1:(null):/v"));
	OK(becomes("CMD $V", "$V"));
	OK(becomes("HEALTHCHECK CMD $V", "$V"));
	OK(becomes("ONBUILD RUN $V", "RUN $V"));
	OK(becomes("MAINTAINER $V", "$V"));
	OK(becomes("LABEL $V.x='$V' y=\"$V\"", "v.x=$V"));
	OK(becomes("EXPOSE ${E:-7}0 8${E}0/UDP $Q", "70/tcp|80/udp|"
		   "1/tcp|2/tcp"));
	OK(becomes("EXPOSE 8-10/sctp 127.0.0.1:80:90", "8/sctp|9/sctp|10/sctp|"
		   "90/tcp"));
	OK(becomes("VOLUME /$V [x", "/v|[x"));
	OK(becomes("USER $V:$V", "v:v"));
	OK(becomes("WORKDIR \"/$W\"", "/a b"));
	OK(becomes("STOPSIGNAL SIG${E}INT", "SIGINT"));
}

static void bad_fields(void)
{
	OK(becomes("WORKDIR $E", "'$E' is empty"));
	OK(becomes("USER $E", "'$E' is empty"));
	OK(becomes("VOLUME $E", "'$E' is empty"));
	OK(becomes("ENV $E=x", "'$E' is empty"));
	OK(becomes("COPY a $E", "'$E' is empty"));
	OK(becomes("COPY $E b", "a source is empty"));
	OK(becomes("EXPOSE x$V", "invalid port 'xv': a port is a number from 1 "
		   "to 65535, or a range 8000-8010"));
	OK(becomes("EXPOSE 65536", "invalid port '65536': a port is a number "
		   "from 1 to 65535, or a range 8000-8010"));
	OK(becomes("EXPOSE 80/tpc", "invalid port '80/tpc': a protocol is tcp, "
		   "udp or sctp"));
	OK(becomes("EXPOSE 9-8", "invalid port '9-8': the range ends before it "
		   "begins"));
	OK(becomes("STOPSIGNAL FOO", "Invalid signal: FOO"));
	OK(becomes("COPY http://a b", "http://a: a URL is a source of ADD "
		   "only"));
	OK(becomes("ADD https://h/r.git#v1 b", "https://h/r.git#v1: git "
		   "repositories are not fetched here: clone it beside the "
		   "Dockerfile and COPY it, or clone it in a RUN"));
	OK(becomes("ADD --checksum=sha256:$V http://a /b", "--checksum="
		   "sha256:v is not sha256: and 64 hex digits"));
	OK(becomes("ADD --checksum=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae"
		   "41e4649b934ca495991b7852b855 a /b", "--checksum is for one "
		   "source that is a URL"));
	OK(becomes("COPY --chmod=9 a b", "invalid mode '9': it is octal, 0 to "
		   "7777, or as u=rwX,go=rX"));
	OK(becomes("COPY --from=$V a b", "F:2: COPY: --from has no variables: "
		   "give the image a name by a stage, FROM $V AS name"));
	OK(becomes("RUN --mount=type=$V,target=/x a", "--mount=type=$V,"
		   "target=/x: unsupported mount type 'v'"));
}

static void growth(void)
{
	auto_str struct str s = { 0 }, many = { 0 };
	WORLD a, b;

	str_puts(&s, "FROM a\nENV A=aaaaaaaaaaaaaaaa\n");
	for (int i = 0; i < 20; i++)
		str_puts(&s, "ENV A=$A$A\n");
	OK(run(s.s, "", "", &a) == -E2BIG);
	str_puts(&many, "FROM a\nENV A=aaaaaaaaaaaaaaaa\n");
	for (int i = 0; i < 15; i++)
		str_puts(&many, "ENV A=$A$A\n");
	for (int i = 0; i < 20; i++)
		str_printf(&many, "ENV B%d=$A\n", i);
	OK(run(many.s, "", "", &b) == -E2BIG);
	EQ_STR(e.text, "the environment grows to more than 4194304 bytes");
}

static int mode_is(const char *text, unsigned int from_mode, unsigned int want)
{
	struct chmod c;

	return chmod_parse(text, &c, &e) == 0 &&
	       chmod_apply(&c, from_mode) == want;
}

static void modes(void)
{
	struct chmod c, none = { 0 };

	OK(mode_is("644", S_IFREG | 0755, 0644));
	OK(mode_is("04755", S_IFREG | 0600, 04755));
	OK(mode_is("0", S_IFDIR | 0755, 0));
	OK(mode_is("u=rwX,go=rX", S_IFREG | 0600, 0644));
	OK(mode_is("u=rwX,go=rX", S_IFREG | 0700, 0755));
	OK(mode_is("u=rwX,go=rX", S_IFDIR | 0700, 0755));
	OK(mode_is("+x", S_IFREG | 0644, 0755));
	OK(mode_is("a-w", S_IFREG | 0666, 0444));
	OK(mode_is("go=", S_IFREG | 0777, 0700));
	OK(mode_is("g=u", S_IFREG | 0740, 0770));
	OK(mode_is("o+g", S_IFREG | 0750, 0755));
	OK(mode_is("u+s,g+s,+t", S_IFREG | 0755, 07755));
	OK(mode_is("u+x-w", S_IFREG | 0644, 0544));
	OK(chmod_apply(&none, S_IFREG | 04711) == 04711);
	OK(chmod_parse("10000", &c, &e) == -EINVAL);
	OK(chmod_parse("888", &c, &e) == -EINVAL);
	OK(chmod_parse("u=z", &c, &e) == -EINVAL);
	OK(chmod_parse("", &c, &e) == -EINVAL);
	OK(chmod_parse("u+x,", &c, &e) == -EINVAL);
}

int main(void)
{
	RUN(arguments);
	RUN(predefined);
	RUN(history);
	RUN(given);
	RUN(no_name);
	RUN(environment);
	RUN(inheritance);
	RUN(from);
	RUN(fields);
	RUN(bad_fields);
	RUN(growth);
	RUN(modes);
	return DONE();
}
