/* signal_name.c - signals by name and number. */
#include "core/signal_name.h"

#include "core/base/str.h"

#include <signal.h>

/* The C library keeps 32 and 33; names count from 34, as kill(1) does. */
#define FIRST_RT 34
#define LAST_RT 64

/* "RTMIN", "RTMIN+3", "RTMAX-2"; 0 when it is none. */
static int realtime(const char *s)
{
	bool max = strncasecmp(s, "RTMAX", 5) == 0;
	uint64_t n = 0;

	if (!max && strncasecmp(s, "RTMIN", 5) != 0)
		return 0;
	s += 5;
	if (*s && (*s != (max ? '-' : '+') ||
		   !parse_u64(s + 1, LAST_RT - FIRST_RT, &n)))
		return 0;
	return max ? LAST_RT - (int)n : FIRST_RT + (int)n;
}

int signal_parse(const char *text, struct err *e)
{
	const char *s = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	int rt = realtime(s);
	uint64_t n;

	if (rt)
		return rt;
	if (parse_u64(text, LAST_RT, &n) && n > 0)
		return (int)n;
	for (int sig = 1; sig < FIRST_RT; sig++) {
		const char *name = sigabbrev_np(sig);

		if (name && strcasecmp(name, s) == 0)
			return sig;
	}
	return err_set(e, EINVAL, "Invalid signal: %s", text);
}
