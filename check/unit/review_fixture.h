/* Comparisons in a database: runs of some libraries in blocks. */
#ifndef CHECK_UNIT_REVIEW_FIXTURE_H
#define CHECK_UNIT_REVIEW_FIXTURE_H

#include <jansson.h>

#include "stored_blocks.h"

#define FULL_BLOCKS 12U

/* Adds a comparison of these libraries, each with its rate and CPU, to a run; names end
 * with NULL. It is the run's `number`-th. */
static inline void store_comparison(struct store *store, const struct run *run,
				    unsigned number,
				    const struct stored_block *libraries,
				    unsigned blocks)
{
	char *comparison = mem_printf("%c%.35s", 'a' + (int)number, run->id);

	for (unsigned block = 0; block < blocks; block++)
		for (size_t i = 0; libraries[i].library; i++) {
			struct stored_block b = libraries[i];

			b.block = block;
			b.comparison = comparison;
			store_block(store, run, &b, NULL);
		}
	free(comparison);
}

/* A run of one comparison, that is over; the caller releases it. */
static inline void store_compared(struct store *store, struct run *run,
				  unsigned hour,
				  const struct stored_block *libraries,
				  unsigned blocks)
{
	begin_run(run, hour);
	store_begin(store, run);
	store_comparison(store, run, 0, libraries, blocks);
	assert_int_equal(store_end_run(store, run, RUN_FINISHED, &err), 0);
}

/* What a path of members leads to, "rows.0.library". */
static inline json_t *find(json_t *json, const char *path)
{
	json_t *value = json;

	while (*path) {
		size_t n = strcspn(path, ".");
		char *name = mem_dup_n(path, n);

		value = json_is_array(value)
				? json_array_get(value, strtoul(name, NULL, 10))
				: json_object_get(value, name);
		if (!value)
			fail_msg("no member %s", name);
		free(name);
		path += n + (path[n] == '.');
	}
	return value;
}

static inline const char *text_of(json_t *json, const char *path)
{
	json_t *value = find(json, path);

	if (!json_is_string(value))
		fail_msg("%s is no text", path);
	return json_string_value(value);
}

static inline double number_of(json_t *json, const char *path)
{
	json_t *value = find(json, path);

	if (!json_is_number(value))
		fail_msg("%s is no number", path);
	return json_number_value(value);
}

static inline bool is_null(json_t *json, const char *path)
{
	return json_is_null(find(json, path));
}

static inline bool flag_of(json_t *json, const char *path)
{
	json_t *value = find(json, path);

	if (!json_is_boolean(value))
		fail_msg("%s is no flag", path);
	return json_is_true(value);
}

#endif
