/* idmap_test.c - the identity ladder as a plan, and id maps as text. */
#include "core/idmap.h"
#include "tests/unit/tap.h"

/* User 1000:1001 with helpers and one range of each kind. */
static struct idmap_host user(void)
{
	return (struct idmap_host){
		.uid = 1000, .gid = 1001, .helpers = true,
		.sub_uid = { .e = { { 0, 100000, 65536 } }, .n = 1 },
		.sub_gid = { .e = { { 0, 200000, 65536 } }, .n = 1 },
	};
}

static bool plan(const struct idmap_host *h, const char *request,
		 enum idmap_kind kind, const char *uid, const char *gid)
{
	auto_str struct str u = { 0 }, g = { 0 };
	struct idmap_request req;
	struct idmap map = { 0 };
	struct err e = { 0 };

	if (idmap_request_parse(request, &req, &e) < 0 ||
	    idmap_plan(h, &req, &map, &e) < 0)
		return false;
	idmap_text(&map.uid, &u);
	idmap_text(&map.gid, &g);
	printf("# kind %d\n# uid %s# gid %s", map.kind, str_text(&u),
	       str_text(&g));
	return map.kind == kind && streq(str_text(&u), uid) &&
	       streq(str_text(&g), gid);
}

static void ranges_start_behind_root(void)
{
	struct idmap_host h = user();

	OK(plan(&h, "auto", IDMAP_RANGES, "0 1000 1\n1 100000 65536\n",
		"0 1001 1\n1 200000 65536\n"));
	OK(plan(&h, "", IDMAP_RANGES, "0 1000 1\n1 100000 65536\n",
		"0 1001 1\n1 200000 65536\n"));
}

static void several_ranges_follow_each_other(void)
{
	struct idmap_host h = user();

	h.sub_uid.e[1] = (struct id_extent){ 0, 500000, 10 };
	h.sub_uid.n = 2;
	OK(plan(&h, "auto", IDMAP_RANGES,
		"0 1000 1\n1 100000 65536\n65537 500000 10\n",
		"0 1001 1\n1 200000 65536\n"));
}

static void one_id_without_ranges_or_helpers(void)
{
	struct idmap_host h = user();

	h.helpers = false;
	OK(plan(&h, "auto", IDMAP_SINGLE, "0 1000 1\n", "0 1001 1\n"));
	h = user();
	h.sub_gid.n = 0;
	OK(plan(&h, "auto", IDMAP_SINGLE, "0 1000 1\n", "0 1001 1\n"));
}

static void keep_id_leaves_us_where_we_are(void)
{
	struct idmap_host h = user();

	OK(plan(&h, "keep-id:uid=1000,gid=5", IDMAP_RANGES,
		"0 100000 1000\n1000 1000 1\n1001 101000 64536\n",
		"0 200000 5\n5 1001 1\n6 200005 65531\n"));
	OK(plan(&h, "keep-id:uid=70000,gid=0", IDMAP_RANGES,
		"0 100000 65536\n70000 1000 1\n",
		"0 1001 1\n1 200000 65536\n"));
	h.helpers = false;
	OK(plan(&h, "keep-id:uid=7,gid=8", IDMAP_SINGLE, "7 1000 1\n",
		"8 1001 1\n"));
}

static void host_keeps_one_id(void)
{
	struct idmap_host h = user();

	OK(plan(&h, "host", IDMAP_SINGLE, "1000 1000 1\n", "1001 1001 1\n"));
}

static void a_privileged_user_keeps_all(void)
{
	struct idmap_host h = user();

	h.can_set_ids = true;
	h.own_uid = (struct id_extents){ .e = { { 0, 9, 100 } }, .n = 1 };
	h.own_gid = (struct id_extents){ .e = { { 5, 9, 100 } }, .n = 1 };
	OK(plan(&h, "auto", IDMAP_FULL, "0 0 100\n", "5 5 100\n"));
	/* one id of our own is no better than none: use the ranges */
	h.own_uid.e[0].count = 1;
	OK(plan(&h, "auto", IDMAP_RANGES, "0 1000 1\n1 100000 65536\n",
		"0 1001 1\n1 200000 65536\n"));
}

static void requests_that_are_none(void)
{
	static const char *const bad[] = {
		"x", "auto:", "host:1", "keep-id:uid=",
		"keep-id:uid=-1", "keep-id:uid=1,x", "keep-id:foo=1",
		"keep-id:uid=99999999999", "keep-idx",
	};
	struct idmap_request r;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { 0 };

		printf("# '%s'\n", bad[i]);
		OK(idmap_request_parse(bad[i], &r, &e) == -EINVAL);
		OK(*e.text);
	}
}

static void ids_with_gaps_map_out(void)
{
	struct id_extents x;
	struct err e = { 0 };
	uint32_t id = 77;

	OK(idmap_parse("0 1000 1\n10 100000 5\n", &x, &e) == 0 && x.n == 2);
	OK(idmap_to_host(&x, 0, &id) && id == 1000);
	OK(idmap_to_host(&x, 14, &id) && id == 100004);
	id = 77;
	OK(!idmap_to_host(&x, 1, &id) && !idmap_to_host(&x, 15, &id));
	OK(!idmap_to_host(&x, UINT32_MAX, &id) && id == 77);
}

static void text_comes_back(void)
{
	auto_str struct str text = { 0 };
	struct id_extents x;
	struct err e = { 0 };

	OK(idmap_parse("         0          0 4294967295\n", &x, &e) == 0);
	idmap_text(&x, &text);
	EQ_STR(str_text(&text), "0 0 4294967295\n");
}

static void texts_that_are_no_map(void)
{
	auto_str struct str many = { 0 };
	static const char *const bad[] = {
		"a", "0", "0 1", "0 1 2 3", "0 1 2x", "0 1 x",
		"-1 0 1", "0 99999999999 1",
	};
	struct id_extents x;
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		printf("# '%s'\n", bad[i]);
		OK(idmap_parse(bad[i], &x, &e) == -EINVAL);
	}
	for (int i = 0; i <= IDMAP_EXTENTS_MAX; i++)
		str_printf(&many, "%d %d 1\n", i, i);
	OK(idmap_parse(str_text(&many), &x, &e) == -EINVAL);
}

int main(void)
{
	RUN(ranges_start_behind_root);
	RUN(several_ranges_follow_each_other);
	RUN(one_id_without_ranges_or_helpers);
	RUN(keep_id_leaves_us_where_we_are);
	RUN(host_keeps_one_id);
	RUN(a_privileged_user_keeps_all);
	RUN(requests_that_are_none);
	RUN(ids_with_gaps_map_out);
	RUN(text_comes_back);
	RUN(texts_that_are_no_map);
	return DONE();
}
