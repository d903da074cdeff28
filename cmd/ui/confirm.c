/* confirm.c - a question before something is removed. */
#include "cmd/ui/confirm.h"

#include <stdio.h>

static int ask(const char *command, struct err *e)
{
	char line[16] = "";

	printf("Are you sure you want to continue? [y/N] ");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) &&
	    (line[0] == 'y' || line[0] == 'Y') &&
	    (line[1] == '\n' || line[1] == '\0'))
		return 0;
	printf("\n");
	return err_set(e, ECANCELED, "%s was not confirmed: nothing is removed "
		       "(-f does not ask)", command);
}

int confirm_removal(const char *what, const char *command, struct err *e)
{
	printf("WARNING! This will remove %s.\n", what);
	return ask(command, e);
}

int confirm_removals(const struct strv *what, const struct strv *filters,
		     const char *command, struct err *e)
{
	printf("WARNING! This will remove:\n");
	for (size_t i = 0; i < what->n; i++)
		printf("  - %s\n", what->v[i]);
	if (filters->n)
		printf("\n  Items to be pruned will be filtered with:\n");
	for (size_t i = 0; i < filters->n; i++)
		printf("  - %s\n", filters->v[i]);
	printf("\n");
	return ask(command, e);
}
