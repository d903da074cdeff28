/* confirm.c - a question before something is removed. */
#include "cmd/ui/confirm.h"

#include <stdio.h>

int confirm_removal(const char *what, const char *command, struct err *e)
{
	char line[16] = "";

	printf("WARNING! This will remove %s.\n"
	       "Are you sure you want to continue? [y/N] ", what);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) &&
	    (line[0] == 'y' || line[0] == 'Y') &&
	    (line[1] == '\n' || line[1] == '\0'))
		return 0;
	printf("\n");
	return err_set(e, ECANCELED, "%s was not confirmed: nothing is removed "
		       "(-f does not ask)", command);
}
