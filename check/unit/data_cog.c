/* Real COGs: that they are made once, and that a damaged one is noticed. The
 * program make-cog is taken from where the Makefile puts it. */
#include "check.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/data.h"
#include "formats/tiff.h"

static char folder[] = "/tmp/check-cog-XXXXXX";

static int setup(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

/* In the scratch folder; the caller frees. */
static char *path_of(const char *name)
{
	return mem_printf("%s/%s", folder, name);
}

static void put_file(const char *name, const char *text)
{
	char *path = path_of(name);

	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
	assert_int_equal(chmod(path, 0700), 0);
	free(path);
}

static void failures_have_a_sentence(void **state)
{
	char *script = path_of("make-cog"), *cogs = path_of("cogs");
	struct err err;

	(void)state;
	assert_int_equal(data_cog_make("/nowhere/make-cog", cogs, 1, &err),
			 ERR_FAILED);
	assert_names(err, "/nowhere/make-cog");
	put_file("make-cog", "#!/bin/sh\n"
		 "echo 'make-cog: the disk is full' >&2\nexit 1\n");
	assert_int_equal(data_cog_make(script, cogs, 1, &err), ERR_FAILED);
	assert_names(err, "cannot be made: make-cog: the disk is full");
	put_file("make-cog", "#!/bin/sh\nexec kill -9 $$\n");
	assert_int_equal(data_cog_make(script, cogs, 1, &err), ERR_FAILED);
	put_file("make-cog", "#!/bin/sh\nkill -9 $$\n");
	assert_int_equal(data_cog_make(script, cogs, 1, &err), ERR_FAILED);
	assert_names(err, "signal 9");
	put_file("make-cog", "#!/bin/sh\nexit 0\n");
	assert_int_equal(data_cog_make(script, cogs, 1, &err), ERR_FAILED);
	assert_names(err, "does not hold 1 COGs");
	assert_int_equal(data_cog_make(script, cogs, 0, &err), ERR_USAGE);
	assert_int_equal(data_cog_make(script, cogs, 101, &err), ERR_USAGE);
	free(script);
	free(cogs);
}

static void refused(const char *manifest, const char *part)
{
	struct object_source *source;
	struct err err = { "" };

	put_file("manifest.json", manifest);
	assert_true(data_cog_new(&source, folder, &err) < 0);
	assert_names(err, part);
}

static void manifests_are_not_trusted(void **state)
{
	struct object_source *source;
	struct err err;

	(void)state;
	assert_true(data_cog_new(&source, folder, &err) < 0);
	assert_names(err, "manifest.json");
	put_file("file", "abc");
	refused("", "no list of files");
	refused("{\"version\":1}", "no list of files");
	refused("{\"version\":2,\"files\":[]}", "version 2");
	refused("{\"version\":1,\"files\":[]}", "holds no COG");
	refused("{\"version\":1,\"files\":[{\"name\":\"file\"}]}", "size");
	refused("{\"version\":1,\"files\":[{\"name\":\"../file\",\"size\":3,"
		"\"crc32\":891568578}]}", "not in its folder");
	refused("{\"version\":1,\"files\":[{\"name\":\"file\",\"size\":4,"
		"\"crc32\":891568578}]}", "is not what its manifest says");
	refused("{\"version\":1,\"files\":[{\"name\":\"file\",\"size\":3,"
		"\"crc32\":1}]}", "is not what its manifest says");
	refused("{\"version\":1,\"files\":[{\"name\":\"file\",\"size\":"
		"1099511627776,\"crc32\":1}]}", "larger than");
	put_file("manifest.json", "{\"version\":1,\"files\":[{\"name\":\"file\""
		 ",\"size\":3,\"crc32\":891568578}]}");
	assert_int_equal(data_cog_new(&source, folder, &err), 0);
	object_source_free(source);
}

static void check_object(struct object_source *source,
			 const struct object_entry *entry)
{
	struct tiff_layout layout;
	unsigned char header[16384], tail[100];
	struct object object;
	struct err err;

	assert_int_equal(source->ops->find(source, entry->key,
					   strlen(entry->key), &object, &err),
			 0);
	assert_int_equal(object.size, entry->object.size);
	assert_int_equal(object_read(source, &object, 0, sizeof(header), header,
				     &err), 0);
	assert_int_equal(object_read(source, &object, object.size - 100, 100,
				     tail, &err), 0);
	if (tiff_parse(header, sizeof(header), &layout, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(layout.count, 3);
	assert_int_equal(layout.level[0].width, 2048);
	assert_int_equal(layout.level[0].tile_width, 512);
	assert_int_equal(layout.level[0].tiles, 16);
	assert_int_equal(layout.level[2].width, 512);
	object_close(source, &object);
}

static void check_source(const char *cogs, unsigned count)
{
	struct object_source *source;
	struct object_entry entry;
	struct object object;
	char last[OBJECT_KEY_MAX + 1] = "";
	struct err err;

	if (data_cog_new(&source, cogs, &err) < 0)
		fail_msg("%s", err.text);
	for (unsigned i = 0; i < count; i++) {
		char expected[32];

		assert_int_equal(source->ops->next(source, "cog/", last, &entry,
						   NULL), 0);
		snprintf(expected, sizeof(expected), "cog/%02u.tif", i);
		assert_string_equal(entry.key, expected);
		check_object(source, &entry);
		strcpy(last, entry.key);
	}
	assert_int_equal(source->ops->next(source, "", last, &entry, NULL),
			 ERR_NOT_FOUND);
	assert_int_equal(source->ops->next(source, "d", "", &entry, NULL),
			 ERR_NOT_FOUND);
	assert_int_equal(source->ops->find(source, "cog/0", 5, &object, NULL),
			 ERR_NOT_FOUND);
	object_source_free(source);
}

static void flip_byte(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char c;

	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static void cogs_are_made_once(void **state)
{
	char *here = file_program_dir();
	char *program = mem_printf("%s/../../make-cog", here);
	char *cogs = path_of("a/b"), *file = path_of("a/b/01.tif");
	struct object_source *source;
	struct err err;

	(void)state;
	if (data_cog_make(program, cogs, 2, &err) < 0)
		fail_msg("%s", err.text);
	check_source(cogs, 2);
	/* There: nothing is run. More of them: it is. */
	assert_int_equal(data_cog_make("/bin/false", cogs, 2, &err), 0);
	assert_int_equal(data_cog_make("/bin/false", cogs, 1, &err), 0);
	assert_int_equal(data_cog_make("/bin/false", cogs, 3, &err),
			 ERR_FAILED);
	flip_byte(file, 300000);
	assert_int_equal(data_cog_new(&source, cogs, &err), ERR_INVALID);
	assert_names(err, "01.tif");
	assert_int_equal(truncate(file, 300000), 0);
	assert_int_equal(data_cog_make(program, cogs, 2, &err), 0);
	check_source(cogs, 2);
	free(here);
	free(program);
	free(cogs);
	free(file);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(failures_have_a_sentence),
		CHECK(manifests_are_not_trusted),
		CHECK(cogs_are_made_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
