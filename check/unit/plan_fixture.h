/* What the checks of plan/ share: a scratch folder, sources, workloads. */
#ifndef CHECK_UNIT_PLAN_FIXTURE_H
#define CHECK_UNIT_PLAN_FIXTURE_H

#include "check.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/data.h"
#include "plan/plan.h"

static char folder[] = "/tmp/check-plan-XXXXXX";

static inline int setup(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static inline int teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

static inline struct object_source *open_s2(uint64_t keys)
{
	struct object_source *source;

	assert_int_equal(data_s2_new(&source, keys, NULL), 0);
	return source;
}

/* `request_size` 0: as usual. */
static inline struct workload workload(const char *test, unsigned replicas,
				unsigned concurrency, uint64_t request_size)
{
	struct workload w = { .replicas = replicas, .seed = 42,
			      .concurrency = concurrency,
			      .request_size = request_size ? request_size
						      : 16384 };

	strcpy(w.test, test);
	return w;
}

static inline void make(struct plan *plan, const struct workload *w,
		 struct object_source *source, uint64_t keys)
{
	struct err err;

	if (plan_make(plan, w, source, keys, &err) < 0)
		fail_msg("%s", err.text);
}

static inline uint32_t crc_of(struct object_source *source, const char *key,
		       uint64_t start, uint64_t length)
{
	unsigned char *bytes = mem_new(length);
	struct object object;
	uint32_t crc;

	assert_int_equal(source->ops->find(source, key, strlen(key), &object,
					   NULL), 0);
	assert_true(start + length <= object.size);
	assert_int_equal(object_read(source, &object, start, length, bytes,
				     NULL), 0);
	object_close(source, &object);
	crc = (uint32_t)crc32_z(0, bytes, length);
	free(bytes);
	return crc;
}

/* A folder with `count` files of `bytes` bytes, "root/0" and so on. */
static inline struct object_source *open_folder(unsigned count, size_t bytes)
{
	char *root = mem_printf("%s/root", folder), *content = mem_new(bytes);
	struct object_source *source;

	assert_int_equal(file_make_dirs(root, 0700, NULL), 0);
	for (unsigned i = 0; i < count; i++) {
		char *path = mem_printf("%s/%u", root, i);

		memset(content, (int)i, bytes);
		assert_int_equal(file_write(path, content, bytes, NULL), 0);
		free(path);
	}
	assert_int_equal(data_dir_new(&source, root, "b", "small", NULL), 0);
	free(content);
	free(root);
	return source;
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* A whole number of a line. */
static inline json_int_t member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value))
		fail_msg("no whole number '%s'", name);
	return json_integer_value(value);
}

#endif
