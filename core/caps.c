/* caps.c - capabilities: names, Docker's set, and applying them. */
#include "core/caps.h"

#include "core/base/str.h"

#include <stdio.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#define BIT(n) (UINT64_C(1) << (n))

uint64_t caps_default(void)
{
	return BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) |
	       BIT(CAP_FOWNER) | BIT(CAP_MKNOD) | BIT(CAP_NET_RAW) |
	       BIT(CAP_SETGID) | BIT(CAP_SETUID) | BIT(CAP_SETFCAP) |
	       BIT(CAP_SETPCAP) | BIT(CAP_NET_BIND_SERVICE) |
	       BIT(CAP_SYS_CHROOT) | BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE);
}

/* capset(2); libcap would ask for each in turn. */
static struct __user_cap_header_struct own_caps(void)
{
	return (struct __user_cap_header_struct){
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
}

uint64_t caps_effective(void)
{
	struct __user_cap_header_struct h = own_caps();
	struct __user_cap_data_struct d[2];

	if (capget(&h, d) < 0)
		return 0;
	return d[0].effective | (uint64_t)d[1].effective << 32;
}

/* libcap would take numbers too, and what follows a name. */
int caps_number(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char full[40];
	cap_value_t v;

	if (name[strspn(name, letters)])
		return -1;
	snprintf(full, sizeof(full), "%s%s",
		 strncasecmp(name, "cap_", 4) == 0 ? "" : "cap_", name);
	return cap_from_name(full, &v) == 0 ? (int)v : -1;
}

static uint64_t every_cap(void)
{
	uint64_t all = 0;

	for (int n = 0; n < 64 && prctl(PR_CAPBSET_READ, n) >= 0; n++)
		all |= BIT(n);
	return all;
}

static int named(const char *flag, const char *name, uint64_t *ret,
		 struct err *e)
{
	int n;

	if (strcasecmp(name, "all") == 0) {
		*ret = every_cap();
		return 0;
	}
	n = caps_number(name);
	if (n < 0)
		return err_set(e, EINVAL, "%s: unknown capability '%s' (names "
			       "as in capabilities(7), such as NET_ADMIN, or "
			       "ALL)", flag, name);
	*ret = BIT(n);
	return 0;
}

static bool has_all(char *const *list)
{
	for (; *list; list++)
		if (strcasecmp(*list, "all") == 0)
			return true;
	return false;
}

/* What the single names change: those that both lists have are added. */
static int change(char *const *add, char *const *drop, uint64_t *set,
		  struct err *e)
{
	uint64_t bits;

	for (char *const *n = drop; *n; n++) {
		TRY(named("--cap-drop", *n, &bits, e));
		if (strcasecmp(*n, "all") != 0)
			*set &= ~bits;
	}
	for (char *const *n = add; *n; n++) {
		TRY(named("--cap-add", *n, &bits, e));
		if (!has_all(add))
			*set |= bits;
	}
	return 0;
}

int caps_plan(char *const *add, char *const *drop, bool privileged, uid_t uid,
	      struct caps *ret, struct err *e)
{
	uint64_t set = privileged ? every_cap() : caps_default();

	if (has_all(add))
		set = every_cap();
	else if (has_all(drop))
		set = 0;
	TRY(change(add, drop, &set, e));
	*ret = (struct caps){ .bounding = set };
	if (uid == 0)
		ret->effective = ret->permitted = set;
	return 0;
}

int caps_raise(struct err *e)
{
	struct __user_cap_header_struct h = own_caps();
	struct __user_cap_data_struct d[2];

	if (capget(&h, d) < 0)
		return err_sys(e, "read the capabilities");
	for (int i = 0; i < 2; i++)
		d[i].effective = d[i].permitted;
	if (capset(&h, d) < 0)
		return err_sys(e, "raise the capabilities");
	return 0;
}

int caps_limit(struct caps *c, struct err *e)
{
	struct __user_cap_header_struct h = own_caps();
	struct __user_cap_data_struct d[2];
	uint64_t have;

	if (capget(&h, d) < 0)
		return err_sys(e, "read the capabilities");
	have = d[0].permitted | (uint64_t)d[1].permitted << 32;
	c->bounding &= have;
	c->permitted &= have;
	c->effective &= c->permitted;
	c->inheritable &= have;
	c->ambient &= c->permitted & c->inheritable;
	return 0;
}

int caps_bound(const struct caps *c, struct err *e)
{
	for (int n = 0; n < 64; n++) {
		if (c->bounding & BIT(n))
			continue;
		if (prctl(PR_CAPBSET_DROP, n) == 0)
			continue;
		if (errno == EINVAL)
			return 0; /* past the kernel's last capability */
		return err_sys(e, "drop a capability from the bounding set");
	}
	return 0;
}

int caps_apply(const struct caps *c, struct err *e)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct d[2];

	for (int i = 0; i < 2; i++) {
		d[i].effective = c->effective >> (32 * i);
		d[i].permitted = c->permitted >> (32 * i);
		d[i].inheritable = c->inheritable >> (32 * i);
	}
	if (capset(&h, d) < 0)
		return err_sys(e, "set the capabilities");
	for (int n = 0; n < 64 && c->ambient >> n; n++)
		if ((c->ambient & BIT(n)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0) < 0)
			return err_sys(e, "raise an ambient capability");
	return 0;
}
