/* What a library is made of, in one word: its files, and its programs. */
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalogue/catalogue.h"
#include "catalogue/same_tests.h"

/* Also where a link leads back to a folder above it. */
#define DEPTH_MOST 8

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* One that cannot be read counts as it stands there: by its name. */
static uint64_t add_bytes(EVP_MD_CTX *digest, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char bytes[16384];
	uint64_t all = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0) {
		EVP_DigestUpdate(digest, bytes, (size_t)n);
		all += (uint64_t)n;
	}
	if (fd >= 0)
		close(fd);
	return all;
}

/* The length behind the bytes, in text: no file passes for two. */
static void add_file(EVP_MD_CTX *digest, const char *name, const char *path)
{
	char length[24];
	uint64_t all;

	if (!file_is_regular(path))
		return;
	EVP_DigestUpdate(digest, name, strlen(name) + 1);
	all = add_bytes(digest, path);
	snprintf(length, sizeof(length), "%llu", (unsigned long long)all);
	EVP_DigestUpdate(digest, length, strlen(length) + 1);
}

/* `name` is the folder's within the library's: "", "parts/". */
static void add_folder(EVP_MD_CTX *digest, const char *name, const char *path,
		       const struct catalogue_apart *apart, int depth)
{
	struct dirent **list = NULL;
	int count = depth ? scandir(path, &list, NULL, by_name) : 0;

	for (int i = 0; i < count; i++) {
		const char *entry = list[i]->d_name;
		char *file = mem_printf("%s/%s", path, entry);
		char *inner = mem_printf("%s%s", name, entry);
		char *folder = mem_printf("%s/", inner);

		if (!same_tests_counts(entry) ||
		    (apart && apart->has(apart->context, file)))
			; /* nor what is below it */
		else if (file_is_dir(file))
			add_folder(digest, folder, file, apart, depth - 1);
		else
			add_file(digest, inner, file);
		free(file);
		free(inner);
		free(folder);
		free(list[i]);
	}
	free(list);
}

/* A test may come from a folder of its own, which is taken once: the tests of one
 * stand beside each other, or the folder counts again. */
static void add_folders(EVP_MD_CTX *digest, const struct library *library,
			const struct catalogue_apart *apart)
{
	char *last = NULL;

	add_folder(digest, "", library->folder, apart, DEPTH_MOST);
	for (size_t i = 0; i < library->test_count; i++) {
		char *folder = file_folder(library->tests[i].path);

		if (strcmp(folder, library->folder) != 0 &&
		    (!last || strcmp(folder, last) != 0))
			add_folder(digest, "", folder, apart, DEPTH_MOST);
		free(last);
		last = folder;
	}
	free(last);
}

static void add_programs(EVP_MD_CTX *digest, const struct catalogue *catalogue,
			 const struct library *library)
{
	if (strcmp(library->language, "c") != 0)
		return;
	for (size_t i = 0; i < library->test_count; i++) {
		const struct test *test = &library->tests[i];
		char **words = catalogue_command(catalogue, library, test);

		add_file(digest, test->name, words[0]);
		catalogue_free_words(words);
	}
}

void catalogue_digest(const struct catalogue *catalogue,
		      const struct library *library,
		      const struct catalogue_apart *apart,
		      char out[CATALOGUE_DIGEST_BYTES])
{
	unsigned char value[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *digest = EVP_MD_CTX_new();

	*out = '\0';
	if (digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL)) {
		add_folders(digest, library, apart);
		add_programs(digest, catalogue, library);
		if (EVP_DigestFinal_ex(digest, value, NULL))
			for (int i = 0; i < (CATALOGUE_DIGEST_BYTES - 1) / 2; i++)
				snprintf(out + 2 * i, 3, "%02x", value[i]);
	}
	EVP_MD_CTX_free(digest);
}
