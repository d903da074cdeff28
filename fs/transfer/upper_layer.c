/* upper_layer.c - changes to a layer. */
#include "fs/transfer/upper_layer.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "fs/changes.h"
#include "fs/driver.h"
#include "fs/transfer/layer_blob.h"
#include "fs/transfer/tar_out.h"

/* Larger holes stay holes, so that they do not fill the disk. */
#define SPARSE (UINT64_C(1) << 30)

/* For the child that writes the tar. */
struct writer {
	const struct upper_layer *u;
	int folder;
};

static int put_whiteout(struct tar_out *t, const char *path, struct err *e)
{
	const char *name = strrchr(path, '/') + 1;
	auto_free char *as = xasprintf("%.*s.wh.%s", (int)(name - path - 1),
				       path + 1, name);

	return tar_out_empty(t, as, e);
}

static int put_file(struct tar_out *t, int upper, const char *path,
		    struct err *e)
{
	const char *name = strrchr(path, '/') + 1;
	auto_free char *folder = xstrndup(path + 1, name - path - 1);
	auto_close int dir = root_open_plain(upper, *folder ? folder : ".",
					     O_RDONLY | O_DIRECTORY);

	if (dir < 0) /* gone since, or replaced */
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ?
			       0 : err_sys(e, "open the folder %s", folder);
	return tar_out_file(t, dir, name, path + 1, e);
}

static int put_changes(const struct writer *w, int out, int upper,
		       const struct change_list *l, struct err *e)
{
	const struct tar_out_options o = {
		.own_ids = true, .sparse = SPARSE, .clamp = w->u->clamp,
		.newest = w->u->newest,
	};
	struct tar_out *t = NULL;
	int r = tar_out_new(out, &o, &t, e);

	for (size_t i = 0; i < l->n && r >= 0; i++)
		r = l->v[i].kind == CHANGE_DELETE ?
			    put_whiteout(t, l->v[i].path, e) :
			    put_file(t, upper, l->v[i].path, e);
	if (r >= 0)
		r = tar_out_end(t, NULL, e);
	tar_out_free(t);
	return r < 0 ? r : 0;
}

/* ---- mount points ---- */

static bool is_in_layers(const struct changes_source *src, const char *path)
{
	for (size_t i = 0; i < src->n_layers; i++) {
		auto_close int fd = root_open_plain(src->layers[i], path,
						    O_PATH | O_NOFOLLOW);

		if (fd >= 0)
			return true;
	}
	return false;
}

/* An empty file or folder. */
static bool take_out(int upper, const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder = slash ? xstrndup(path, slash - path) :
					 xstrdup(".");
	const char *name = slash ? slash + 1 : path;
	auto_close int dir = root_open_plain(upper, folder,
					     O_RDONLY | O_DIRECTORY);
	struct stat st;

	if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return unlinkat(dir, name, 0) == 0;
	return S_ISDIR(st.st_mode) && unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

static void take_out_stubs(const struct strv *stubs,
			   const struct changes_source *src)
{
	for (size_t i = 0; stubs && i < stubs->n; i++) {
		auto_free char *path = xstrdup(stubs->v[i] + 1);
		char *slash = path;

		while (slash && *path && !is_in_layers(src, path) &&
		       take_out(src->upper, path)) {
			slash = strrchr(path, '/');
			if (slash)
				*slash = '\0';
		}
	}
}

/* In the child.  Without a change there is no tar. */
static int write_layer(void *arg, int out, struct err *e)
{
	const struct writer *w = arg;
	auto_close int upper = dir_open(w->folder, "upper", e);
	auto_changes struct change_list l = { 0 };
	struct rootfs layers = { .layers = *w->u->layers };
	struct changes_source src = {
		.upper = upper, .n_layers = layers.layers.n,
		.whole = w->u->whole,
	};
	int *fds, r;

	if (upper < 0)
		return upper;
	TRY(driver_open_layers(&layers, &fds, e));
	src.layers = fds;
	take_out_stubs(w->u->stubs, &src);
	r = changes_find(&src, &l, e);
	if (r == 0 && l.n)
		r = put_changes(w, out, upper, &l, e);
	for (size_t i = 0; i < src.n_layers; i++)
		close(fds[i]);
	free(fds);
	return r;
}

int upper_layer_make(const struct upper_layer *u, struct lease *l,
		     struct descriptor *ret, struct err *e)
{
	auto_close int folder = dir_open(AT_FDCWD, u->folder, e);
	struct writer w = { .u = u, .folder = folder };

	TRY(folder);
	return layer_blob_make(u->store, u->map, write_layer, &w, l, ret, e);
}
