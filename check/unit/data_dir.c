/* A folder as a source: nothing outside of it, listings in byte order, files
 * that change while they are read; and the manifest over it. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/data.h"
#include "data/folder.h"

static char folder[] = "/tmp/check-dir-XXXXXX";

static void put_file(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);
	char *slash = strrchr(path, '/');
	int fd;

	*slash = '\0';
	assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
	*slash = '/';
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
	close(fd);
	free(path);
}

static void put_link(const char *target, const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

static struct object_source *open_root(void)
{
	struct object_source *source;
	char *root = mem_printf("%s/root", folder);
	struct err err;

	if (data_dir_new(&source, root, "bucket", "name", &err) < 0)
		fail_msg("%s", err.text);
	free(root);
	return source;
}

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

static int find(struct object_source *source, const char *key,
		struct object *out)
{
	return source->ops->find(source, key, strlen(key), out, NULL);
}

static bool found(struct object_source *source, const char *key)
{
	struct object object;
	int code = find(source, key, &object);

	if (code == 0)
		object_close(source, &object);
	else
		assert_int_equal(code, ERR_NOT_FOUND);
	return code == 0;
}

static void nothing_outside_is_reached(void **state)
{
	static const char *const absent[] = {
		"", ".", "..", "/", "//", "../secret", "in/../../secret",
		"in/../file", "./file", "/file", "in//file", "in/", "in",
		"file/", "file/x", "/etc/passwd", "nothing", "out", "out_dir/x",
		"out_absolute", "in/up", "in/up2", "loop", "pipe",
		"root_proc/self/status",
	};
	struct object_source *source;
	char *pipe;

	(void)state;
	put_file("secret", "secret");
	put_file("away/x", "secret");
	put_file("root/file", "0123456789");
	put_file("root/in/file", "abc");
	put_link("../secret", "root/out");
	put_link("../away", "root/out_dir");
	put_link("/etc/passwd", "root/out_absolute");
	put_link("../../secret", "root/in/up");
	put_link("../../root/file", "root/in/up2"); /* out and in again */
	put_link("loop", "root/loop");
	put_link("/proc", "root/root_proc");
	put_link("in/file", "root/within");
	put_link("../file", "root/in/within");
	pipe = mem_printf("%s/root/pipe", folder);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	free(pipe);

	source = open_root();
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		if (found(source, absent[i]))
			fail_msg("'%s' was found", absent[i]);
	assert_true(found(source, "file"));
	assert_true(found(source, "in/file"));
	assert_true(found(source, "within"));
	assert_true(found(source, "in/within"));
	object_source_free(source);
}

/* The way for kernels without openat2(): no link is followed at all. */
static void without_openat2_no_link_is_followed(void **state)
{
	char *root = mem_printf("%s/root", folder);
	int at, fd;

	(void)state;
	put_file("root/in/deep/file", "abc");
	put_link("in", "root/link");
	put_link("in/deep/file", "root/file");
	at = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(root);
	fd = folder_open(at, "in/deep/file", O_RDONLY, true);
	assert_true(fd >= 0);
	close(fd);
	assert_true(folder_open(at, "link/deep/file", O_RDONLY, true) < 0);
	assert_true(errno == ENOTDIR || errno == ELOOP);
	assert_true(folder_open(at, "file", O_RDONLY, true) < 0);
	assert_int_equal(errno, ELOOP);
	assert_true(folder_open(at, "in/none/file", O_RDONLY, true) < 0);
	assert_int_equal(errno, ENOENT);
	fd = folder_open(at, "file", O_RDONLY, false);
	assert_true(fd >= 0);
	close(fd);
	close(at);
}

static void keys_must_be_clean(void **state)
{
	char longest[OBJECT_KEY_MAX + 2];

	(void)state;
	assert_true(folder_key_ok("a", 1));
	assert_true(folder_key_ok("a/..b/.c", 8));
	assert_true(folder_key_ok("gr\xc3\xbc\xc3\x9f/\xf0\x9f\x8c\x8d", 11));
	assert_false(folder_key_ok("a\0b", 3));
	assert_false(folder_key_ok("a\nb", 3));
	assert_false(folder_key_ok("\xff", 1));
	assert_false(folder_key_ok("\xc0\xaf", 2));         /* overlong "/" */
	assert_false(folder_key_ok("\xed\xa0\x80", 3));     /* surrogate */
	assert_false(folder_key_ok("\xf4\x90\x80\x80", 4)); /* too large */
	assert_false(folder_key_ok("\xc3", 1));
	assert_false(folder_key_ok("\xe2\x82", 2));
	memset(longest, 'x', sizeof(longest));
	assert_true(folder_key_ok(longest, OBJECT_KEY_MAX));
	assert_false(folder_key_ok(longest, OBJECT_KEY_MAX + 1));
}

/* Everything that a listing gives, a key a line. */
static void list(struct object_source *source, const char *prefix,
		 const char *after, struct str *out)
{
	char last[OBJECT_KEY_MAX + 1];
	struct object_entry entry;
	struct object object;
	int code;

	strcpy(last, after);
	while ((code = source->ops->next(source, prefix, last, &entry,
					 NULL)) == 0) {
		str_addf(out, "%s\n", entry.key);
		assert_int_equal(find(source, entry.key, &object), 0);
		assert_int_equal(object.size, entry.object.size);
		assert_string_equal(object.etag, entry.object.etag);
		object_close(source, &object);
		strcpy(last, entry.key);
	}
	assert_int_equal(code, ERR_NOT_FOUND);
}

static void expect_list(struct object_source *source, const char *prefix,
			const char *after, const char *expected)
{
	struct str said = STR_INIT;

	list(source, prefix, after, &said);
	if (strcmp(said.buf, expected))
		fail_msg("prefix '%s' after '%s': %s instead of %s", prefix,
			 after, said.buf, expected);
	str_release(&said);
}

static void listings_are_in_byte_order(void **state)
{
	struct object_source *source;
	char *only;

	(void)state;
	put_file("root/a/x", "");
	put_file("root/a/b/c/deep", "");
	put_file("root/a-b", "");
	put_file("root/a.txt", "");
	put_file("root/ab", "");
	put_file("root/a0", "");
	put_file("root/A", "");
	put_file("root/.hidden", "");
	put_file("root/z\xc3\xbc", "");
	put_file("root/not\xfftext", "");
	put_file("root/new\nline", "");
	put_file("root/empty/one", "");
	put_file("elsewhere/secret", "");
	only = mem_printf("%s/root/empty/one", folder);
	assert_int_equal(unlink(only), 0);
	free(only);
	put_link("a/x", "root/link");
	put_link("../elsewhere/secret", "root/out");
	put_link("a", "root/link_to_folder");
	source = open_root();
	expect_list(source, "", "", ".hidden\nA\na-b\na.txt\na/b/c/deep\na/x\n"
		    "a0\nab\nlink\nz\xc3\xbc\n");
	expect_list(source, "a", "", "a-b\na.txt\na/b/c/deep\na/x\na0\nab\n");
	expect_list(source, "a/", "", "a/b/c/deep\na/x\n");
	expect_list(source, "a/b/c/d", "", "a/b/c/deep\n");
	expect_list(source, "ab", "", "ab\n");
	expect_list(source, "abc", "", "");
	expect_list(source, "empty/", "", "");
	expect_list(source, "", "a/b/c/deep", "a/x\na0\nab\nlink\nz\xc3\xbc\n");
	expect_list(source, "", "a/b/c/deep0", "a/x\na0\nab\nlink\nz\xc3\xbc\n");
	expect_list(source, "", "a/b/c", "a/b/c/deep\na/x\na0\nab\nlink\n"
		    "z\xc3\xbc\n");
	expect_list(source, "", "a/", "a/b/c/deep\na/x\na0\nab\nlink\n"
		    "z\xc3\xbc\n");
	expect_list(source, "", "a/x/y", "a0\nab\nlink\nz\xc3\xbc\n");
	expect_list(source, "a", "a0", "ab\n");
	expect_list(source, "a/", "a0", "");
	expect_list(source, "../", "", "");
	expect_list(source, "/", "", "");
	object_source_free(source);
}

static void many_files_are_listed_once(void **state)
{
	struct object_source *source;
	struct str said = STR_INIT, expected = STR_INIT;

	(void)state;
	for (int i = 0; i < 40; i++)
		for (int j = 0; j < 50; j++) {
			char name[64];

			snprintf(name, sizeof(name), "root/d%02d/f%02d", i, j);
			put_file(name, "x");
			str_addf(&expected, "%s\n", name + 5);
		}
	source = open_root();
	list(source, "", "", &said);
	assert_string_equal(said.buf, expected.buf);
	str_release(&said);
	str_release(&expected);
	object_source_free(source);
}

static void changes_are_seen(void **state)
{
	struct object_source *source;
	struct object_entry entry;
	struct object object;
	char *gone;

	(void)state;
	put_file("root/a", "1");
	put_file("root/b", "1");
	source = open_root();
	expect_list(source, "", "", "a\nb\n");
	put_file("root/aa/file", "1");
	expect_list(source, "", "", "a\naa/file\nb\n");
	gone = mem_printf("%s/root/aa", folder);
	assert_int_equal(file_remove_tree(gone, NULL), 0);
	free(gone);
	expect_list(source, "", "a", "b\n");
	assert_int_equal(find(source, "a", &object), 0);
	strcpy(entry.key, object.etag);
	object_close(source, &object);
	put_file("root/a", "22");
	assert_int_equal(find(source, "a", &object), 0);
	assert_string_not_equal(object.etag, entry.key);
	object_close(source, &object);
	object_source_free(source);
}

/* 32 hexadecimal digits alone would be an MD5 to S3's clients. */
static void etags_are_no_md5(void **state)
{
	struct object_source *source;
	struct object object;

	(void)state;
	put_file("root/file", "0123456789");
	put_file("root/empty", "");
	source = open_root();
	assert_int_equal(find(source, "file", &object), 0);
	assert_int_equal(strlen(object.etag), 36);
	assert_int_equal(strspn(object.etag + 1, "0123456789abcdef"), 32);
	assert_string_equal(object.etag + 33, "-1\"");
	assert_int_equal(object.part_bytes, 10);
	object_close(source, &object);
	assert_int_equal(find(source, "empty", &object), 0);
	assert_string_equal(object.etag + 33, "-1\"");
	assert_true(object.part_bytes > 0);
	object_close(source, &object);
	object_source_free(source);
}

static void a_walk_sees_a_folder_once(void **state)
{
	struct object_source *source;
	struct object_entry entry;

	(void)state;
	put_file("root/a", "1");
	put_file("root/c", "1");
	source = open_root();
	object_begin(source);
	assert_int_equal(source->ops->next(source, "", "", &entry, NULL), 0);
	assert_string_equal(entry.key, "a");
	put_file("root/b", "1");
	assert_int_equal(source->ops->next(source, "", "a", &entry, NULL), 0);
	assert_string_equal(entry.key, "c");
	object_begin(source);
	expect_list(source, "", "", "a\nb\nc\n");
	object_source_free(source);
}

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* CPU time that the steps of a walk take, with a file made and removed before
 * each or not. */
static uint64_t walk_ns(struct object_source *source, bool churn)
{
	struct object_entry entry = { .key = "" };
	char *path = mem_printf("%s/root/zz", folder);
	uint64_t total = 0, before;
	int code;

	object_begin(source);
	do {
		if (churn) {
			put_file("root/zz", "");
			unlink(path);
		}
		before = cpu_ns();
		code = source->ops->next(source, "", entry.key, &entry, NULL);
		total += cpu_ns() - before;
	} while (code == 0);
	free(path);
	return total;
}

static void a_changing_folder_is_not_read_for_each_key(void **state)
{
	struct object_source *source;
	uint64_t quiet, churned;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "root/f%04d", i);
		put_file(name, "");
	}
	source = open_root();
	walk_ns(source, false);
	quiet = walk_ns(source, false);
	churned = walk_ns(source, true);
	if (churned > 10 * quiet)
		fail_msg("%llu us of CPU instead of %llu",
			 (unsigned long long)churned / 1000,
			 (unsigned long long)quiet / 1000);
	object_source_free(source);
}

static void a_shorter_file_is_a_fault(void **state)
{
	struct object_source *source;
	struct object object;
	char bytes[200000], *path;
	struct err err;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	bytes[sizeof(bytes) - 1] = '\0';
	put_file("root/file", bytes);
	source = open_root();
	assert_int_equal(find(source, "file", &object), 0);
	assert_int_equal(object.size, sizeof(bytes) - 1);
	assert_int_equal(object_read(source, &object, 5, 190000, bytes, &err),
			 0);
	path = mem_printf("%s/root/file", folder);
	assert_int_equal(truncate(path, 100000), 0);
	assert_int_equal(object_read(source, &object, 0, 100000, bytes, &err),
			 0);
	assert_int_equal(object_read(source, &object, 5, 190000, bytes, &err),
			 ERR_FAILED);
	assert_names(err, "100000");
	/* A file that is gone can still be read by who has it open. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(object_read(source, &object, 0, 100000, bytes, &err),
			 0);
	assert_false(found(source, "file"));
	free(path);
	object_close(source, &object);
	object_source_free(source);
}

static void the_root_must_be_a_folder(void **state)
{
	struct object_source *source;
	char *path = mem_printf("%s/file", folder);
	struct err err;

	(void)state;
	put_file("file", "");
	assert_int_equal(data_dir_new(&source, path, "b", "n", &err),
			 ERR_USAGE);
	assert_names(err, path);
	assert_int_equal(data_dir_new(&source, "/nowhere/at/all", "b", "n",
				      &err), ERR_USAGE);
	assert_int_equal(data_dir_new(&source, folder, "0123456789012345678901"
				      "234567890123456789012345678901234567890"
				      "123", "n", &err), ERR_USAGE);
	free(path);
}

static json_t *line_of(const char *text, size_t number)
{
	json_t *line;

	while (number--)
		text = strchr(text, '\n') + 1;
	line = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(line);
	return line;
}

static int manifest(struct object_source *source, struct str *out,
		    uint64_t limit, struct err *err)
{
	char *text = NULL;
	size_t n = 0;
	FILE *file = open_memstream(&text, &n);
	int code = data_manifest_write(source, file, limit, err);

	fclose(file);
	str_add_n(out, text, n);
	free(text);
	return code;
}

static void manifests_tell_tiffs_apart(void **state)
{
	struct object_source *s2, *dir;
	struct str out = STR_INIT;
	char header[8192], *path;
	struct object object;
	json_t *line, *levels;
	struct err err;

	(void)state;
	assert_int_equal(data_s2_new(&s2, 3, NULL), 0);
	assert_int_equal(manifest(s2, &out, 2, &err), 0);
	line = line_of(out.buf, 1);
	assert_string_equal(json_string_value(json_object_get(line, "key")),
			    "s2/00001/B04.tif");
	assert_string_equal(json_string_value(json_object_get(line, "name")),
			    "s2");
	assert_string_equal(json_string_value(json_object_get(line, "bucket")),
			    "bench");
	assert_int_equal(json_integer_value(json_object_get(line, "size")),
			 218693282);
	levels = json_object_get(json_object_get(line, "layout"), "levels");
	assert_int_equal(json_array_size(levels), 5);
	json_decref(line);
	str_reset(&out);
	assert_int_equal(manifest(s2, &out, 0, &err), 0);
	json_decref(line_of(out.buf, 2));

	assert_int_equal(s2->ops->find(s2, "s2/00000/B04.tif", 16, &object,
				       NULL), 0);
	assert_int_equal(object_read(s2, &object, 0, sizeof(header), header,
				     NULL), 0);
	path = mem_printf("%s/root/b.tif", folder);
	put_file("root/a \"quoted\".json", "{}");
	put_file("root/c.tif", "II*\001damaged");
	assert_int_equal(file_write(path, header, sizeof(header), &err), 0);
	dir = open_root();
	str_reset(&out);
	assert_int_equal(manifest(dir, &out, 0, &err), 0);
	line = line_of(out.buf, 0);
	assert_string_equal(json_string_value(json_object_get(line, "key")),
			    "a \"quoted\".json");
	assert_null(json_object_get(line, "layout"));
	json_decref(line);
	line = line_of(out.buf, 1);
	assert_non_null(json_object_get(line, "layout"));
	json_decref(line);
	line = line_of(out.buf, 2);
	assert_null(json_object_get(line, "layout"));
	json_decref(line);
	str_release(&out);
	free(path);
	object_source_free(dir);
	object_source_free(s2);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(nothing_outside_is_reached),
		CHECK(without_openat2_no_link_is_followed),
		CHECK(keys_must_be_clean),
		CHECK(listings_are_in_byte_order),
		CHECK(many_files_are_listed_once),
		CHECK(changes_are_seen),
		CHECK(etags_are_no_md5),
		CHECK(a_walk_sees_a_folder_once),
		CHECK(a_changing_folder_is_not_read_for_each_key),
		CHECK(a_shorter_file_is_a_fault),
		CHECK(the_root_must_be_a_folder),
		CHECK(manifests_tell_tiffs_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
