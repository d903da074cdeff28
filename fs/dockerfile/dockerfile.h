#ifndef RL_DOCKERFILE_H
#define RL_DOCKERFILE_H
/*
 * dockerfile.h - a Dockerfile as data: stages of instructions with typed
 * fields.
 *
 *	dockerfile_parse()   text -> struct dockerfile           (this header)
 *	dockerfile_plan()    which stages, in which order        (plan.h)
 *	df_scope_*()         what $NAME is, instruction by one   (scope.h)
 *	df_expand()          an instruction with its values in   (scope.h)
 *
 * All of it is pure: bytes in, data out.  The language is that of the
 * Dockerfile reference, https://docs.docker.com/reference/dockerfile/.  The
 * text is a stranger's: everything that grows has a cap, and every error says
 * "FILE:LINE: ".  A struct owns all that it points to; what is not there is
 * NULL or all zeroes.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <sys/types.h>

#define DOCKERFILE_MAX (4 << 20)           /* bytes of a file */
#define DOCKERFILE_INSTRUCTIONS_MAX 10000
#define DOCKERFILE_WORDS_MAX 10000         /* of one instruction */

enum df_kind {
	DF_FROM, DF_ADD, DF_ARG, DF_CMD, DF_COPY, DF_ENTRYPOINT, DF_ENV,
	DF_EXPOSE, DF_HEALTHCHECK, DF_LABEL, DF_MAINTAINER, DF_ONBUILD, DF_RUN,
	DF_SHELL, DF_STOPSIGNAL, DF_USER, DF_VOLUME, DF_WORKDIR,
	DF_KINDS /* how many */
};

/* <<NAME: the lines behind an instruction, up to the line NAME. */
struct df_heredoc {
	char *name;
	char *text;  /* with the last newline; "<<-": without leading tabs */
	char *raw;   /* as it stands in the file */
	bool expand; /* NAME had no quotes */
};

struct df_heredocs {
	struct df_heredoc *v;
	size_t n;
};

/* KEY=VALUE of ARG, ENV and LABEL.  `value` is NULL for "ARG KEY" only. */
struct df_pair {
	char *key, *value;
};

struct df_pairs {
	struct df_pair *v;
	size_t n;
};

/*
 * CMD, ENTRYPOINT, RUN and HEALTHCHECK's command: a list of words (exec
 * form), or one text for the shell, which is words.v[0].
 */
struct df_command {
	bool exec;
	struct strv words;
};

enum df_mount_kind {
	DF_MOUNT_BIND, DF_MOUNT_CACHE, DF_MOUNT_TMPFS, DF_MOUNT_SECRET,
	DF_MOUNT_SSH
};

/* RUN --mount=... ; see df_mount_parse(). */
struct df_mount {
	enum df_mount_kind kind;
	char *text;     /* behind "--mount=", as it stands */
	char *from;     /* stage, image, context; NULL: the build context */
	char *source;   /* bind, cache: a path in `from`; NULL: its root */
	char *target;   /* as given: relative to WORKDIR; NULL: not given */
	char *id;       /* cache, secret, ssh; NULL: the kind's default */
	char *env;      /* secret: in this variable instead of a file */
	bool readonly;
	bool required;  /* secret, ssh */
	enum { DF_SHARED, DF_PRIVATE, DF_LOCKED } sharing; /* cache */
	uint64_t size;  /* tmpfs, bytes; 0: no limit of its own */
	bool mode_set, uid_set, gid_set; /* else the kind's default */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* COPY and ADD. */
struct df_copy {
	struct strv sources;        /* paths, patterns, URLs (ADD) */
	struct df_heredocs inlined; /* sources that are heredocs */
	char *dest;
	char *from;                 /* COPY: stage, image, context */
	char *chown, *chmod;
	char *checksum;             /* ADD: "sha256:..." */
	struct strv excludes;
	bool link, parents;
	enum { DF_UNPACK_AUTO, DF_UNPACK_NO, DF_UNPACK_YES } unpack; /* ADD */
};

struct df_run {
	struct df_command command;
	struct df_heredocs heredocs;
	struct df_mount *mounts;
	size_t n_mounts;
	enum { DF_NET_DEFAULT, DF_NET_NONE, DF_NET_HOST } network;
	bool insecure;              /* --security=insecure */
};

struct df_health {
	bool none;                  /* HEALTHCHECK NONE */
	struct df_command command;
	/* nanoseconds, 0: not given */
	int64_t interval, timeout, start_period, start_interval;
	int64_t retries;
};

struct df_from {
	char *image;                /* or a stage's name, or "scratch" */
	char *platform;             /* as given, or NULL */
	char *name;                 /* AS, in lower case, or NULL */
};

struct df_instruction {
	enum df_kind kind;
	size_t first, last;         /* its lines, from 1 */
	/* in one line, continuation lines joined, without its heredocs */
	char *text;
	union {
		struct df_from from;          /* FROM */
		struct df_copy copy;          /* ADD COPY */
		struct df_run run;            /* RUN */
		struct df_command command;    /* CMD ENTRYPOINT SHELL */
		struct df_pairs pairs;        /* ARG ENV LABEL */
		struct df_health health;      /* HEALTHCHECK */
		struct strv words;            /* EXPOSE VOLUME */
		char *word;                   /* MAINTAINER ONBUILD STOPSIGNAL
					       * USER WORKDIR */
	};
};

struct df_instructions {
	struct df_instruction *v;
	size_t n;
};

struct df_stage {
	struct df_instruction from;
	struct df_instructions instructions; /* behind FROM */
};

struct dockerfile {
	char *file;                 /* its name, for messages */
	char *text;                 /* all of it, for dockerfile_lines() */
	char escape;                /* '\\' or '`' */
	char *syntax, *check;       /* parser directives, or NULL */
	struct df_instructions head; /* the ARGs in front of the first FROM */
	struct df_stage *stages;    /* one at least */
	size_t n_stages;
};

/*
 * Parse `n` bytes; `file` is their name.  -EINVAL: the language does not have
 * it; -E2BIG: a cap.  *ret is to be released also after a failure.
 */
int dockerfile_parse(const char *file, const void *text, size_t n,
		     struct dockerfile *ret, struct err *e);
void dockerfile_release(struct dockerfile *d);
static inline void auto_dockerfile_p(struct dockerfile *d)
{
	dockerfile_release(d);
}
#define auto_dockerfile __attribute__((cleanup(auto_dockerfile_p)))

/*
 * One instruction of no file, with its heredocs: an image's OnBuild, a line
 * of --change.  `where` begins its errors.
 */
int df_instruction_parse(const char *where, const char *text,
			 struct df_instruction *ret, struct err *e);
void df_instruction_release(struct df_instruction *in);
static inline void auto_df_instruction_p(struct df_instruction *in)
{
	df_instruction_release(in);
}
#define auto_df_instruction __attribute__((cleanup(auto_df_instruction_p)))

/* "RUN", "COPY": a string of the program's. */
const char *df_kind_name(enum df_kind k);

#define DF_SCRIPT_FOLDER "/dev/pipes"
/*
 * What a RUN starts: *ret_argv is its words, with `shell` (SHELL, or sh -c)
 * in front of text, heredocs put in.  Returns 1 when its single heredoc is a
 * script with its own "#!": *ret_script is then the text of an executable file
 * that is to be at ret_argv[0] (DF_SCRIPT_FOLDER and the heredoc's name).
 */
int df_run_argv(const struct df_run *r, const struct strv *shell,
		struct strv *ret_argv, const char **ret_script);

/*
 * The lines around an instruction, each as "  12 | RUN make\n", those of the
 * instruction itself marked ">>>": what a failure shows.
 */
void dockerfile_lines(const struct dockerfile *d, size_t first, size_t last,
		      struct str *ret);
/*
 * Put "FILE:LINE: " in front of the message in *e, and the instruction's name
 * behind it: what failed while `in` was carried out.  Returns -e->code.
 */
int dockerfile_wrap(const struct dockerfile *d, const struct df_instruction *in,
		    struct err *e);

#endif
