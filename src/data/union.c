/* Several sources as one. Which one an object belongs to stands in the highest
 * byte of its id. */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SOURCES_MAX 8
#define SHIFT 56

struct joined {
	struct object_source base;
	struct object_source *at[SOURCES_MAX];
	unsigned count;
};

static struct joined *of(struct object_source *source)
{
	return (struct joined *)source;
}

static void mark(struct object *object, unsigned number)
{
	object->id |= (uint64_t)number << SHIFT;
}

/* The source of an object, and the object as that one knows it. */
static struct object_source *unmark(struct object_source *source,
				    const struct object *object,
				    struct object *inner)
{
	*inner = *object;
	inner->id &= (1ULL << SHIFT) - 1;
	return of(source)->at[object->id >> SHIFT];
}

static int union_find(struct object_source *source, const char *key,
		      size_t key_len, struct object *out, struct err *err)
{
	struct joined *joined = of(source);
	int code = ERR_NOT_FOUND;

	for (unsigned i = 0; code == ERR_NOT_FOUND && i < joined->count; i++) {
		code = joined->at[i]->ops->find(joined->at[i], key, key_len,
						out, err);
		if (code == 0)
			mark(out, i);
	}
	return code;
}

static void union_close(struct object_source *source, struct object *object)
{
	struct object inner;
	struct object_source *owner = unmark(source, object, &inner);

	if (owner->ops->close)
		owner->ops->close(owner, &inner);
	object->fd = inner.fd;
}

static void union_begin(struct object_source *source)
{
	for (unsigned i = 0; i < of(source)->count; i++)
		object_begin(of(source)->at[i]);
}

/* The smallest of what each has next. */
static int union_next(struct object_source *source, const char *prefix,
		      const char *after, struct object_entry *out,
		      struct err *err)
{
	struct joined *joined = of(source);
	struct object_entry *entry = mem_new(sizeof(*entry));
	char *from = mem_dup(after); /* may stand in *out */
	int result = ERR_NOT_FOUND;

	for (unsigned i = 0; i < joined->count; i++) {
		int code = joined->at[i]->ops->next(joined->at[i], prefix,
						    from, entry, err);

		if (code == ERR_NOT_FOUND)
			continue;
		if (code < 0) {
			result = code;
			break;
		}
		mark(&entry->object, i);
		if (result < 0 || strcmp(entry->key, out->key) < 0)
			*out = *entry;
		result = 0;
	}
	free(entry);
	free(from);
	return result;
}

static int64_t union_slices(struct object_source *source,
			    const struct object *object, uint64_t offset,
			    uint64_t length, struct object_slices *out,
			    struct err *err)
{
	struct object inner;
	struct object_source *owner = unmark(source, object, &inner);

	return owner->ops->slices(owner, &inner, offset, length, out, err);
}

static void union_free(struct object_source *source)
{
	struct joined *joined = of(source);

	for (unsigned i = 0; i < joined->count; i++)
		object_source_free(joined->at[i]);
	free(joined);
}

int data_union_new(struct object_source **out,
		   struct object_source *const *sources, unsigned count,
		   struct err *err)
{
	static const struct object_source_ops ops = {
		.find = union_find,
		.close = union_close,
		.begin = union_begin,
		.next = union_next,
		.slices = union_slices,
		.free = union_free,
	};
	struct joined *joined;

	if (!count || count > SOURCES_MAX) {
		for (unsigned i = 0; i < count; i++)
			object_source_free(sources[i]);
		return err_set(err, ERR_USAGE, "%u sources cannot be joined",
			       count);
	}
	joined = mem_new(sizeof(*joined));
	joined->base.ops = &ops;
	memcpy(joined->base.bucket, sources[0]->bucket,
	       sizeof(joined->base.bucket));
	strcpy(joined->base.name, "all");
	memcpy(joined->at, sources, count * sizeof(*sources));
	for (unsigned i = 0; i < count; i++)
		if (sources[i]->files > joined->base.files)
			joined->base.files = sources[i]->files;
	joined->count = count;
	*out = &joined->base;
	return 0;
}
