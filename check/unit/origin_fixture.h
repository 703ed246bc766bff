/*
 * For the checks of the origin: a source of a few objects with known bytes and
 * known faults, an origin that serves it in a thread of its own on a port that
 * the kernel chose.
 */
#ifndef CHECK_UNIT_ORIGIN_FIXTURE_H
#define CHECK_UNIT_ORIGIN_FIXTURE_H

#include "http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "origin/ledger.h"
#include "origin/origin.h"

#define FX_PATIENCE_NS (20 * NS_PER_S) /* before a check gives up */
#define FX_BIG_BYTES (6U << 20)
#define FX_MODIFIED 1700000000 /* Tue, 14 Nov 2023 22:13:20 GMT */
#define FX_ETAG "\"00112233445566778899aabbccddeeff-3\""

/* How an object gives its bytes. */
enum fx_kind {
	FX_MEMORY,  /* slices of one block of memory */
	FX_SCRATCH, /* 64 KiB at a time, in the scratch */
	FX_SHORT,   /* as FX_MEMORY, but has no bytes from 1 MiB on */
	FX_GONE,    /* never has any bytes */
	FX_BROKEN,  /* cannot even be found, and that is an error */
};

struct fx_object {
	const char *key;
	uint64_t size;
	enum fx_kind kind;
};

struct fx_source {
	struct object_source source; /* must be first */
	const struct fx_object *objects; /* sorted; key NULL at the end */
	char *bytes; /* FX_BIG_BYTES, of all objects */
	unsigned open; /* objects found and not closed */
};

static const struct fx_object fx_objects[] = {
	{ "a b/&<\xc3\xa9>.tif", 10, FX_MEMORY },
	{ "big", FX_BIG_BYTES, FX_MEMORY },
	{ "broken", 1000, FX_BROKEN },
	{ "dir/one", 1, FX_MEMORY },
	{ "dir/two", 2, FX_MEMORY },
	{ "empty", 0, FX_MEMORY },
	{ "gone", 1000, FX_GONE },
	{ "hello", 1000, FX_MEMORY },
	{ "scratch", 3 << 20, FX_SCRATCH },
	{ "short", 4 << 20, FX_SHORT },
	{ NULL, 0, FX_MEMORY },
};

static inline struct fx_source *fx_of(struct object_source *source)
{
	return (struct fx_source *)source;
}

static inline void fx_fill(const struct fx_source *fx,
			   const struct fx_object *o, struct object *out)
{
	memset(out, 0, sizeof(*out));
	out->id = (uint64_t)(o - fx->objects);
	out->size = o->size;
	out->modified_s = FX_MODIFIED;
	strcpy(out->etag, FX_ETAG);
	out->part_bytes = o->size ? (o->size + 2) / 3 : 1;
	out->content_type = "image/tiff";
	out->fd = -1;
}

static inline int fx_find(struct object_source *source, const char *key,
			  size_t key_len, struct object *out, struct err *err)
{
	struct fx_source *fx = fx_of(source);

	for (const struct fx_object *o = fx->objects; o->key; o++) {
		if (strlen(o->key) != key_len || memcmp(o->key, key, key_len))
			continue;
		if (o->kind == FX_BROKEN)
			return err_set(err, ERR_SYSTEM, "it is broken");
		fx_fill(fx, o, out);
		fx->open++;
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "no such key");
}

static inline void fx_close(struct object_source *source, struct object *object)
{
	(void)object;
	fx_of(source)->open--;
}

static inline int fx_next(struct object_source *source, const char *prefix,
			  const char *after, struct object_entry *out,
			  struct err *err)
{
	struct fx_source *fx = fx_of(source);

	for (const struct fx_object *o = fx->objects; o->key; o++) {
		if (strcmp(o->key, after) <= 0 ||
		    strncmp(o->key, prefix, strlen(prefix)) != 0)
			continue;
		strcpy(out->key, o->key);
		fx_fill(fx, o, &out->object);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "no further key");
}

static inline int64_t fx_slices(struct object_source *source,
				const struct object *object, uint64_t offset,
				uint64_t length, struct object_slices *out,
				struct err *err)
{
	struct fx_source *fx = fx_of(source);
	enum fx_kind kind = fx->objects[object->id].kind;
	uint64_t part = length / 3 + 1;

	if (kind == FX_GONE || (kind == FX_SHORT && offset >= 1 << 20))
		return err_set(err, ERR_FAILED, "gone");
	if (kind == FX_SHORT && offset + length > 1 << 20)
		length = (1 << 20) - offset;
	out->count = 1;
	if (kind == FX_SCRATCH) {
		if (length > OBJECT_SCRATCH)
			length = OBJECT_SCRATCH;
		memcpy(out->scratch, fx->bytes + offset, length);
		out->at[0].iov_base = out->scratch;
		out->at[0].iov_len = length;
		return (int64_t)length;
	}
	out->at[0].iov_base = fx->bytes + offset;
	out->at[0].iov_len = part < length ? part : length;
	if (part >= length)
		return (int64_t)length;
	/* A second slice, and 8 bytes between them from the scratch, as s2
	 * has its stamps. */
	memcpy(out->scratch, fx->bytes + offset + part,
	       length - part < 8 ? length - part : 8);
	out->at[1].iov_base = out->scratch;
	out->at[1].iov_len = length - part < 8 ? length - part : 8;
	out->at[2].iov_base = fx->bytes + offset + part + out->at[1].iov_len;
	out->at[2].iov_len = length - part - out->at[1].iov_len;
	out->count = out->at[2].iov_len ? 3 : 2;
	return (int64_t)length;
}

static inline void fx_free(struct object_source *source)
{
	free(fx_of(source)->bytes);
	free(source);
}

static const struct object_source_ops fx_ops = {
	.find = fx_find,
	.close = fx_close,
	.next = fx_next,
	.slices = fx_slices,
	.free = fx_free,
};

static inline struct fx_source *fx_source_new(const struct fx_object *objects)
{
	struct fx_source *fx = mem_new(sizeof(*fx));

	fx->source.ops = &fx_ops;
	strcpy(fx->source.bucket, "bucket");
	strcpy(fx->source.name, "fixture");
	fx->objects = objects;
	fx->bytes = mem_new(FX_BIG_BYTES);
	for (size_t i = 0; i < FX_BIG_BYTES / 8; i++) {
		uint64_t word = hash_mix(i);

		memcpy(fx->bytes + 8 * i, &word, 8);
	}
	return fx;
}

/* A running origin. */
struct fx {
	struct fx_source *source;
	struct object_source *sources[1];
	struct ledger *ledger;
	struct ledger_row *row; /* of listener 0 */
	struct origin *origin;
	pthread_t thread;
	int stop[2], ready[2];
	int code; /* of origin_serve() */
};

/* Called between open and serve when it is not NULL. */
static void (*fx_before_serving)(struct origin *origin);

static inline void *fx_serve(void *argument)
{
	struct fx *fx = argument;
	struct err err = { "" };

	fx->code = origin_serve(fx->origin, fx->stop[0], fx->ready[1], &err);
	if (fx->code < 0)
		fprintf(stderr, "origin_serve: %s\n", err.text);
	return NULL;
}

/* Waits until an atomic of the ledger is `value`. */
static inline void fx_wait(const _Atomic uint64_t *counter, uint64_t value)
{
	uint64_t until = clock_now_ns() + FX_PATIENCE_NS;

	while (atomic_load(counter) != value && clock_now_ns() < until)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	assert_int_equal(atomic_load(counter), value);
}

static inline void fx_start(struct fx *fx, const struct origin_config *config)
{
	struct err err = { "" };
	unsigned rows = config->listeners ? config->listeners : 1;

	memset(fx, 0, sizeof(*fx));
	fx->source = fx_source_new(fx_objects);
	fx->sources[0] = &fx->source->source;
	fx->ledger = ledger_new(rows);
	fx->row = &fx->ledger->row[0];
	if (origin_open(&fx->origin, config, fx->sources, 1, fx->ledger,
			&err) < 0)
		fail_msg("%s", err.text);
	if (fx_before_serving)
		fx_before_serving(fx->origin);
	assert_int_equal(pipe(fx->stop), 0);
	assert_int_equal(pipe(fx->ready), 0);
	assert_int_equal(pthread_create(&fx->thread, NULL, fx_serve, fx), 0);
	assert_int_equal(read(fx->ready[0], &(char){ 0 }, 1), 1);
}

/* Every object that was found must have been closed by then. */
static inline void fx_stop(struct fx *fx)
{
	close(fx->stop[1]);
	pthread_join(fx->thread, NULL);
	assert_int_equal(fx->code, 0);
	assert_int_equal(atomic_load(&fx->row->in_flight), 0);
	assert_int_equal(atomic_load(&fx->row->open_connections), 0);
	assert_int_equal(fx->source->open, 0);
	close(fx->stop[0]);
	close(fx->ready[0]);
	close(fx->ready[1]);
	origin_free(fx->origin);
	ledger_free(fx->ledger);
	object_source_free(&fx->source->source);
}

static inline int fx_connect(const struct fx *fx)
{
	return http_connect(origin_port(fx->origin, 0), 0);
}

/* Asks over a connection that is there; `lines` are headers, "A: b\r\n". */
static inline void fx_ask(int fd, const char *method, const char *target,
			  const char *lines, struct http_answer *a)
{
	char *text = mem_printf("%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method,
				target, lines);

	http_say(fd, text);
	free(text);
	assert_true(http_read(fd, strcmp(method, "HEAD") != 0, a));
}

/* The same, and checks the status and that the body has a text. */
static inline void fx_ask_for(int fd, const char *method, const char *target,
			      const char *lines, unsigned status,
			      const char *has, struct http_answer *a)
{
	fx_ask(fd, method, target, lines, a);
	if (a->status != status || !a->whole || !http_has(a, has))
		fail_msg("%s gives %u: %s", target, a->status, a->body.buf);
}

/* As fx_ask(), over a connection of its own. */
static inline void fx_get(const struct fx *fx, const char *target,
			  const char *lines, struct http_answer *a)
{
	int fd = fx_connect(fx);

	fx_ask(fd, "GET", target, lines, a);
	close(fd);
}

#endif
