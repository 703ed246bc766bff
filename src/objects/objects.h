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
	uint64_t part_bytes; /* of the upload in parts that the ETag tells of,
			      * all but the last; 0: it tells of none */
	const char *content_type;
	int fd;             /* -1, or a file that object_close() closes */
};

/* A key in a listing. */
struct object_entry {
	char key[OBJECT_KEY_MAX + 1];
	struct object object; /* fd is -1 */
};

#define OBJECT_SLICES 40
#define OBJECT_SCRATCH 65536

/* Room for a source's answer; the slices may point into it, so it must live
 * until they are sent. One a connection. */
struct object_slices {
	struct iovec at[OBJECT_SLICES];
	int count;
	char scratch[OBJECT_SCRATCH];
};

struct object_source;

struct object_source_ops {
	/* Fills *out for the key, or ERR_NOT_FOUND; any other code is a fault
	 * of the source (the origin answers 500). Required. */
	int (*find)(struct object_source *source, const char *key,
		    size_t key_len, struct object *out, struct err *err);

	/* Lets go what find() opened. Not required. */
	void (*close)(struct object_source *source, struct object *object);

	/* A walk begins: until the next one does, next() may take a folder as
	 * it was when this walk came to it. Where it is never called, each
	 * next() sees things as they are. Not required. */
	void (*begin)(struct object_source *source);

	/* The smallest key, in byte order, that starts with `prefix` and is
	 * greater than `after` ("" for the first); ERR_NOT_FOUND at the end.
	 * Required. */
	int (*next)(struct object_source *source, const char *prefix,
		    const char *after, struct object_entry *out,
		    struct err *err);

	/* Describes bytes from `offset` on, at most `length` (the caller has
	 * checked the range against the size). Fills out->at and returns how
	 * many bytes it covers, more than 0; a negative code when the bytes
	 * cannot be had (a file that became shorter, a store that refuses),
	 * with a sentence that names the object and the byte. What slices
	 * point to outside of the scratch must never change while the source
	 * lives: the kernel may read it after the call. Required. */
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
	unsigned files; /* that are open for each object that is found */
	bool outside;  /* a store's that is not ours: named by its bucket */
};

/* Convenience for callers; all take what the hooks take. */
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
