/* A folder that stands for the root of a machine, and files in it. */
#ifndef CHECK_UNIT_PUT_AT_H
#define CHECK_UNIT_PUT_AT_H

#include "check.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

/* An empty one. */
static inline char *root_new(const char *name)
{
	const char *tmp = getenv("TMPDIR");
	char *root = mem_printf("%s/%s-XXXXXX", tmp ? tmp : "/tmp", name);

	assert_non_null(mkdtemp(root));
	return root;
}

static inline void root_free(char *root)
{
	assert_int_equal(file_remove_tree(root, NULL), 0);
	free(root);
}

/* `path` is absolute, below the root; its folders are made. */
static inline void put_at(const char *root, const char *path, const char *text)
{
	char *full = mem_printf("%s%s", root, path), *slash;

	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	assert_int_equal(file_write(full, text, strlen(text), NULL), 0);
	free(full);
}

#endif
