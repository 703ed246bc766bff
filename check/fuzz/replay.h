/*
 * A main() for a fuzzer that is built without libFuzzer. Include it last.
 *
 *	PROGRAM [--mutate N SEED] FILE|FOLDER...
 *
 *	PROGRAM --verdicts
 *
 * runs every file whole, cut at every length (of short ones), and then N damaged
 * copies of them, the same ones for the same seed (2000 and 1). A crash is the
 * failure. --verdicts runs what it reads, each input behind its length in bytes
 * as eight hexadecimal digits, and prints one line: for each
 * a 1 (accepted) or a 0.
 *
 * With clang's -fsanitize=fuzzer give -DFUZZ_LIBFUZZER: then this is nothing.
 */
#ifndef CHECK_FUZZ_REPLAY_H
#define CHECK_FUZZ_REPLAY_H

#ifndef FUZZ_LIBFUZZER

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "fuzz.h"

#define REPLAY_LIMIT (1U << 20) /* bytes of one input */
#define REPLAY_CUTS 1024        /* lengths at which one is cut */

struct replay {
	struct str *inputs;
	size_t count, capacity;
};

/* On a copy that ends where the input ends, so that a sanitizer sees a read
 * behind it. */
static void replay_run(const char *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (n)
		memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int replay_add(struct replay *all, const char *path);

static int replay_add_folder(struct replay *all, const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), failed = 0;

	for (int i = 0; i < n; i++) {
		char *inside = mem_printf("%s/%s", path, names[i]->d_name);

		if (names[i]->d_name[0] != '.')
			failed |= replay_add(all, inside);
		free(inside);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return failed || n < 0;
}

static int replay_add(struct replay *all, const char *path)
{
	struct err err;

	if (file_is_dir(path))
		return replay_add_folder(all, path);
	MEM_ROOM(all->inputs, all->count, all->capacity);
	str_init(&all->inputs[all->count]);
	if (file_read(path, REPLAY_LIMIT, &all->inputs[all->count], &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	all->count++;
	return 0;
}

/* One of: a byte changed, a bit changed, bytes taken out, bytes doubled, a
 * part of another input put in, cut short. */
static void replay_damage(struct str *s, const struct replay *all,
			  struct rng *rng)
{
	const struct str *other = &all->inputs[rng_below(rng, all->count)];
	size_t at = rng_below(rng, s->len + 1), n = rng_below(rng, 16) + 1;
	struct str rest = STR_INIT;

	n = n < s->len - at ? n : s->len - at;
	str_add_n(&rest, s->buf + at, s->len - at);
	switch (rng_below(rng, 6)) {
	case 0:
		if (n)
			s->buf[at] = (char)rng_next(rng);
		break;
	case 1:
		if (n)
			s->buf[at] = (char)(s->buf[at] ^
					    (1 << rng_below(rng, 7)));
		break;
	case 2:
		s->len = at;
		str_add_n(s, rest.buf + n, rest.len - n);
		break;
	case 3:
		s->len = at;
		str_add_n(s, rest.buf, n);
		str_add_n(s, rest.buf, rest.len);
		break;
	case 4:
		s->len = at;
		if (other->len) {
			size_t from = rng_below(rng, other->len);
			size_t most = other->len - from;

			str_add_n(s, other->buf + from,
				  rng_below(rng, most) + 1);
		}
		str_add_n(s, rest.buf, rest.len);
		break;
	case 5:
		s->len = at;
		break;
	}
	str_release(&rest);
}

static void replay_mutate(const struct replay *all, uint64_t n, uint64_t seed)
{
	struct str s = STR_INIT;
	struct rng rng;

	rng_init(&rng, seed);
	for (uint64_t i = 0; i < n && all->count; i++) {
		const struct str *from =
			&all->inputs[rng_below(&rng, all->count)];
		uint64_t times = rng_below(&rng, 4) + 1;

		str_reset(&s);
		str_add_n(&s, from->buf, from->len);
		while (times--)
			replay_damage(&s, all, &rng);
		replay_run(s.buf, s.len);
	}
	str_release(&s);
}

static void replay_whole_and_cut(const struct str *input)
{
	size_t step = input->len / REPLAY_CUTS + 1;

	replay_run(input->buf, input->len);
	for (size_t n = 0; n < input->len; n += step)
		replay_run(input->buf, n);
}

static int replay_verdicts(void)
{
	struct str s = STR_INIT;
	char digits[9] = "";

	while (fread(digits, 8, 1, stdin) == 1) {
		size_t n = strtoul(digits, NULL, 16);
		char *bytes = mem_array(n + 1, 1);

		if (fread(bytes, 1, n, stdin) != n)
			return 1;
		replay_run(bytes, n);
		str_add_char(&s, *fuzz_accepted() ? '1' : '0');
		free(bytes);
	}
	printf("%.*s\n", (int)s.len, s.buf);
	str_release(&s);
	return 0;
}

int main(int argc, char **argv)
{
	struct replay all = { NULL, 0, 0 };
	uint64_t mutations = 2000, seed = 1;
	int first = 1, failed = 0;

	if (argc > 1 && strcmp(argv[1], "--verdicts") == 0)
		return replay_verdicts();
	if (argc > 3 && strcmp(argv[1], "--mutate") == 0) {
		mutations = strtoull(argv[2], NULL, 10);
		seed = strtoull(argv[3], NULL, 10);
		first = 4;
	}
	for (int i = first; i < argc; i++)
		failed |= replay_add(&all, argv[i]);
	for (size_t i = 0; i < all.count; i++)
		replay_whole_and_cut(&all.inputs[i]);
	replay_mutate(&all, mutations, seed);
	printf("%zu inputs, %llu mutations\n", all.count,
	       (unsigned long long)mutations);
	failed |= all.count == 0;
	for (size_t i = 0; i < all.count; i++)
		str_release(&all.inputs[i]);
	free(all.inputs);
	return failed;
}

#endif
#endif
