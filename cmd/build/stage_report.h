#ifndef RL_BUILD_STAGE_REPORT_H
#define RL_BUILD_STAGE_REPORT_H
/*
 * stage_report.h - what the process of a stage tells the command: one packet
 * each, of a step that has begun, output of it, its end; of the failure that
 * ends the process; or that the stage is done.  An end without one of these
 * two is a process that died.
 */
#include "core/base/err.h"
#include "fs/build/cache.h"

#define REPORT_TEXT_MAX 8192

enum report_kind {
	REPORT_BEGIN,  /* text: the step's title */
	REPORT_OUTPUT, /* text: some of it */
	REPORT_END,    /* step */
	REPORT_FAILED, /* failure */
	REPORT_DONE,
};

/* What came of a step; without a key it makes no layer. */
struct report_step {
	size_t stage; /* its number in the file */
	char key[DIGEST_MAX];
	struct build_record record;
	bool cached;
};

/* Of the instruction in these lines of the file; 0: of none. */
struct report_failure {
	size_t first, last;
	struct err e;
};

struct report {
	enum report_kind kind;
	size_t n; /* bytes of text */
	union {
		char text[REPORT_TEXT_MAX];
		struct report_step step;
		struct report_failure failure;
	};
};

/* ret[0] is read, ret[1] written; close-on-exec. */
int stage_report_open(int ret[static 2], struct err *e);
/* Nobody who reads is no error: the command will end us. */
void stage_report_text(int fd, enum report_kind kind, const char *text,
		       size_t n);
void stage_report_step(int fd, const struct report_step *s);
void stage_report_failure(int fd, size_t first, size_t last,
			  const struct err *why);
void stage_report_done(int fd);
/* 1: there is one; 0: the process has ended; -EINTR; or another error. */
int stage_report_read(int fd, struct report *ret);

#endif
