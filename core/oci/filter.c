/* filter.c - compiled filters that are kept. */
#include "core/oci/filter.h"

#include "core/base/file.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/utsname.h>

#define FOLDER "%filters"
#define KEPT_MAX (8 << 20)
#define KEPT_FILES 64 /* then all are made anew */

/* In a file behind what it was made of: this, then the instructions. */
struct kept {
	uint32_t notify, flags, n;
};

/* All that the program depends on. */
static char *ingredients(const char *json, const struct caps *caps)
{
	const struct scmp_version *v = seccomp_version();
	struct utsname u = { 0 };

	uname(&u);
	return xasprintf("rl filter 1 %u.%u.%u %s %s %" PRIx64 "\n%s\n",
			 v->major, v->minor, v->micro, u.release, u.machine,
			 caps->bounding, json);
}

/* FNV-1a. */
static uint64_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

static bool take(const char *text, size_t n, const char *made_of,
		 struct seccomp_filter *ret)
{
	size_t len = strlen(made_of);
	struct kept k;

	if (n < len + sizeof(k) || memcmp(text, made_of, len) != 0)
		return false;
	memcpy(&k, text + len, sizeof(k));
	n -= len + sizeof(k);
	if (!k.n || k.n > BPF_MAXINSNS ||
	    n != k.n * sizeof(struct sock_filter))
		return false;
	ret->owned = xmalloc(n);
	memcpy(ret->owned, text + len + sizeof(k), n);
	ret->insns = ret->owned;
	ret->n = (unsigned short)k.n;
	ret->notify = k.notify != 0;
	ret->flags = k.flags;
	return true;
}

static bool find(int root, const char *name, const char *made_of,
		 struct seccomp_filter *ret)
{
	auto_free char *path = xasprintf("%s/%s", FOLDER, name);
	auto_free char *text = NULL;
	struct err ignored;
	size_t n;

	return file_read(root, path, KEPT_MAX, &text, &n, &ignored) == 0 &&
	       take(text, n, made_of, ret);
}

static bool is_full(int folder)
{
	auto_dir DIR *d = fdopendir(dup(folder));
	size_t n = 0;

	while (d && readdir(d))
		n++;
	return n > KEPT_FILES;
}

/* Without it the next one takes longer, no more. */
static void keep(int root, const char *name, const char *made_of,
		 const struct seccomp_filter *f)
{
	struct kept k = { f->notify, f->flags, f->n };
	auto_str struct str text = { 0 };
	auto_close int folder = -1;
	struct err ignored;

	folder = dir_make(root, FOLDER, 0700, &ignored);
	if (folder >= 0 && is_full(folder)) {
		close(steal_fd(folder));
		tree_remove(root, FOLDER, &ignored);
		folder = dir_make(root, FOLDER, 0700, &ignored);
	}
	if (folder < 0)
		return;
	str_puts(&text, made_of);
	str_add(&text, &k, sizeof(k));
	str_add(&text, f->insns, f->n * sizeof(*f->insns));
	file_swap(folder, name, str_text(&text), text.len, 0600, &ignored);
}

int oci_filter(int root, const char *json, const struct caps *caps,
	       struct seccomp_filter *ret, struct err *e)
{
	auto_free char *made_of = ingredients(json, caps);
	char name[20];

	snprintf(name, sizeof(name), "%016" PRIx64, hash(made_of));
	if (find(root, name, made_of, ret))
		return 0;
	if (seccomp_from_json(json, caps, ret, e) < 0)
		return err_wrap(e, "linux.seccomp");
	keep(root, name, made_of, ret);
	return 0;
}
