/* Several sources as one bucket: what is found, listed and read is what each
 * holds by itself. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/data.h"

static struct object_source *make(char *folder)
{
	struct object_source *sources[2], *all;
	char *deep = mem_printf("%s/cog", folder);
	char *file = mem_printf("%s/00.tif", deep);
	struct err err;

	assert_int_equal(file_make_dirs(deep, 0700, &err), 0);
	assert_int_equal(file_write(file, "hello", 5, &err), 0);
	assert_int_equal(data_s2_new(&sources[0], 3, &err), 0);
	assert_int_equal(data_dir_new(&sources[1], folder, "x", "y", &err), 0);
	assert_int_equal(data_union_new(&all, sources, 2, &err), 0);
	free(deep);
	free(file);
	return all;
}

static void check_union(void **state)
{
	static const char *const keys[] = { "cog/00.tif", "s2/00000/B04.tif",
					    "s2/00001/B04.tif",
					    "s2/00002/B04.tif" };
	char folder[] = "/tmp/geoio-check-XXXXXX";
	struct object_entry *entry = mem_new(sizeof(*entry));
	struct object_source *all;
	struct object object;
	char bytes[5];
	struct err err;
	unsigned n = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	all = make(folder);
	assert_string_equal(all->bucket, "bench");
	while (all->ops->next(all, "", entry->key, entry, &err) == 0) {
		assert_true(n < 4);
		assert_string_equal(entry->key, keys[n]);
		n++;
	}
	assert_int_equal(n, 4);
	assert_int_equal(all->ops->find(all, "cog/00.tif", 10, &object, &err),
			 0);
	assert_int_equal(object.size, 5);
	assert_int_equal(object_read(all, &object, 0, 5, bytes, &err), 0);
	assert_memory_equal(bytes, "hello", 5);
	object_close(all, &object);
	assert_int_equal(all->ops->find(all, keys[3], 16, &object, &err), 0);
	assert_int_equal(object.size, 218693282);
	assert_int_equal(object_read(all, &object, 0, 2, bytes, &err), 0);
	assert_memory_equal(bytes, "II", 2);
	object_close(all, &object);
	assert_int_equal(all->ops->find(all, "none", 4, &object, &err),
			 ERR_NOT_FOUND);
	object_source_free(all);
	assert_int_equal(file_remove_tree(folder, &err), 0);
	free(entry);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_union),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
