#include "objects/objects.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/work.h"

void object_close(struct object_source *source, struct object *object)
{
	if (source->ops->close)
		source->ops->close(source, object);
	if (object->fd >= 0)
		close(object->fd);
	object->fd = -1;
}

void object_begin(struct object_source *source)
{
	if (source->ops->begin)
		source->ops->begin(source);
}

void object_source_free(struct object_source *source)
{
	if (source)
		source->ops->free(source);
}

int object_walk(struct object_source *source, const struct object *object,
		uint64_t offset, uint64_t length,
		void (*take)(void *context, const void *bytes, size_t n),
		void *context, struct err *err)
{
	struct object_slices *slices = mem_new(sizeof(*slices));
	int code = 0;

	while (length && code == 0) {
		int64_t n = source->ops->slices(source, object, offset, length,
						slices, err);

		if (n < 0) {
			code = (int)n;
			break;
		}
		for (int i = 0; i < slices->count; i++)
			take(context, slices->at[i].iov_base,
			     slices->at[i].iov_len);
		offset += (uint64_t)n;
		length -= (uint64_t)n;
		code = work_done(0, (uint64_t)n, err);
	}
	free(slices);
	return code;
}

static void copy(void *context, const void *bytes, size_t n)
{
	char **to = context;

	memcpy(*to, bytes, n);
	*to += n;
}

int object_read(struct object_source *source, const struct object *object,
		uint64_t offset, uint64_t length, void *out, struct err *err)
{
	char *to = out;

	return object_walk(source, object, offset, length, copy, &to, err);
}
