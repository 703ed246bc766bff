/*
 * The TIFF header parser on any bytes. With clang and
 * -fsanitize=fuzzer -DFUZZ_LIBFUZZER a fuzzer; otherwise a program that replays
 * the files given, each whole, at every length, and a thousand times damaged.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/tiff.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct tiff_layout first, second;
	struct err err = { "" };
	int code = tiff_parse(bytes, n, &first, &err);

	if (code != tiff_parse(bytes, n, &second, NULL))
		abort();
	if (code < 0 && (code != ERR_INVALID || !err.text[0] ||
			 strchr(err.text, '\n')))
		abort();
	if (code == 0 && (!first.count || first.count > TIFF_LEVELS_MAX ||
			  !tiff_is_tiff(bytes, n) ||
			  !tiff_layout_equal(&first, &second)))
		abort();
	return 0;
}

#ifndef FUZZ_LIBFUZZER
#include "base/file.h"
#include "base/hash.h"

/* On a copy that ends where the bytes end. */
static void run(const char *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void replay(struct str *file, uint64_t seed)
{
	struct rng rng;

	for (size_t n = 0; n <= file->len; n++)
		run(file->buf, n);
	rng_init(&rng, seed);
	for (int i = 0; i < 1000 && file->len; i++) {
		size_t at = rng_below(&rng, file->len);
		char old = file->buf[at];

		file->buf[at] = (char)rng_next(&rng);
		run(file->buf, file->len);
		if (i % 8) /* damage piles up, eight bytes at a time */
			file->buf[at] = old;
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct str file = STR_INIT;
		struct err err;

		if (file_read(argv[i], 1 << 20, &file, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		replay(&file, (uint64_t)i);
		str_release(&file);
	}
	printf("%d files\n", argc - 1);
	return argc < 2;
}
#endif
