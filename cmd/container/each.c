/* each.c - one thing done to each container named on a command line. */
#include "cmd/container/each.h"

#include "cmd/ui/report.h"

#include <stdio.h>

static int one(const struct store *s, const char *name, each_fn *fn,
	       void *arg, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;

	TRY(container_find(s, name, &c, e));
	return fn(s, &c, arg, e);
}

int each_container(int argc, char **argv, each_fn *fn, void *arg,
		   struct err *e)
{
	auto_store struct store s = STORE_INIT;
	int code = 0;

	TRY(store_open(&s, e));
	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };
		int r = one(&s, argv[i], fn, arg, &why);

		if (r == 0)
			printf("%s\n", argv[i]);
		if (r < 0)
			code = report_error(&why, 1);
	}
	return code;
}
