/* The files of a database. SQLite lays those beside it where links lead. */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/database.h"

#define LINKS_MOST 40 /* as the kernel's */

const char *const files_ends[FILES_COUNT] = { "", "-wal", "-shm", "-journal" };

char *files_real(const char *path)
{
	char *at = mem_dup(path), target[PATH_MAX];
	ssize_t n;

	for (int i = 0; i < LINKS_MOST; i++) {
		char *folder, *next;

		n = readlink(at, target, sizeof(target) - 1);
		if (n < 0)
			break;
		target[n] = '\0';
		folder = file_folder(at);
		next = *target == '/' ? mem_dup(target)
				      : mem_printf("%s/%s", folder, target);
		free(folder);
		free(at);
		at = next;
	}
	return at;
}

char *files_beside(const char *path, const char *end)
{
	char *real = files_real(path);
	char *file = mem_printf("%s%s", real, end);

	free(real);
	return file;
}

char *files_folder(const char *path)
{
	char *real = files_real(path);
	char *folder = file_folder(real);

	free(real);
	return folder;
}
