/* The manifest beside the dataset cog, over a folder that holds two files. */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/data.h"

static char folder[64];

static void put(const char *name, const void *bytes, size_t n)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	close(fd);
}

static void end(void)
{
	file_remove_tree(folder, NULL);
}

static void begin(void)
{
	if (folder[0])
		return;
	strcpy(folder, "/dev/shm/fuzz-cog-XXXXXX");
	must(mkdtemp(folder) != NULL);
	atexit(end);
	put("00.tif", "abc", 3);
	put("01.tif", "", 0);
}

static void check_source(struct object_source *source)
{
	struct object_entry entry;
	char after[OBJECT_KEY_MAX + 1] = "";
	struct err err;

	while (source->ops->next(source, "", after, &entry, &err) == 0) {
		must(strcmp(entry.key, after) > 0);
		must(entry.object.size <= 3);
		strcpy(after, entry.key);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct object_source *source = NULL;
	struct err err = { "" };
	int code;

	begin();
	put("manifest.json", bytes, n);
	code = data_cog_new(&source, folder, &err);
	must_tell(code, &err);
	if (code == 0) {
		check_source(source);
		source->ops->free(source);
	}
	return 0;
}

#include "replay.h"
