#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/str.h"
#include "base/text.h"

static void check_str_grows(void **state)
{
	struct str s = STR_INIT;

	(void)state;
	assert_string_equal(s.buf, "");
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%d,", i);
	assert_int_equal(s.len, strlen(s.buf));
	assert_int_equal(s.len, 10 * 2 + 90 * 3 + 900 * 4);
	str_reset(&s);
	str_addf(&s, "%0500d", 7); /* longer than one reserve */
	assert_int_equal(s.len, 500);
	str_release(&s);
	str_release(&s);
	assert_string_equal(s.buf, "");
}

static void check_str_detach(void **state)
{
	struct str s = STR_INIT;
	char *text = str_detach(&s);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	str_add(&s, "abc");
	text = str_detach(&s);
	assert_string_equal(text, "abc");
	assert_int_equal(s.len, 0);
	free(text);
}

static void check_err_sentences(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(NULL, ERR_USAGE, "x"), ERR_USAGE);
	errno = ENOENT;
	assert_int_equal(err_sys(&err, "cannot open %s", "f"), ERR_SYSTEM);
	assert_string_equal(err.text,
			    "cannot open f: No such file or directory");
	err_wrap(&err, ERR_SYSTEM, "replica %d", 3);
	assert_string_equal(
		err.text,
		"replica 3: cannot open f: No such file or directory");
}

/* Escapes in C0, in C1 as UTF-8 and as a lone byte, lines, and what is fine. */
static void check_err_is_clean(void **state)
{
	static const char said[] = "\x1b[2J\xc2\x9b" "31m\x9b" "2J\r\nb\x7f "
				   "\xc3\xa9\xe2\x82\xac\t\n";
	struct err err;

	(void)state;
	err_set(&err, ERR_INVALID, "the store said %s", said);
	assert_string_equal(err.text, "the store said ?[2J??31m?2J? b? "
				      "\xc3\xa9\xe2\x82\xac");
	err_set(&err, ERR_USAGE, "'%s' and %s: no address, a@b",
		"ftp://me:se@cret@host/p@q", "http://me@host");
	assert_string_equal(err.text, "'ftp://@host/p@q' and http://@host: no "
				      "address, a@b");
	err_sys(&err, "cannot open %s", "a\x1b[2J");
	assert_names(err, "cannot open a?[2J: ");
	err_wrap(&err, ERR_INVALID, "a\nb");
	assert_names(err, "a b: cannot");
}

/* The numbers are part of every plan: they may never change. */
static void check_hash_is_fixed(void **state)
{
	struct rng rng;

	(void)state;
	assert_true(hash_mix(0) == 0xe220a8397b1dcdafULL);
	rng_init(&rng, 42);
	assert_true(rng_next(&rng) == hash_mix(hash_mix(42)));
	for (int i = 0; i < 1000; i++)
		assert_in_range(rng_below(&rng, 7), 0, 6);
	assert_int_equal(rng_below(&rng, 1), 0);
}

static void check_rng_is_uniform(void **state)
{
	unsigned count[5] = { 0 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 1);
	for (int i = 0; i < 50000; i++)
		count[rng_below(&rng, 5)]++;
	for (int i = 0; i < 5; i++)
		assert_in_range(count[i], 9600, 10400);
}

static void check_near_names(void **state)
{
	static const char *const names[] = { "aiohttp", "httpx", "obstore" };

	(void)state;
	assert_string_equal(near_name("aiohtpt", names, 3), "aiohttp");
	assert_string_equal(near_name("httpy", names, 3), "httpx");
	assert_null(near_name("boto", names, 3));
	assert_null(near_name("", names, 3));
	assert_int_equal(near_distance("abc", "acb"), 1);
	assert_int_equal(near_distance("abc", "abd"), 1);
	assert_int_equal(near_distance("", "abc"), 3);
}

static void check_clock_text(void **state)
{
	char text[CLOCK_TEXT_BYTES];

	(void)state;
	assert_string_equal(clock_format(1745395695938238000ULL, text),
			    "2025-04-23 08:08:15.938238");
	assert_true(clock_ns(1.5) == 1500000000ULL);
	assert_true(clock_ns(-1) == 0);
	assert_true(clock_ns(0.0 / 0.0) == 0);
}

static void check_files(void **state)
{
	char folder[] = "/tmp/geoio-check-XXXXXX";
	struct str text = STR_INIT;
	struct err err;
	char *deep, *file, *other, *link;

	(void)state;
	assert_non_null(mkdtemp(folder));
	deep = mem_printf("%s/a/b/c", folder);
	file = mem_printf("%s/f", deep);
	other = mem_printf("%s/other", deep);
	assert_int_equal(file_make_dirs(deep, 0700, &err), 0);
	assert_int_equal(file_make_dirs(deep, 0700, &err), 0);
	assert_int_equal(file_write(file, "hello", 5, &err), 0);
	assert_int_equal(file_read(file, 5, &text, &err), 0);
	assert_string_equal(text.buf, "hello");
	str_reset(&text);
	assert_int_equal(file_read(file, 4, &text, &err), ERR_INVALID);
	assert_names(err, file);
	/* A link under the name that a temporary file once had. */
	link = mem_printf("%s.%ld.tmp", file, (long)getpid());
	assert_int_equal(file_write(other, "stays", 5, &err), 0);
	assert_int_equal(symlink(other, link), 0);
	assert_int_equal(file_write(file, "again", 5, &err), 0);
	str_reset(&text);
	assert_int_equal(file_read(other, 5, &text, &err), 0);
	assert_string_equal(text.buf, "stays");
	free(link);
	free(other);
	assert_int_equal(file_remove_tree(folder, &err), 0);
	assert_false(file_exists(folder));
	assert_int_equal(file_remove_tree(folder, &err), 0);
	assert_int_equal(file_read(file, 4, &text, &err), ERR_SYSTEM);
	str_release(&text);
	free(deep);
	free(file);
}

static void check_json_members(void **state)
{
	json_t *o = json_pack("{s:i, s:f, s:s, s:b, s:n, s:i}", "n", 7, "x",
			      0.5, "t", "word", "b", 1, "z", "neg", -1);
	const char *text = NULL;
	uint64_t n = 0;
	double x = 0;
	bool b = false;
	struct err err;

	(void)state;
	assert_int_equal(json_get_u64(o, "n", true, &n, "it", &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(json_get_number(o, "x", true, &x, "it", &err), 0);
	assert_int_equal(json_get_text(o, "t", true, &text, "it", &err), 0);
	assert_string_equal(text, "word");
	assert_int_equal(json_get_bool(o, "b", true, &b, "it", &err), 0);
	assert_true(b);
	assert_int_equal(json_get_u64(o, "z", false, &n, "it", &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(json_get_u64(o, "z", true, &n, "it", &err),
			 ERR_INVALID);
	assert_int_equal(json_get_u64(o, "neg", true, &n, "it", &err),
			 ERR_INVALID);
	assert_int_equal(json_get_text(o, "n", true, &text, "it", &err),
			 ERR_INVALID);
	assert_names(err, "'n'");
	json_decref(o);
}

static void check_log_areas(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(log_enable("origin,run", &err), 0);
	assert_int_equal(log_mask, 1U << LOG_ORIGIN | 1U << LOG_RUN);
	assert_int_equal(log_enable("orign", &err), ERR_USAGE);
	assert_names(err, "orign");
	log_mask = 0;
}

static void check_wrapped(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	text_wrap(&out, "one two three no", 13, 9, 2, 2);
	assert_string_equal(out.buf, "one two\n  three");
	str_reset(&out);
	text_wrap(&out, "a word-that-fits-nowhere b", 26, 8, 0, 1);
	assert_string_equal(out.buf, "a\n word-that-fits-nowhere\n b");
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_str_grows),
		cmocka_unit_test(check_str_detach),
		cmocka_unit_test(check_err_sentences),
		cmocka_unit_test(check_err_is_clean),
		cmocka_unit_test(check_hash_is_fixed),
		cmocka_unit_test(check_rng_is_uniform),
		cmocka_unit_test(check_near_names),
		cmocka_unit_test(check_clock_text),
		cmocka_unit_test(check_files),
		cmocka_unit_test(check_json_members),
		cmocka_unit_test(check_wrapped),
		cmocka_unit_test(check_log_areas),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
