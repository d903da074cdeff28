/* platform.c - os/arch[/variant] of this machine and of images. */
#include "fs/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

static const struct {
	const char *machine, *arch, *variant;
} machines[] = {
	{ "x86_64", "amd64", "" },     { "aarch64", "arm64", "v8" },
	{ "armv7l", "arm", "v7" },     { "armv8l", "arm", "v7" },
	{ "armv6l", "arm", "v6" },
	{ "i386", "386", "" },         { "i686", "386", "" },
	{ "ppc64le", "ppc64le", "" },  { "s390x", "s390x", "" },
	{ "riscv64", "riscv64", "" },  { "loongarch64", "loong64", "" },
	{ "mips64", "mips64le", "" },
};

static void set(struct platform *p, const char *arch, const char *variant)
{
	snprintf(p->os, sizeof(p->os), "linux");
	snprintf(p->arch, sizeof(p->arch), "%.15s", arch);
	snprintf(p->variant, sizeof(p->variant), "%.7s", variant);
}

/* "aarch64" and friends under the name that images use. */
static void normalize(struct platform *p)
{
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (streq(p->arch, machines[i].machine)) {
			set(p, machines[i].arch, *p->variant ? p->variant :
					machines[i].variant);
			return;
		}
}

void platform_host(struct platform *ret)
{
	struct utsname u;

	memset(ret, 0, sizeof(*ret));
	set(ret, uname(&u) == 0 ? u.machine : "unknown", "");
	normalize(ret);
}

static void lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s += 'a' - 'A';
}

static bool word_ok(const char *s, size_t n)
{
	return n > 0 && n < 16 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789._-") >= n;
}

int platform_parse(const char *text, struct platform *ret, struct err *e)
{
	const char *field[3];
	size_t len[3], n = 0;

	memset(ret, 0, sizeof(*ret));
	for (const char *p = text; n < 3; n++) {
		field[n] = p;
		len[n] = strcspn(p, "/");
		if (!word_ok(p, len[n]))
			goto bad;
		p += len[n];
		if (!*p++) {
			n++;
			goto done;
		}
	}
bad:
	return err_set(e, EINVAL, "platform '%s': it is OS/ARCH[/VARIANT], such "
		       "as linux/amd64", text);
done:
	if (n == 1 && streq(field[0], "linux")) {
		platform_host(ret);
		return 0;
	}
	if (n == 1) {
		snprintf(ret->os, sizeof(ret->os), "linux");
		memcpy(ret->arch, field[0], len[0]);
	} else {
		memcpy(ret->os, field[0], len[0]);
		memcpy(ret->arch, field[1], len[1]);
	}
	if (n == 3)
		memcpy(ret->variant, field[2], len[2]);
	lower(ret->os);
	lower(ret->arch);
	lower(ret->variant);
	normalize(ret);
	return 0;
}

const char *platform_wanted(const char *option)
{
	const char *usual = getenv("DOCKER_DEFAULT_PLATFORM");

	return option ? option : usual && *usual ? usual : NULL;
}

int platform_match(const struct platform *want, const struct platform *have)
{
	if (!streq(want->os, have->os) || !streq(want->arch, have->arch))
		return 0;
	if (streq(want->variant, have->variant))
		return 4;
	/* arm64 is arm64/v8; an arm machine runs the older variants too */
	if (streq(want->arch, "arm64") && !*have->variant)
		return 3;
	if (!*want->variant)
		return 2;
	if (streq(want->arch, "arm") && *have->variant &&
	    strcmp(have->variant, want->variant) < 0)
		return 1;
	return *have->variant ? 0 : 2;
}

void platform_text(const struct platform *p, char *buf, size_t n)
{
	snprintf(buf, n, "%s/%s%s%s", p->os, p->arch, *p->variant ? "/" : "",
		 p->variant);
}
