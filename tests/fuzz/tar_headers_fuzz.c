/* tar_headers_fuzz.c - any bytes as a layer, written to a tmpfs. */
#include "core/base/file.h"
#include "fs/transfer/tree_writer.h"

#include <archive.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>

#define BLOCK 512
#define SUM_AT 148   /* the checksum's field, ustar(5) */
#define SUM_LEN 8
#define MAGIC_AT 257
#define KEPT "crash-last-input" /* tests/fuzz/run.sh shows what is so named */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct {
	int root, cwd;  /* of the host */
	int kept;       /* what is tried: a crash inside cannot be saved */
	int layer;      /* the tmpfs that becomes "/" */
} world;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void forget_kept(void)
{
	unlinkat(world.cwd, KEPT, 0);
}

/* Root of a user namespace: mounts and chroot(2) are its own. */
static void become_root(void)
{
	struct err e;
	char map[64];
	int n = snprintf(map, sizeof(map), "0 %u 1\n", geteuid());

	must(n > 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0, "unshare");
	must(file_poke(AT_FDCWD, "/proc/self/uid_map", map, &e) == 0,
	     "uid_map");
}

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	char path[] = "layer.XXXXXX";

	must(mkdtemp(path) != NULL, "mkdtemp");
	world.root = open("/", O_PATH | O_CLOEXEC);
	world.cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	world.kept = open(KEPT, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	become_root();
	must(mount("layer", path, "tmpfs", 0, "size=64m") == 0, "mount");
	world.layer = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(world.root >= 0 && world.cwd >= 0 && world.kept >= 0 &&
	     world.layer >= 0, "open");
	atexit(forget_kept);
	return 0;
}

/* Else nearly everything would end at a header's checksum. */
static void mend_checksums(uint8_t *p, size_t n)
{
	for (; n >= BLOCK; p += BLOCK, n -= BLOCK) {
		unsigned sum = 0;

		if (memcmp(p + MAGIC_AT, "ustar", 5) != 0)
			continue;
		memset(p + SUM_AT, ' ', SUM_LEN);
		for (size_t i = 0; i < BLOCK; i++)
			sum += p[i];
		snprintf((char *)p + SUM_AT, SUM_LEN, "%06o", sum);
	}
}

/* As a layer, or as what `rl cp -` is given. */
static void write_layer(const uint8_t *data, size_t n)
{
	const struct tree_rules rules = { .single = true, .copy = n & 1 };
	struct archive *a = archive_read_new();
	struct unpack_notes notes = { 0 };
	struct err e;

	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	if (archive_read_open_memory(a, data, n) == ARCHIVE_OK)
		tree_write(a, &rules, &notes, &e);
	archive_read_free(a);
}

/* Its mode is the layer's own, and our group has no id here. */
static void empty_layer(void)
{
	struct dirent *ent;
	struct err e;
	DIR *d;

	must(fchmod(world.layer, 0700) == 0, "fchmod");
	d = fdopendir(openat(world.layer, ".", O_RDONLY | O_DIRECTORY |
			     O_CLOEXEC));
	while (d && (ent = readdir(d)))
		if (!streq(ent->d_name, ".") && !streq(ent->d_name, ".."))
			if (tree_remove(world.layer, ent->d_name, &e) < 0)
				abort();
	closedir(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	auto_free uint8_t *copy = xmalloc(n + 1);

	if (ftruncate(world.kept, 0) < 0 || pwrite(world.kept, data, n, 0) < 0)
		return 0;
	memcpy(copy, data, n);
	mend_checksums(copy, n);
	must(fchdir(world.layer) == 0 && chroot(".") == 0, "chroot");
	write_layer(copy, n);
	must(fchdir(world.root) == 0 && chroot(".") == 0, "chroot");
	must(fchdir(world.cwd) == 0, "fchdir");
	empty_layer();
	return 0;
}
