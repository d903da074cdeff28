/* defaults.c - the settings of a network namespace that Docker changes. */
#include "net/defaults.h"

#include "core/base/file.h"
#include "core/base/str.h"

#include <inttypes.h>
#include <stdio.h>

#define MAP_MAX 65536

/*
 * The kernel wants the first and the last group of the range in the order
 * they have outside, and each mapped.  The last is that with the largest id
 * inside; where the root group has a larger one outside, it is left out, as
 * root needs no permission.
 */
static bool groups(uint64_t *ret_first, uint64_t *ret_last)
{
	auto_free char *text = NULL;
	uint64_t in, out, n, root = 0, last_out = 0;
	struct err ignored;
	int used;

	if (file_read(AT_FDCWD, "/proc/self/gid_map", MAP_MAX, &text, NULL,
		      &ignored) < 0)
		return false;
	*ret_last = 0;
	for (const char *p = text; sscanf(p, "%" SCNu64 " %" SCNu64 " %" SCNu64
					  "%n", &in, &out, &n, &used) == 3;
	     p += used) {
		if (in == 0)
			root = out;
		if (in + n - 1 < *ret_last)
			continue;
		*ret_last = in + n - 1;
		last_out = out + n - 1;
	}
	*ret_first = root > last_out;
	return *ret_first <= *ret_last;
}

void defaults_set(void)
{
	uint64_t first, last;
	char range[64];
	struct err ignored;

	file_poke(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start",
		  "0", &ignored);
	if (!groups(&first, &last))
		return;
	/* the kernel's own largest */
	if (last > INT32_MAX)
		last = INT32_MAX;
	snprintf(range, sizeof(range), "%" PRIu64 " %" PRIu64, first, last);
	file_poke(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", range,
		  &ignored);
}
