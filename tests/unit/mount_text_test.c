/* mount_text_test.c - what is written for mounts, and what it plans. */
#include "core/mount_text.h"
#include "tests/unit/tap.h"

typedef int mount_reader(const char *text, struct mount_list *l,
			 struct err *e);

static void release(struct mount_list *l)
{
	mount_list_release(l);
}
#define auto_list __attribute__((cleanup(release))) struct mount_list

/* The last mount of the list as one line. */
static char *line(const struct mount_list *l)
{
	const struct mount *m = &l->m[l->n - 1];
	struct str s = { 0 };

	str_printf(&s, "%s>%s%s%s%s%s%s%s", m->kind == MOUNT_FS ? m->fstype :
		   m->source, m->dest,
		   m->attr_set & MOUNT_ATTR_RDONLY ? " ro" : "",
		   m->attr_set & MOUNT_ATTR_NOSUID ? " nosuid" : "",
		   m->attr_set & MOUNT_ATTR_NODEV ? " nodev" : "",
		   m->attr_set & MOUNT_ATTR_NOEXEC ? " noexec" : "",
		   m->recursive ? " rec" : "",
		   m->make_source ? " make" : "");
	for (size_t i = 0; i < m->data.n; i++)
		str_printf(&s, " %s", m->data.v[i]);
	return str_steal(&s);
}

static bool plans(mount_reader *read, const char *text, const char *want)
{
	auto_list l = { 0 };
	auto_free char *got = NULL;
	struct err e = { 0 };

	if (read(text, &l, &e) < 0) {
		printf("# %s\n", e.text);
		return false;
	}
	got = line(&l);
	printf("# %s\n", got);
	return streq(got, want);
}

static bool refused(mount_reader *read, const char *text, const char *want)
{
	auto_list l = { 0 };
	struct err e = { 0 };

	if (read(text, &l, &e) != -EINVAL)
		return false;
	printf("# %s\n", e.text);
	return strstr(e.text, want) != NULL;
}

static void volumes(void)
{
	OK(plans(mount_text_volume, "/a:/b", "/a>/b rec make"));
	OK(plans(mount_text_volume, "/a:/b:ro", "/a>/b ro rec make"));
	OK(plans(mount_text_volume, "/a:/b:ro,z,nosuid,rw",
		 "/a>/b nosuid rec make"));
	OK(plans(mount_text_volume, "/a:/b:", "/a>/b rec make"));
}

static void a_relative_source_is_below_the_working_directory(void)
{
	auto_free char *cwd = getcwd(NULL, 0);
	auto_free char *want = xasprintf("%s/./x>/b rec make", cwd);

	OK(plans(mount_text_volume, "./x:/b", want));
}

static void propagation(void)
{
	auto_list l = { 0 };
	struct err e;

	OK(mount_text_volume("/a:/b", &l, &e) == 0);
	OK(l.m[0].propagation == 0);
	OK(mount_text_volume("/a:/c:rslave", &l, &e) == 0);
	OK(l.m[1].propagation == (MS_SLAVE | MS_REC));
	OK(mount_text_mount("type=bind,src=/a,dst=/d,bind-propagation=shared",
			    &l, &e) == 0);
	OK(l.m[2].propagation == MS_SHARED);
}

static void volumes_that_are_none(void)
{
	OK(refused(mount_text_volume, "/a", "SOURCE:DEST"));
	OK(refused(mount_text_volume, "", "SOURCE:DEST"));
	OK(refused(mount_text_volume, ":/b", "invalid volume specification"));
	OK(refused(mount_text_volume, "/a:/b:ro:z", "invalid volume"));
	OK(refused(mount_text_volume, "name:/b", "named volume"));
	OK(refused(mount_text_volume, "/a:b", "absolute path"));
	OK(refused(mount_text_volume, "/a:", "absolute path"));
	OK(refused(mount_text_volume, "/a://", "cannot be '/'"));
	OK(refused(mount_text_volume, "/a:/b:size=1m", "unknown option"));
}

static void tmpfs(void)
{
	OK(plans(mount_text_tmpfs, "/t", "tmpfs>/t nosuid nodev noexec"));
	OK(plans(mount_text_tmpfs, "/t:", "tmpfs>/t nosuid nodev noexec"));
	OK(plans(mount_text_tmpfs, "/t:exec,size=8m,mode=700",
		 "tmpfs>/t nosuid nodev size=8m mode=700"));
	OK(refused(mount_text_tmpfs, "t", "absolute path"));
	OK(refused(mount_text_tmpfs, "/", "cannot be '/'"));
}

static void keys(void)
{
	OK(plans(mount_text_mount, "type=bind,source=/a,target=/b",
		 "/a>/b rec"));
	OK(plans(mount_text_mount, "type=bind,src=/a,dst=/b,readonly",
		 "/a>/b ro rec"));
	OK(plans(mount_text_mount, "type=bind,src=/a,dst=/b,ro=false",
		 "/a>/b rec"));
	OK(plans(mount_text_mount,
		 "type=bind,src=/a,dst=/b,bind-recursive=disabled", "/a>/b"));
	OK(plans(mount_text_mount, "type=bind,src=/a,dst=/b,bind-create-src",
		 "/a>/b rec make"));
	OK(plans(mount_text_mount,
		 "type=tmpfs,destination=/t,tmpfs-size=1m,tmpfs-mode=700",
		 "tmpfs>/t nosuid nodev noexec mode=700 size=1048576"));
	OK(plans(mount_text_mount, "type=tmpfs,dst=/t",
		 "tmpfs>/t nosuid nodev noexec mode=1777"));
}

static void fields_may_be_quoted(void)
{
	OK(plans(mount_text_mount, "type=bind,\"src=/a,b\",dst=/c",
		 "/a,b>/c rec"));
	OK(plans(mount_text_mount, "type=bind,\"src=/a\"\"b\",dst=/c",
		 "/a\"b>/c rec"));
	OK(refused(mount_text_mount, "type=bind,\"src=/a,dst=/c", "quote"));
	OK(refused(mount_text_mount, "type=bind,src=\"/a\",dst=/c", "quote"));
	OK(refused(mount_text_mount, "type=bind,\"src=/a\"b,dst=/c", "quote"));
}

static void mounts_that_are_none(void)
{
	OK(refused(mount_text_mount, "", "unexpected key"));
	OK(refused(mount_text_mount, "type=volume,dst=/v", "not there yet"));
	OK(refused(mount_text_mount, "type=bind,src=/a", "target= is missing"));
	OK(refused(mount_text_mount, "type=bind,dst=/b", "needs source="));
	OK(refused(mount_text_mount, "type=bind,src=,dst=/b", "needs a value"));
	OK(refused(mount_text_mount, "type=bind,src=/a,dst=b", "absolute"));
	OK(refused(mount_text_mount, "type=bind,src=/a,dst=/b,x=1",
		   "unexpected key 'x'"));
	OK(refused(mount_text_mount, "type=bind,src=/a,dst=/b,ro=maybe",
		   "ro='maybe'"));
	OK(refused(mount_text_mount, "type=bind,src=/a,dst=/b,tmpfs-size=1m",
		   "cannot mix 'tmpfs-*'"));
	OK(refused(mount_text_mount, "type=tmpfs,dst=/b,bind-propagation=slave",
		   "cannot mix 'bind-*'"));
	OK(refused(mount_text_mount, "type=tmpfs,src=/a,dst=/b",
		   "has no source"));
	OK(refused(mount_text_mount, "type=tmpfs,dst=/b,tmpfs-size=big",
		   "not a size"));
}

static void the_last_mount_on_a_place_is_the_one(void)
{
	auto_list l = { 0 };
	struct err e;

	OK(mount_text_tmpfs("/x", &l, &e) == 0);
	OK(mount_text_tmpfs("/y", &l, &e) == 0);
	OK(mount_text_volume("/a:/x", &l, &e) == 0);
	OK(l.n == 2);
	EQ_STR(l.m[0].dest, "/y");
	EQ_STR(l.m[1].source, "/a");
}

int main(void)
{
	RUN(volumes);
	RUN(a_relative_source_is_below_the_working_directory);
	RUN(propagation);
	RUN(volumes_that_are_none);
	RUN(tmpfs);
	RUN(keys);
	RUN(fields_may_be_quoted);
	RUN(mounts_that_are_none);
	RUN(the_last_mount_on_a_place_is_the_one);
	return DONE();
}
