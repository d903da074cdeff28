/* stream.c - a blob inflated and hashed by a thread of its own. */
#include "fs/transfer/stream.h"

#include "fs/transfer/digest.h"
#include "fs/transfer/inflate.h"

#include <pthread.h>

#define CHUNK (256 << 10)
#define CHUNKS 8

struct stream {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int fd;
	/* under the lock: chunks filled and given back, counted from the start */
	size_t filled, freed;
	bool ended, stopped;
	struct err err;         /* why it ended; code 0: all is read */
	/* the reader's, then after its end the other's */
	struct digest digest;
	/* a chunk is its filler's or its reader's, never both's */
	size_t len[CHUNKS];
	char chunk[CHUNKS][CHUNK];
	bool holding;           /* the caller has a chunk */
};

/* A chunk to fill, or NULL when nobody wants more. */
static char *get_empty(struct stream *s, size_t *ret_i)
{
	bool stop;

	pthread_mutex_lock(&s->lock);
	while (s->filled - s->freed == CHUNKS && !s->stopped)
		pthread_cond_wait(&s->changed, &s->lock);
	stop = s->stopped;
	*ret_i = s->filled % CHUNKS;
	pthread_mutex_unlock(&s->lock);
	return stop ? NULL : s->chunk[*ret_i];
}

/* A chunk is filled whole, so that the other thread wakes seldom. */
static ssize_t fill(struct inflate *z, char *buf, struct err *e)
{
	size_t len = 0;

	while (len < CHUNK) {
		ssize_t n = inflate_read(z, buf + len, CHUNK - len, e);

		if (n < 0)
			return n;
		if (n == 0)
			break;
		len += n;
	}
	return len;
}

static int read_all(struct stream *s, struct inflate *z, struct err *e)
{
	char *buf;
	size_t i;

	while ((buf = get_empty(s, &i))) {
		ssize_t n = fill(z, buf, e);

		if (n <= 0)
			return n;
		digest_add(&s->digest, buf, n);
		pthread_mutex_lock(&s->lock);
		s->len[i] = n;
		s->filled++;
		pthread_cond_signal(&s->changed);
		pthread_mutex_unlock(&s->lock);
	}
	return 0;
}

static void *reader(void *arg)
{
	struct stream *s = arg;
	struct inflate *z = NULL;
	struct err e = { 0 };

	if (inflate_open(s->fd, &z, &e) == 0)
		read_all(s, z, &e);
	if (z)
		inflate_close(z);
	pthread_mutex_lock(&s->lock);
	s->err = e;
	s->ended = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

int stream_start(int fd, struct stream **ret, struct err *e)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	digest_init(&s->digest);
	errno = pthread_create(&s->thread, NULL, reader, s);
	if (errno) {
		digest_release(&s->digest);
		free(s);
		return err_sys(e, "start a thread");
	}
	*ret = s;
	return 0;
}

ssize_t stream_next(struct stream *s, const void **ret, struct err *e)
{
	ssize_t n = 0;

	pthread_mutex_lock(&s->lock);
	if (s->holding) {
		s->freed++;
		s->holding = false;
		pthread_cond_signal(&s->changed);
	}
	while (s->filled == s->freed && !s->ended)
		pthread_cond_wait(&s->changed, &s->lock);
	if (s->filled != s->freed) {
		s->holding = true;
		n = s->len[s->freed % CHUNKS];
		*ret = s->chunk[s->freed % CHUNKS];
	} else if (s->err.code) {
		*e = s->err;
		n = -s->err.code;
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}

void stream_digest(struct stream *s, char ret[static DIGEST_MAX])
{
	digest_final(&s->digest, ret);
}

void stream_free(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopped = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	digest_release(&s->digest);
	free(s);
}
