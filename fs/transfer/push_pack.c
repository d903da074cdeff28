/* push_pack.c - a thread that compresses a layer. */
#include "fs/transfer/push_pack.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static const char *const notes[] = {
	[PACK_GZIP] = "user.rl.gzip", [PACK_ZSTD] = "user.rl.zstd",
};

bool push_pack_known(int blob, enum packing p, char ret_digest[DIGEST_MAX],
		     uint64_t *ret_size)
{
	char text[128], *space;
	ssize_t n = fgetxattr(blob, notes[p], text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	space = strchr(text, ' ');
	if (!space)
		return false;
	*space = '\0';
	if (!digest_valid(text) || !parse_u64(space + 1, UINT64_MAX, ret_size))
		return false;
	memcpy(ret_digest, text, DIGEST_MAX);
	return true;
}

/* Where a file system has no such attributes it is compressed each time. */
static void note(const struct push_pack *k)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%s %llu", k->digest,
			 (unsigned long long)k->size);

	(void)!fsetxattr(k->in, notes[k->packing], text, n, 0);
}

static void *work(void *arg)
{
	struct push_pack *k = arg;
	uint64_t one = 1;

	k->code = deflate_file(k->in, k->blob.fd, k->packing, k->digest,
			       &k->size, &k->read, &k->err);
	k->done = true;
	(void)!write(k->event, &one, sizeof(one));
	return NULL;
}

int push_pack_start(const struct store *s, enum packing p, int in,
		    struct push_pack *k, struct err *e)
{
	struct stat st;

	if (fstat(in, &st) < 0)
		return err_sys(e, "look at the layer");
	TRY(new_blob_open(s, &k->blob, e));
	k->event = eventfd(0, EFD_CLOEXEC);
	if (k->event < 0)
		return err_sys(e, "make an eventfd");
	k->in = in;
	k->packing = p;
	k->plain = st.st_size;
	errno = pthread_create(&k->thread, NULL, work, k);
	if (errno)
		return err_sys(e, "start a thread");
	k->started = true;
	return 0;
}

int push_pack_finish(struct push_pack *k, struct err *e)
{
	if (k->code < 0) {
		*e = k->err;
		return k->code;
	}
	note(k);
	return 0;
}

void push_pack_release(const struct store *s, struct push_pack *k)
{
	if (k->started)
		pthread_join(k->thread, NULL);
	if (k->event >= 0)
		close(k->event);
	new_blob_release(s, &k->blob);
	*k = (struct push_pack)PUSH_PACK_INIT;
}
