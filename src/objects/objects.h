/*
 * Where objects come from: the interface between what makes bytes (data/) and
 * what serves or plans them (origin/, plan/). A source is one bucket. It may
 * hold terabytes: nothing here needs memory in proportion to keys or sizes.
 */
#ifndef OBJECTS_OBJECTS_H
#define OBJECTS_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/err.h"

#define OBJECT_KEY_MAX 1024 /* bytes, as S3; UTF-8, not terminated inside */

struct object {
	uint64_t id;        /* the source's own; meaningless elsewhere */
	uint64_t size;      /* bytes */
	int64_t modified_s; /* since 1970, UTC */
	char etag[64];      /* with its quotes; never changes with the content
			     * unchanged */
	uint64_t part_bytes; /* of each part but the last, if the ETag is that
			      * of an upload in parts; 0: it is not */
	const char *content_type;
	int fd;             /* a file that object_close() closes; -1: none */
};

/* A key in a listing. */
struct object_entry {
	char key[OBJECT_KEY_MAX + 1];
	struct object object; /* fd is -1 */
};

#define OBJECT_SLICES 40
#define OBJECT_SCRATCH 65536

/* Room for what slices() describes. The slices may point into the scratch, so
 * it must live until they are sent. */
struct object_slices {
	struct iovec at[OBJECT_SLICES];
	int count;
	char scratch[OBJECT_SCRATCH];
};

struct object_source;

struct object_source_ops {
	/* Fills *out for the key. ERR_NOT_FOUND: it does not exist. Any other
	 * code is a fault of the source (the origin responds 500). Required. */
	int (*find)(struct object_source *source, const char *key,
		    size_t key_len, struct object *out, struct err *err);

	/* Closes what find() opened. Not required. */
	void (*close)(struct object_source *source, struct object *object);

	/* Begins a walk. Until the next walk begins, next() may see a folder as
	 * it was when this walk came to it. If it is never called, each next()
	 * sees folders as they are. Not required. */
	void (*begin)(struct object_source *source);

	/* Finds the smallest key, in byte order, that starts with `prefix` and
	 * is greater than `after` ("" for the first). ERR_NOT_FOUND: there is
	 * no more. Required. */
	int (*next)(struct object_source *source, const char *prefix,
		    const char *after, struct object_entry *out,
		    struct err *err);

	/* Describes at most `length` bytes from `offset` on; the caller has
	 * checked the range against the size. Fills out->at and returns how
	 * many bytes it covers, more than 0. A negative code: the bytes cannot
	 * be read, as of a file that became shorter or a store that refuses.
	 * The sentence names the object and the byte. Slices may point outside
	 * of the scratch. Such bytes must never change while the source lives:
	 * the kernel may read them after the call. Required. */
	int64_t (*slices)(struct object_source *source,
			  const struct object *object, uint64_t offset,
			  uint64_t length, struct object_slices *out,
			  struct err *err);

	/* Frees the source. Required. */
	void (*free)(struct object_source *source);
};

struct object_source {
	const struct object_source_ops *ops;
	char bucket[64];
	char name[64]; /* of the dataset: "s2", "cog", or the folder's name */
	unsigned files; /* open files for each object that is found */
	bool outside;  /* of a store outside, named by its bucket */
};

/* For callers: they take what the hooks take. */
void object_close(struct object_source *source, struct object *object);
void object_begin(struct object_source *source);
void object_source_free(struct object_source *source); /* NULL is fine */

/* Calls `take` with each piece of `length` bytes from `offset` on, in their
 * order; the caller has checked the range. The pieces are lent for the call. */
int object_walk(struct object_source *source, const struct object *object,
		uint64_t offset, uint64_t length,
		void (*take)(void *context, const void *bytes, size_t n),
		void *context, struct err *err);

/* The same into `out`. */
int object_read(struct object_source *source, const struct object *object,
		uint64_t offset, uint64_t length, void *out, struct err *err);

#endif
