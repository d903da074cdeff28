/* mount_text_test.c - -v, --mount and --tmpfs as typed, and what comes out. */
#include "core/mount_text.h"

#include "tests/unit/tap.h"

static struct mount_list l;
static struct err e;

typedef int parser(const char *text, struct mount_list *to, struct err *why);

/* Into an empty list: its one mount, or NULL and a message in `e`. */
static const struct mount *parse(parser *fn, const char *text)
{
	mount_list_release(&l);
	memset(&e, 0, sizeof(e));
	if (fn(text, &l, &e) < 0)
		return NULL;
	return l.n == 1 ? &l.m[0] : NULL;
}

static const struct mount *v(const char *text)
{
	return parse(mount_text_volume, text);
}

static const struct mount *m_(const char *text)
{
	return parse(mount_text_mount, text);
}

static bool says(parser *fn, const char *text, const char *message)
{
	return !parse(fn, text) && strstr(e.text, message);
}

#define RO MOUNT_ATTR_RDONLY

static void v_kinds(void)
{
	const struct mount *m;

	OK((m = v("/d")) && streq(m->volume, "") && streq(m->dest, "/d"));
	OK(m->copy_up && m->given && !m->source);
	OK((m = v("data:/d")) && streq(m->volume, "data") && m->copy_up);
	OK((m = v("/a:/d")) && !m->volume && streq(m->source, "/a"));
	OK(m->make_source && !m->copy_up && m->recursive);
	OK((m = v("./a:/d")) && !m->volume && *m->source == '/');
	OK((m = v("..:/d")) && !m->volume && has_suffix(m->source, "/.."));
	OK((m = v("./~/a:/d")) && !m->volume && has_suffix(m->source, "/./~/a"));
	OK((m = v("A.b-c_9:/d")) && streq(m->volume, "A.b-c_9"));
}

static void v_modes(void)
{
	const struct mount *m;

	OK((m = v("data:/d:ro")) && m->attr_set == RO && m->copy_up);
	OK((m = v("data:/d:rw,nocopy")) && !m->attr_set && !m->copy_up);
	OK((m = v("data:/d:z,ro,cached")) && m->attr_set == RO);
	OK((m = v("/a:/d:ro,rslave")) && m->attr_set == RO);
	OK(m->propagation == (MS_SLAVE | MS_REC));
	OK((m = v("/a:/d:noexec,nosuid")) &&
	   m->attr_set == (MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSUID));
	OK(says(mount_text_volume, "data:/d:ro,rw", "invalid mode: ro,rw"));
	OK(says(mount_text_volume, "/a:/d:shared,slave", "invalid mode"));
	OK(says(mount_text_volume, "/a:/d:z,Z", "invalid mode"));
	OK(says(mount_text_volume, "/a:/d:nope", "unknown option 'nope'"));
	OK(says(mount_text_volume, "/a:/d:nocopy", "nocopy is for volumes"));
	OK(says(mount_text_volume, "data:/d:rshared", "invalid mode"));
}

static void v_refused(void)
{
	OK(says(mount_text_volume, "", "empty section"));
	OK(says(mount_text_volume, ":", "empty section"));
	OK(says(mount_text_volume, "/a::ro", "empty section"));
	OK(says(mount_text_volume, "a:b:c:d", "invalid volume specification"));
	OK(says(mount_text_volume, "d", "absolute path"));
	OK(says(mount_text_volume, "/a:ro", "absolute path"));
	OK(says(mount_text_volume, "data:/", "cannot be '/'"));
	OK(says(mount_text_volume, "data:/a/../..", "cannot be '/'"));
	OK(says(mount_text_volume, "~/a:/d", "only a shell knows"));
	OK(says(mount_text_volume, "a:/d", "too short"));
	OK(says(mount_text_volume, "-ab:/d", "invalid characters"));
	OK(says(mount_text_volume, "_ab:/d", "invalid characters"));
	OK(says(mount_text_volume, "a/b:/d", "invalid characters"));
	OK(says(mount_text_volume, "a b:/d", "invalid characters"));
	OK(says(mount_text_volume, "a\xc3\xa4:/d", "invalid characters"));
}

static void name_length(void)
{
	char text[300];

	memset(text, 'a', sizeof(text));
	memcpy(text + 255, ":/d", 4);
	OK(v(text));
	memcpy(text + 256, ":/d", 4);
	text[255] = 'a';
	OK(says(mount_text_volume, text, "too long"));
}

static void mount_volumes(void)
{
	const struct mount *m;

	OK((m = m_("dst=/d")) && streq(m->volume, "") && m->copy_up);
	OK((m = m_("type=volume,src=data,target=/d,readonly")) &&
	   streq(m->volume, "data") && m->attr_set == RO);
	OK((m = m_("source=data,destination=/d,ro=0")) && !m->attr_set);
	OK((m = m_("src=data,dst=/d,volume-nocopy")) && !m->copy_up);
	OK((m = m_("src=data,dst=/d,volume-nocopy=false")) && m->copy_up);
	OK((m = m_("src=data,dst=/d,volume-subpath=a/b")) &&
	   streq(m->subpath, "a/b") && !m->copy_up);
	OK((m = m_("dst=/d,volume-label=a=b,volume-label=c")) &&
	   streq(env_get(&m->labels, "a"), "b") &&
	   streq(env_get(&m->labels, "c"), ""));
	OK((m = m_("dst=/d,volume-driver=local,Volume-Opt=type=none")) &&
	   streq(env_get(&m->options, "type"), "none"));
	OK((m = m_("dst=/d,\"volume-opt=o=bind,rw\",ro")) &&
	   streq(env_get(&m->options, "o"), "bind,rw") && m->attr_set == RO);
	OK((m = m_("\"dst=/a\"\"b\"")) && streq(m->dest, "/a\"b"));
}

static void mount_binds(void)
{
	const struct mount *m;

	OK((m = m_("type=bind,src=/a,dst=/d")) && !m->volume &&
	   !m->make_source && m->recursive && m->recursive_attr && m->given);
	OK((m = m_("type=bind,src=/a,dst=/d,bind-create-src")) &&
	   m->make_source);
	OK((m = m_("type=bind,src=/a,dst=/d,bind-recursive=disabled")) &&
	   !m->recursive);
	OK((m = m_("type=bind,src=/a,dst=/d,ro,bind-recursive=writable")) &&
	   !m->recursive_attr);
	OK((m = m_("type=bind,src=/a,dst=/d,ro,bind-recursive=readonly,"
		      "bind-propagation=rprivate")) && m->recursive_attr);
	OK(says(mount_text_mount, "type=bind,src=/a,dst=/d,"
		"bind-recursive=readonly", "requires 'readonly'"));
	OK(says(mount_text_mount, "type=bind,src=/a,dst=/d,ro,"
		"bind-recursive=readonly", "'bind-propagation=rprivate'"));
	OK(says(mount_text_mount, "type=bind,src=/a,dst=/d,"
		"bind-recursive=x", "invalid value for bind-recursive: x"));
	OK(says(mount_text_mount, "type=bind,dst=/d", "needs source="));
}

static void mount_images(void)
{
	const struct mount *m;

	OK((m = m_("type=image,src=debian:12,dst=/d")) && !m->volume &&
	   streq(m->image, "debian:12") && m->attr_set == RO && !m->subpath);
	OK((m = m_("type=image,src=a,dst=/d,image-subpath=b,ro=0")) &&
	   streq(m->subpath, "b") && m->attr_set == RO);
}

static void mount_tmpfs(void)
{
	const struct mount *m;

	OK((m = m_("type=tmpfs,dst=/d")) && m->kind == MOUNT_FS &&
	   strv_has(&m->data, "mode=1777"));
	OK((m = m_("type=tmpfs,dst=/d,tmpfs-size=2m,tmpfs-mode=700,ro")) &&
	   strv_has(&m->data, "mode=700") &&
	   strv_has(&m->data, "size=2097152") && m->attr_set & RO);
	OK(says(mount_text_mount, "type=tmpfs,dst=/d,tmpfs-mode=9",
		"invalid value for tmpfs-mode: 9"));
	OK(says(mount_text_mount, "type=tmpfs,dst=/d,tmpfs-size=x",
		"invalid value for tmpfs-size"));
	OK(says(mount_text_mount, "type=tmpfs,src=/a,dst=/d", "no source"));
}

static void mount_refused(void)
{
	OK(says(mount_text_mount, "", "must be a key=value pair"));
	OK(says(mount_text_mount, "foo", "invalid field 'foo' must be a "
		"key=value pair"));
	OK(says(mount_text_mount, "type=foo,dst=/d", "mount type unknown"));
	OK(says(mount_text_mount, "type=image,dst=/d", "needs source="));
	OK(says(mount_text_mount, "type=image,src=x,dst=/d,image-subpath=/a",
		"relative"));
	OK(says(mount_text_mount, "type=volume", "target is required"));
	OK(says(mount_text_mount, "dst=/d,nope=1", "unexpected key 'nope' in "
		"'nope=1'"));
	OK(says(mount_text_mount, "dst=/d,ro=x", "invalid value for ro: x"));
	OK(says(mount_text_mount, "dst=", "needs a value"));
	OK(says(mount_text_mount, "volume-nocopy,src=/a,dst=/d,type=bind",
		"cannot mix 'volume-*' options with mount type 'bind'"));
	OK(says(mount_text_mount, "dst=/d,bind-propagation=rshared",
		"cannot mix 'bind-*' options with mount type 'volume'"));
	OK(says(mount_text_mount, "dst=/d,volume-driver=nfs", "local"));
	OK(says(mount_text_mount, "dst=/d,volume-subpath=../x", "relative"));
	OK(says(mount_text_mount, "dst=/d,volume-subpath=/x", "relative"));
	OK(says(mount_text_mount, "dst=/d,volume-subpath=a/../b", "relative"));
	OK(says(mount_text_mount, "dst=/d,src=/abs", "invalid characters"));
	OK(says(mount_text_mount, "\"dst=/d", "no end"));
	OK(says(mount_text_mount, "\"dst=/d\"x", "no end"));
}

static void one_place(void)
{
	mount_list_release(&l);
	OK(mount_text_volume("/d", &l, &e) == 0);
	OK(mount_text_volume("data:/d/", &l, &e) == -EEXIST);
	OK(streq(e.text, "Duplicate mount point: /d"));
	OK(mount_text_mount("dst=/x/../d", &l, &e) == -EEXIST);
	OK(mount_text_tmpfs("/d/.", &l, &e) == -EEXIST);
	/* a default mount makes way */
	mount_list_release(&l);
	mount_list_fs(&l, "proc", "/proc", 0);
	OK(mount_text_tmpfs("/proc", &l, &e) == 0 && l.n == 1);
}

static void order(void)
{
	const char *const want[] = {
		"/dev/shm", "/b", "/a", "/etc/hosts", "/b/c", "/b/a/x",
	};

	mount_list_release(&l);
	mount_list_fs(&l, "tmpfs", "/dev/shm", 0);
	mount_list_text(&l, "x", "/etc/hosts");
	OK(mount_text_volume("/b/a/x", &l, &e) == 0);
	OK(mount_text_volume("/b/c", &l, &e) == 0);
	OK(mount_text_volume("/b", &l, &e) == 0);
	OK(mount_text_volume("/a", &l, &e) == 0);
	mount_list_sort(&l);
	OK(l.n == 6);
	for (size_t i = 0; i < l.n; i++)
		EQ_STR(l.m[i].dest, want[i]);
}

static bool cleans(const char *path, const char *want)
{
	auto_free char *clean = mount_clean_path(path);

	return streq(clean, want);
}

static void clean_paths(void)
{
	OK(cleans("/", "/") && cleans("", "/") && cleans("..", "/"));
	OK(cleans("a", "/a") && cleans("/a/", "/a") && cleans("//a//b", "/a/b"));
	OK(cleans("/a/./b/.", "/a/b") && cleans("/a/../b", "/b"));
	OK(cleans("/../../a/b/../../c", "/c") && cleans("/a/..", "/"));
	OK(cleans("/a/...", "/a/...") && cleans("/..a", "/..a"));
}

int main(void)
{
	RUN(v_kinds);
	RUN(v_modes);
	RUN(v_refused);
	RUN(name_length);
	RUN(mount_volumes);
	RUN(mount_binds);
	RUN(mount_images);
	RUN(mount_tmpfs);
	RUN(mount_refused);
	RUN(one_place);
	RUN(order);
	RUN(clean_paths);
	mount_list_release(&l);
	return DONE();
}
