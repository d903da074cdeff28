/* caps_test.c - --cap-add, --cap-drop and the user give the five sets. */
#include "core/caps.h"
#include "tests/unit/tap.h"

#include <linux/capability.h>

#define BIT(name) (UINT64_C(1) << (name))
#define DOCKER UINT64_C(0xa80425fb) /* as /proc/PID/status has it */

/* The bounding set for up to two names each; 0 when it is refused. */
static uint64_t bounding(const char *add, const char *drop)
{
	char *adds[] = { (char *)add, NULL }, *drops[] = { (char *)drop, NULL };
	struct caps c;
	struct err e = { 0 };

	if (caps_plan(adds, drops, false, 0, &c, &e) == 0)
		return c.bounding;
	printf("# %s\n", e.text);
	return 0;
}

static void the_default_is_dockers(void)
{
	OK(caps_default() == DOCKER);
	OK(bounding(NULL, NULL) == DOCKER);
}

static void names_in_every_spelling(void)
{
	OK(caps_number("NET_ADMIN") == CAP_NET_ADMIN);
	OK(caps_number("cap_net_admin") == CAP_NET_ADMIN);
	OK(caps_number("CAP_CHOWN") == CAP_CHOWN);
	OK(caps_number("") == -1 && caps_number("CAP_") == -1);
	OK(caps_number("NET_ADMIN ") == -1 && caps_number("12") == -1);
}

static void one_is_added_or_dropped(void)
{
	OK(bounding("SYS_PTRACE", NULL) == (DOCKER | BIT(CAP_SYS_PTRACE)));
	OK(bounding(NULL, "chown") == (DOCKER & ~BIT(CAP_CHOWN)));
	OK(bounding("NO_SUCH", NULL) == 0);
	OK(bounding(NULL, "NO_SUCH") == 0);
}

static void all(void)
{
	char *none[] = { NULL }, *every[] = { "ALL", NULL };
	struct caps c, privileged;
	struct err e;

	OK(bounding("NET_RAW", "ALL") == BIT(CAP_NET_RAW));
	OK(bounding("all", "CHOWN") ==
	   (bounding("ALL", NULL) & ~BIT(CAP_CHOWN)));
	OK(caps_plan(none, every, false, 0, &c, &e) == 0 && c.bounding == 0 &&
	   c.effective == 0 && c.permitted == 0);
	OK(caps_plan(none, none, true, 0, &privileged, &e) == 0);
	OK(privileged.bounding == bounding("ALL", NULL));
	OK(privileged.bounding & BIT(CAP_SYS_ADMIN));
}

static void adding_goes_before_dropping(void)
{
	char *adds[] = { "ALL", "CHOWN", NULL }, *drops[] = { "CHOWN", NULL };
	struct caps c;
	struct err e;

	OK(bounding("CHOWN", "CHOWN") == DOCKER);
	OK(bounding("ALL", "ALL") == bounding("ALL", NULL));
	OK(caps_plan(adds, drops, false, 0, &c, &e) == 0);
	OK(c.bounding == bounding("ALL", "CHOWN"));
}

static void a_user_has_the_bounding_set_only(void)
{
	char *none[] = { NULL };
	struct caps root, user;
	struct err e;

	OK(caps_plan(none, none, false, 0, &root, &e) == 0);
	OK(root.effective == DOCKER && root.permitted == DOCKER);
	OK(root.ambient == 0 && root.inheritable == 0);
	OK(caps_plan(none, none, false, 33, &user, &e) == 0);
	OK(user.bounding == DOCKER && user.effective == 0);
	OK(user.permitted == 0 && user.ambient == 0);
}

int main(void)
{
	RUN(the_default_is_dockers);
	RUN(names_in_every_spelling);
	RUN(one_is_added_or_dropped);
	RUN(all);
	RUN(adding_goes_before_dropping);
	RUN(a_user_has_the_bounding_set_only);
	return DONE();
}
