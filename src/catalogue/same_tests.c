#include "catalogue/same_tests.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

/* A test is no longer. */
#define FILE_MOST (4 << 20)
#define DEPTH_MOST 8

static bool same_file(const char *a, const char *b)
{
	struct str one = STR_INIT, other = STR_INIT;
	struct err ignored;
	bool same = file_is_regular(b) &&
		    file_read_regular(a, FILE_MOST, &one, &ignored) == 0 &&
		    file_read_regular(b, FILE_MOST, &other, &ignored) == 0 &&
		    one.len == other.len &&
		    (!one.len || !memcmp(one.buf, other.buf, one.len));

	str_release(&one);
	str_release(&other);
	return same;
}

bool same_tests_counts(const char *name)
{
	size_t n = strlen(name);

	return *name != '.' && *name != '#' && n && name[n - 1] != '~' &&
	       strcmp(name, "__pycache__") != 0;
}

/* All that `a` has is in `b` too. */
static bool has_all(const char *a, const char *b, int depth)
{
	DIR *folder = depth ? opendir(a) : NULL;
	bool same = folder != NULL;
	struct dirent *entry;

	while (same && (entry = readdir(folder))) {
		char *one, *other;

		if (!same_tests_counts(entry->d_name))
			continue;
		one = mem_printf("%s/%s", a, entry->d_name);
		other = mem_printf("%s/%s", b, entry->d_name);
		same = file_is_dir(one) ? has_all(one, other, depth - 1)
					: same_file(one, other);
		free(one);
		free(other);
	}
	if (folder)
		closedir(folder);
	return same;
}

bool same_tests(const char *a, const char *b)
{
	return file_is_same(a, b) ||
	       (has_all(a, b, DEPTH_MOST) && has_all(b, a, DEPTH_MOST));
}
