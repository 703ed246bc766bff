#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/sweep.h"
#include "experiment/varied.h"
#include "cli/typed.h"

static const struct option_spec *const groups[] = {
	options_select, options_trial, options_outside, options_common, NULL
};

static int parse(struct options *options, struct err *err, int argc,
		 const char *const *argv)
{
	options_init(options);
	return options_parse(options, groups, argc, (char *const *)(uintptr_t)argv,
			     err);
}

#define PARSE(options, err, ...)                                               \
	parse(options, err,                                                    \
	      (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), \
	      (const char *[]){ __VA_ARGS__ })

static void check_options_parse(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "aiohttp", "--concurrency", "100",
			       "--no-keep-alive", "--request-size=1MiB",
			       "--timeout=2.5", "--library", "a", "--library=b",
			       "--use-dns-cache=false", "fetch_range"),
			 0);
	assert_int_equal(o.spec.concurrency, 100);
	assert_false(o.spec.keep_alive);
	assert_false(o.spec.use_dns_cache);
	assert_int_equal(o.spec.request_size, 1 << 20);
	assert_true(o.spec.timeout_s == 2.5);
	assert_int_equal(o.library.count, 2);
	assert_int_equal(o.argument_count, 2);
	assert_string_equal(o.arguments[1], "fetch_range");
}

/* Names with commas between are names; in a file, a list is written as one. */
static void check_options_take_lists(void **state)
{
	struct options o, of_file;
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "--library", "a,b@1.0", "--library=c",
			       "--test=t,u"), 0);
	assert_int_equal(o.library.count, 3);
	assert_string_equal(o.library.at[0], "a");
	assert_string_equal(o.library.at[1], "b@1.0");
	assert_string_equal(o.library.at[2], "c");
	assert_int_equal(o.test.count, 2);
	assert_string_equal(o.test.at[1], "u");
	for (const char *const *bad = (const char *const[]){ "a,", ",a", "a,,b",
							     ",", NULL };
	     *bad; bad++) {
		assert_int_equal(PARSE(&o, &err, "--library", *bad),
				 ERR_USAGE);
		assert_names(err, "a name is missing beside a comma");
	}
	options_init(&of_file);
	assert_int_equal(option_set(&of_file,
				    option_find(groups, "library", 7), "a,b",
				    "here", &err), 0);
	assert_string_equal(of_file.library.at[0], "a,b");
}

/* The words of pyasyncio-benchmark. */
static void check_options_of_the_ancestor(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "--library-name", "aiohttp",
			       "--test-name=fetch_range", "--keep-alive",
			       "False", "--use-dns-cache", "True", "--debug",
			       "--timeout", "-1", "x"),
			 0);
	assert_string_equal(o.library.at[0], "aiohttp");
	assert_string_equal(o.test.at[0], "fetch_range");
	assert_false(o.spec.keep_alive);
	assert_true(o.spec.use_dns_cache);
	assert_string_equal(o.debug, "all");
	assert_true(isnan(o.spec.timeout_s));
	assert_int_equal(o.argument_count, 1);
	/* A word that follows and is no value stays an argument. */
	assert_int_equal(PARSE(&o, &err, "--keep-alive", "aiohttp", "--debug",
			       "fetch_range", "--debug", "run,plan"),
			 0);
	assert_true(o.spec.keep_alive);
	assert_int_equal(o.argument_count, 2);
	assert_string_equal(o.debug, "run,plan");
	assert_int_equal(PARSE(&o, &err, "--no-keep-alive", "False"),
			 ERR_USAGE);
	assert_names(err, "write --keep-alive or --no-keep-alive");
	assert_int_equal(PARSE(&o, &err, "--timeout", "-2"), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--warm-up", "-1"), ERR_USAGE);
}

static void check_options_refuse(void **state)
{
	struct options o;
	struct err err;

	(void)state;
	assert_int_equal(PARSE(&o, &err, "--concurency", "5"), ERR_USAGE);
	assert_names(err, "did you mean --concurrency");
	assert_int_equal(PARSE(&o, &err, "--concurrency", "0"), ERR_USAGE);
	assert_names(err, "from 1 to 10000");
	assert_int_equal(PARSE(&o, &err, "--seed", "9007199254740992"),
			 ERR_USAGE);
	assert_names(err, "from 0 to 9007199254740991");
	assert_int_equal(PARSE(&o, &err, "--timeout", "0x1p1"), ERR_USAGE);
	assert_names(err, "--timeout is '0x1p1': give a number of seconds");
	assert_int_equal(PARSE(&o, &err, "--concurrency", "1KiB"), ERR_USAGE);
	assert_names(err, "give a whole number");
	assert_int_equal(PARSE(&o, &err, "--concurrency", "-1"), ERR_USAGE);
	assert_names(err, "it goes from 1 to 10000");
	assert_int_equal(PARSE(&o, &err, "--concurrency", "1.5"), ERR_USAGE);
	assert_names(err, "give a whole number");
	assert_int_equal(PARSE(&o, &err, "--concurrency", "5x"), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--concurrency"), ERR_USAGE);
	assert_names(err, "needs a value");
	assert_int_equal(PARSE(&o, &err, "--concurrency", "--seed", "7"),
			 ERR_USAGE);
	assert_names(err, "--concurrency needs a value, and '--seed' follows");
	assert_int_equal(PARSE(&o, &err, "--timeout", "nan"), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--timeout", "soon"), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--seed", "99999999999999999999999"),
			 ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--no-timeout"), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--keep-alive=maybe"), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "--dataset="), ERR_USAGE);
	assert_int_equal(PARSE(&o, &err, "-x"), ERR_USAGE);
}

static int read_text(struct sweep *sweep, const char *text, struct err *err)
{
	char path[] = "/tmp/geoio-check-XXXXXX";
	int fd = mkstemp(path);
	struct options base;
	int code;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(file_write(path, text, strlen(text), err), 0);
	options_init(&base);
	base.spec.seed = 7;
	code = sweep_read(sweep, path, &base, err);
	unlink(path);
	return code;
}

static void check_sweep_product(void **state)
{
	struct sweep sweep;
	struct err err;

	(void)state;
	assert_int_equal(read_text(&sweep,
				   "library: [aiohttp, obstore]\n"
				   "test: fetch_range\n"
				   "request_size: [16KiB, 1MiB, 8MiB]\n"
				   "keep_alive: false\n",
				   &err),
			 0);
	assert_int_equal(sweep.count, 6);
	assert_string_equal(sweep.jobs[0].library.at[0], "aiohttp");
	assert_int_equal(sweep.jobs[0].spec.request_size, 16384);
	assert_int_equal(sweep.jobs[1].spec.request_size, 1 << 20);
	assert_string_equal(sweep.jobs[5].library.at[0], "obstore");
	assert_int_equal(sweep.jobs[5].spec.request_size, 8 << 20);
	assert_false(sweep.jobs[3].spec.keep_alive);
	assert_int_equal(sweep.jobs[3].spec.seed, 7);
	sweep_release(&sweep);
}

/* A value that any such option takes. */
static const char *value_of(const struct option_spec *spec, char out[64])
{
	switch (spec->kind) {
	case OPTION_COUNT:
	case OPTION_RATE:
	case OPTION_NUMBER:
		snprintf(out, 64, "%.17g", fmin(spec->max, fmax(spec->min, 1)));
		return out;
	case OPTION_FLAG:
		return "true";
	default:
		return "word";
	}
}

/* A board has room for no more (monitor/board.h): a run would not begin. */
static void check_sweep_length(void **state)
{
	static const char eights[] = "[1, 2, 3, 4, 5, 6, 7, 8]";
	char *text = mem_printf("library: a\ntest: b\nseed: %s\n"
				"concurrency: %s\npool_size: %s\n"
				"keys: %s\n", eights, eights, eights, eights);
	char *more = mem_printf("%skeep_alive: [true, false]\n", text);
	struct sweep sweep;
	struct err err;

	(void)state;
	assert_int_equal(read_text(&sweep, text, &err), 0);
	assert_int_equal(sweep.count, BOARD_TESTS_MOST);
	sweep_release(&sweep);
	assert_int_equal(read_text(&sweep, more, &err), ERR_USAGE);
	assert_names(err, "geoio-check-");
	assert_names(err, "more than 4096 trials: split it into several files");
	sweep_release(&sweep);
	free(text);
	free(more);
}

static bool may_be_key(const struct option_spec *spec)
{
	bool library = !strcmp(spec->name, "library");
	bool test = !strcmp(spec->name, "test");
	char value[64], text[256];
	struct sweep sweep;
	struct err err;
	int code;

	snprintf(text, sizeof(text), "%s%s%s: %s\n",
		 library ? "" : "library: a\n", test ? "" : "test: b\n",
		 spec->name, value_of(spec, value));
	code = read_text(&sweep, text, &err);
	sweep_release(&sweep);
	if (code < 0) {
		assert_names(err, "no option of a trial: give --");
		assert_names(err, spec->name);
		assert_names(err, " on the command line instead");
	}
	return code == 0;
}

/* Whether `help` says so: "from --a to --b and from --c to --d" are ranges of what
 * stands below it. `in` is whether the option before was in a range. */
static bool is_said(const char *help, const char *name, bool *in)
{
	char from[80], to[80];
	bool is;

	snprintf(from, sizeof(from), "from --%s ", name);
	snprintf(to, sizeof(to), "to --%s", name);
	*in |= strstr(help, from) != NULL;
	is = *in;
	*in &= strstr(help, to) == NULL;
	return is;
}

/* What the help of the command says may be a key may, and nothing else. */
static void check_sweep_keys(void **state)
{
	const struct command *command = command_find("run-parameterized-test");
	char *help = mem_dup(command->help);
	unsigned keys = 0;
	bool in = false;

	(void)state;
	for (char *c = help; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	for (unsigned g = 0; g < COMMAND_GROUPS_MAX && command->groups[g]; g++)
		for (const struct option_spec *o = command->groups[g]; o->name;
		     o++) {
			bool said = is_said(help, o->name, &in);

			if (said != may_be_key(o))
				fail_msg("%s %s be a key", o->name,
					 said ? "may not" : "may");
			keys += said;
		}
	assert_false(in);
	assert_true(keys > 20);
	for (const struct option_spec *o = options_select; o->name; o++)
		assert_true(may_be_key(o) && strstr(help, o->name));
	free(help);
}

/* As pyasyncio-benchmark's config.yaml has it. */
static void check_sweep_of_the_ancestor(void **state)
{
	struct sweep sweep;
	struct err err;

	(void)state;
	assert_int_equal(
		read_text(&sweep,
			  "tests:\n"
			  "  - library_name: obstore\n"
			  "    test_name: fetch_range\n"
			  "    timeout: -1\n"
			  "    n_requests: 10000\n"
			  "    replicas: 2\n"
			  "    debug: True\n"
			  "    client_config:\n"
			  "      pool_size_per_host: 30\n"
			  "      keep_alive: False\n"
			  "      keep_alive_timeout_seconds: 5\n"
			  "      use_dns_cache: false\n"
			  "    params:\n"
			  "      request_size:\n"
			  "        value: 1048576\n"
			  "  - library_name: aiohttp\n"
			  "    test_name: fetch_range\n"
			  "    n_requests: 5\n"
			  "    params: {request_size: {value: [16384, 32768]}}\n",
			  &err),
		0);
	assert_int_equal(sweep.count, 3);
	assert_true(sweep.debug);
	assert_string_equal(sweep.jobs[0].library.at[0], "obstore");
	assert_string_equal(sweep.jobs[0].test.at[0], "fetch_range");
	assert_true(isnan(sweep.jobs[0].spec.timeout_s));
	assert_int_equal(sweep.jobs[0].spec.n_requests, 10000);
	assert_int_equal(sweep.jobs[0].spec.replicas, 2);
	assert_int_equal(sweep.jobs[0].spec.pool_size, 30);
	assert_false(sweep.jobs[0].spec.keep_alive);
	assert_true(sweep.jobs[0].spec.keep_alive_timeout_s == 5);
	assert_false(sweep.jobs[0].spec.use_dns_cache);
	assert_int_equal(sweep.jobs[0].spec.request_size, 1 << 20);
	/* Nothing of one test stays for the next. */
	assert_string_equal(sweep.jobs[2].library.at[0], "aiohttp");
	assert_true(sweep.jobs[2].spec.keep_alive);
	assert_int_equal(sweep.jobs[2].spec.request_size, 32768);
	assert_int_equal(sweep.jobs[2].spec.seed, 7);
	sweep_release(&sweep);
}

static void check_sweep_names_what_varies(void **state)
{
	struct str name = STR_INIT;
	struct sweep sweep;
	struct job jobs[8];
	struct err err;

	(void)state;
	assert_int_equal(
		read_text(&sweep,
			  "library: a\ntest: b\ntimeout: 5\n"
			  "concurrency: [10, 20]\nwarm_up: [0, 0.5]\n"
			  "congestion: cubic\nkeep_alive: [yes, no]\n", &err), 0);
	assert_int_equal(sweep.count, 8);
	for (size_t i = 0; i < 8; i++)
		jobs[i] = (struct job){ .spec = sweep.jobs[i].spec };
	jobs[2].spec.congestion = NULL;
	varied_add(jobs, 2, &jobs[1], &name);
	assert_string_equal(name.buf, " keep_alive=false");
	str_reset(&name);
	varied_add(jobs, 8, &jobs[6], &name);
	assert_string_equal(name.buf, " warm_up=0.5 concurrency=20 "
				      "keep_alive=true congestion=cubic");
	str_reset(&name);
	varied_add(jobs, 1, &jobs[0], &name);
	assert_int_equal(name.len, 0);
	str_release(&name);
	sweep_release(&sweep);
}

static void check_sweep_refuses(void **state)
{
	static const struct {
		const char *text, *names;
	} bad[] = {
		{ "", "empty" },
		{ "- a\n", "one mapping" },
		{ "library: a\n", "library and test" },
		{ "library: a\ntest: b\nconcurency: 5\n", "did you mean" },
		{ "library: a\ntest: b\nxyz: 5\n", "--help` lists" },
		{ "library: a\ntest: b\nconcurrency: 0\n", "line 3" },
		{ "library: a\ntest: b\nconcurrency: [1, {x: 2}]\n", "line 3" },
		{ "library: a\ntest: b\nconcurrency: []\n", "line 3" },
		{ "library: a\ntest: b\nseed: !!python/object:os.system 1\n",
		  "line 3" },
		{ "library: a\ntest: b\nlibrary: c\n", "second value" },
		{ "library: [a\n", "not YAML" },
		{ "library: a\ntest: b\n---\nlibrary: c\n",
		  "more than one document" },
		{ "library: a\ntest: b\ndebug: all\n", "debug" },
		{ "tests:\n  - library_name: a\n    test_name: b\n    params:\n"
		  "      request_size:\n"
		  "        expression: \"[2**n for n in range(14, 20)]\"\n",
		  "line 6: an expression is not evaluated" },
		{ "tests:\n- {library_name: a, test_name: b}\nseed: 1\n",
		  "line 3: beside `tests`" },
		{ "tests: {a: b}\n", "list of mappings" },
		{ "tests: []\n", "list of mappings" },
		{ "tests: [a]\n", "must be a mapping" },
		{ "tests:\n- library_name: a\n", "line 2: the keys library" },
		{ "tests:\n- {library_name: a, test_name: b, debug: x}\n",
		  "debug is true or false" },
		{ "tests:\n- {library_name: a, test_name: b, params: 5}\n",
		  "params must be" },
		{ "tests:\n- {library_name: a, test_name: b,\n"
		  "   client_config: {pool_sise: 5}}\n",
		  "did you mean" },
		{ "library: a\ntest: b\nconcurrency: \"5\\0\"\n", "line 3" },
		{ "library: a\ntest: b\n\"timeout\\0\": 1\n", "line 3" },
		{ "library: a\ntest: b\ntimeout: 0x1p1\n", "line 3" },
		{ "library: a\ntest: b\nrate: 0x10\n", "line 3" },
		{ "library: a\ntest: b\nrate: .inf\n", "line 3" },
		{ "library: a\ntest: b\nrate: 1e400\n", "line 3" },
		{ "a: {\"#\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "open [ or {" },
		{ "a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "open [ or {" },
		{ "library: a\ntest: b\n...\n&a &a\n", "not YAML" },
		{ "library: a\ntest: __import__('os')\nseed: __import__('os')\n",
		  "whole number" },
	};
	struct sweep sweep;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (read_text(&sweep, bad[i].text, &err) != ERR_USAGE)
			fail_msg("accepted: %s", bad[i].text);
		assert_names(err, bad[i].names);
		sweep_release(&sweep);
	}
}

/* Every command can be found by its name, and says what its options are. */
static void check_commands(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		assert_ptr_equal(command_find(commands[i]->name), commands[i]);
		assert_true(strlen(commands[i]->summary) > 10);
		assert_true(commands[i]->max_arguments >=
			    commands[i]->min_arguments);
		assert_non_null(commands[i]->groups[0]);
		assert_null(commands[i]->groups[COMMAND_GROUPS_MAX - 1]);
	}
}

/* "a|b" as words; static memory. */
static int split(const char *text, char *words[8])
{
	static char copy[256];
	char *rest = copy;
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while (rest)
		words[count++] = strsep(&rest, "|");
	return count;
}

static void check_typed(void **state)
{
	char *words[8];
	int count = split("run-test|it's|--endpoint|"
			  "http://me:secret@host:9000/a@b||a b", words);
	char *line = typed_line(count, words);

	(void)state;
	assert_string_equal(line, "run-test 'it'\\''s' --endpoint "
				  "http://@host:9000/a@b '' 'a b'");
	free(line);
	count = split("--endpoint|http://host/a@b|--endpoint|me:secret@host|"
		      "--endpoint=http://me:sec/ret@host|--db|"
		      "x://me:se@cret@h", words);
	line = typed_line(count, words);
	assert_string_equal(line, "--endpoint http://host/a@b --endpoint @host "
				  "--endpoint=http://@host --db x://@h");
	free(line);
}

static const char *monitor_of(const char *text)
{
	static const struct option_spec *const only[] = { options_monitor,
							  NULL };
	static struct options options;
	char *words[8];
	struct err err;

	options_init(&options);
	if (options_parse(&options, only, split(text, words), words, &err) < 0)
		fail_msg("%s", err.text);
	return options.monitor;
}

/* The address may be left out, before anything else. */
static void check_address(void **state)
{
	(void)state;
	assert_null(monitor_of("aiohttp"));
	assert_string_equal(monitor_of("--monitor"), "");
	assert_string_equal(monitor_of("--monitor|127.0.0.1:9|aiohttp"),
			    "127.0.0.1:9");
	assert_string_equal(monitor_of("--monitor=:0"), ":0");
	assert_string_equal(monitor_of("--monitor|aiohttp|fetch_range"), "");
	assert_string_equal(monitor_of("--monitor|--linger|1"), "");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_options_parse),
		cmocka_unit_test(check_options_take_lists),
		cmocka_unit_test(check_options_of_the_ancestor),
		cmocka_unit_test(check_options_refuse),
		cmocka_unit_test(check_sweep_product),
		cmocka_unit_test(check_sweep_names_what_varies),
		cmocka_unit_test(check_sweep_of_the_ancestor),
		cmocka_unit_test(check_sweep_refuses),
		cmocka_unit_test(check_sweep_length),
		cmocka_unit_test(check_sweep_keys),
		cmocka_unit_test(check_commands),
		cmocka_unit_test(check_typed),
		cmocka_unit_test(check_address),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
