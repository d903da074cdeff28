/* unpack_test.c - layers fed through pipes, in a store of their own. */
#include "fs/transfer/unpack.h"

#include "core/base/file.h"
#include "fs/layer.h"
#include "fs/layer_sync.h"
#include "fs/transfer/digest.h"
#include "tests/unit/tap.h"

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <stdio.h>

static struct {
	char root[64];
	struct store s;
	struct idmap map;
	struct unpacker *u;
} world;

/* A tar of `files` files of `size` bytes each; its digest is its diffID. */
static struct str make_tar(int files, size_t size, char diff_id[DIGEST_MAX])
{
	size_t max = (size_t)files * (size + 1024) + 20480, used = 0;
	struct archive_entry *ent = archive_entry_new();
	struct archive *a = archive_write_new();
	auto_free char *data = xmalloc(size + 1);
	struct str s = { .s = xmalloc(max), .cap = max };

	memset(data, 'x', size);
	archive_write_set_format_ustar(a);
	archive_write_open_memory(a, s.s, max, &used);
	for (int i = 0; i < files; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d%d/f%d", i % 7, i);
		archive_entry_clear(ent);
		archive_entry_set_pathname(ent, name);
		archive_entry_set_size(ent, size);
		archive_entry_set_filetype(ent, AE_IFREG);
		archive_entry_set_perm(ent, 0640);
		archive_entry_set_mtime(ent, 1000000000, 0);
		archive_write_header(a, ent);
		archive_write_data(a, data, size);
	}
	archive_write_free(a);
	archive_entry_free(ent);
	s.len = used;
	digest_bytes(s.s, s.len, diff_id);
	return s;
}

static int maps_fd(void)
{
	struct err e;

	return layer_dir_open(&world.s, &world.map, &e);
}

/* How many entries layers/MAP has, whole or not. */
static int count_layers(void)
{
	auto_dir DIR *d = fdopendir(maps_fd());
	struct dirent *ent;
	int n = 0;

	while (d && (ent = readdir(d)))
		n += ent->d_name[0] != '.' &&
		     !has_suffix(ent->d_name, LAYER_UNSYNCED);
	return n;
}

static bool has_layer(const char *diff_id)
{
	struct err e;
	auto_close int maps = maps_fd();
	auto_close int fd = layer_open(maps, diff_id, &e);

	return fd >= 0;
}

static int feed(struct unpack_job *job, const struct str *s, size_t step)
{
	for (size_t at = 0; at < s->len; at += step) {
		size_t n = s->len - at < step ? s->len - at : step;

		if (fd_write_all(job->feed, s->s + at, n) < 0)
			return -errno;
	}
	return 0;
}

static void a_fed_layer_appears_when_it_is_finished(void)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	char diff_id[DIGEST_MAX], path[128];
	auto_str struct str s = make_tar(50, 3000, diff_id);
	auto_close int maps = maps_fd();
	struct stat st;
	struct err e;

	OK(unpack_begin(world.u, diff_id, -1, &job, &e) == 0);
	OK(feed(&job, &s, 777) == 0);
	OK(!has_layer(diff_id));
	OK(unpack_finish(&job, &e) == 0);
	OK(has_layer(diff_id));
	OK(job.feed == -1 && job.done == -1);
	snprintf(path, sizeof(path), "%s/d3/f3", diff_id + 7);
	OK(fstatat(maps, path, &st, 0) == 0);
	OK(st.st_size == 3000 && st.st_mode == (S_IFREG | 0640) &&
	   st.st_mtime == 1000000000);
	OK(unpack_begin(world.u, diff_id, -1, &job, &e) == 1);
}

static void several_at_once(void)
{
	struct unpack_job job[3] = { UNPACK_JOB_INIT, UNPACK_JOB_INIT,
				     UNPACK_JOB_INIT };
	char diff_id[3][DIGEST_MAX];
	struct str s[3];
	struct err e;

	for (int i = 0; i < 3; i++) {
		s[i] = make_tar(20 + i, 100, diff_id[i]);
		OK(unpack_begin(world.u, diff_id[i], -1, &job[i], &e) == 0);
	}
	for (int i = 3; i-- > 0;)
		OK(feed(&job[i], &s[i], 5000) == 0);
	for (int i = 0; i < 3; i++) {
		OK(unpack_finish(&job[i], &e) == 0);
		OK(has_layer(diff_id[i]));
		str_release(&s[i]);
	}
}

/* Two processes, or two layers of one image, may write the same one. */
static void the_same_twice_at_once(void)
{
	struct unpack_job job[2] = { UNPACK_JOB_INIT, UNPACK_JOB_INIT };
	char diff_id[DIGEST_MAX];
	auto_str struct str s = make_tar(31, 100, diff_id);
	int before = count_layers();
	struct err e;

	for (int i = 0; i < 2; i++)
		OK(unpack_begin(world.u, diff_id, -1, &job[i], &e) == 0);
	for (int i = 0; i < 2; i++)
		OK(feed(&job[i], &s, 5000) == 0);
	for (int i = 0; i < 2; i++)
		OK(unpack_finish(&job[i], &e) == 0);
	OK(count_layers() == before + 1);
}

static void a_wrong_diff_id_leaves_nothing(void)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	char diff_id[DIGEST_MAX];
	auto_str struct str s = make_tar(33, 100, diff_id);
	int before = count_layers();
	struct err e;

	diff_id[10] = diff_id[10] == '0' ? '1' : '0';
	OK(unpack_begin(world.u, diff_id, -1, &job, &e) == 0);
	OK(feed(&job, &s, 5000) == 0);
	OK(unpack_finish(&job, &e) == -EBADMSG);
	OK(count_layers() == before);
}

static void a_cut_feed_leaves_nothing(void)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	char diff_id[DIGEST_MAX];
	auto_str struct str s = make_tar(34, 3000, diff_id);
	int before = count_layers();
	struct err e;

	s.len /= 2;
	OK(unpack_begin(world.u, diff_id, -1, &job, &e) == 0);
	OK(feed(&job, &s, 5000) == 0);
	OK(unpack_finish(&job, &e) == -EINVAL);
	OK(count_layers() == before);
}

/* The feed breaks as soon as the worker has failed; finish says why. */
static void garbage_breaks_the_feed(void)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	char diff_id[DIGEST_MAX];
	auto_str struct str s = make_tar(1, 8 << 20, diff_id);
	struct err e = { 0 };

	memset(s.s, 0xa5, s.len);
	OK(unpack_begin(world.u, diff_id, -1, &job, &e) == 0);
	OK(feed(&job, &s, 65536) < 0);
	OK(unpack_finish(&job, &e) == -EINVAL);
	OK(strstr(e.text, "tar"));
}

static void an_abort_leaves_nothing(void)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	char diff_id[DIGEST_MAX];
	auto_str struct str s = make_tar(35, 3000, diff_id);
	int before = count_layers();
	struct err e;

	s.len /= 2;
	OK(unpack_begin(world.u, diff_id, -1, &job, &e) == 0);
	OK(feed(&job, &s, 5000) == 0);
	unpack_abort(&job);
	OK(count_layers() == before);
	unpack_abort(&job);
}

static void a_blob_from_a_file(void)
{
	char diff_id[DIGEST_MAX];
	auto_str struct str s = make_tar(36, 100, diff_id);
	struct unpack_notes notes = { 0 };
	FILE *f = tmpfile();
	struct err e;

	OK(f && fwrite(s.s, 1, s.len, f) == s.len);
	rewind(f);
	OK(unpack_layer(world.u, diff_id, fileno(f), &notes, &e) == 0);
	OK(has_layer(diff_id));
	fclose(f);
}

static void not_a_diff_id(void)
{
	struct unpack_job job = UNPACK_JOB_INIT;
	struct err e;

	OK(unpack_begin(world.u, "sha256:../..", -1, &job, &e) == -EINVAL);
}

static void what_was_left_out(void)
{
	struct unpack_notes none = { 0, 0 }, one = { 1, 0 }, more = { 2, 1 };
	auto_free char *a = unpack_notes_text(&one);
	auto_free char *b = unpack_notes_text(&more);

	OK(unpack_notes_text(&none) == NULL);
	EQ_STR(a, "1 device node was left out");
	EQ_STR(b, "2 device nodes and 1 extended attribute were left out");
}

static void clean_up(void)
{
	auto_close int maps = maps_fd();
	auto_dir DIR *d = fdopendir(maps_fd());
	struct dirent *ent;
	struct err e;

	while (d && (ent = readdir(d)))
		if (ent->d_name[0] != '.')
			layer_remove(maps, ent->d_name, &e);
	store_release(&world.s);
	OK(tree_remove(AT_FDCWD, world.root, &e) == 0);
}

int main(void)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	snprintf(world.root, sizeof(world.root), "/tmp/unpack_test.XXXXXX");
	if (!mkdtemp(world.root) || store_open_at(world.root, &world.s, &e) < 0)
		return 1;
	RUN(what_was_left_out);
	if (idmap_choose(&req, &world.map, &e) < 0 ||
	    unpacker_start(&world.s, &world.map, &world.u, &e) < 0) {
		printf("ok - the rest # skip no user namespace: %s\n", e.text);
		return DONE();
	}
	RUN(a_fed_layer_appears_when_it_is_finished);
	RUN(several_at_once);
	RUN(the_same_twice_at_once);
	RUN(a_wrong_diff_id_leaves_nothing);
	RUN(a_cut_feed_leaves_nothing);
	RUN(garbage_breaks_the_feed);
	RUN(an_abort_leaves_nothing);
	RUN(a_blob_from_a_file);
	RUN(not_a_diff_id);
	unpacker_stop(world.u);
	RUN(clean_up);
	return DONE();
}
