/*
 * Tests in C that are run by hand: flags, summary, exit status. And the example
 * in worker.h: it is what a stranger begins with, so it must compile.
 */
#include "worker_harness.h"

static const char *version(void)
{
	return "1.2.3";
}

/* Every third operation is throttled. */
static enum benchmark_outcome fetch(void *client, struct benchmark_slot *slot)
{
	unsigned char bytes[1000];

	(void)client;
	content(bytes, slot->op->start, sizeof(bytes));
	slot->status = slot->op->number % 3 == 2 ? 503 : 206;
	if (slot->status == 206)
		benchmark_body(slot, bytes, sizeof(bytes));
	return benchmark_outcome_of_status(slot->status);
}

static void *open_client(struct benchmark_worker *worker,
			 const struct benchmark_target *target)
{
	static char client;
	const char *http = benchmark_client_text(target, "http_version", NULL);

	if (http)
		benchmark_add_version(worker, "http", http);
	return &client;
}

static const struct benchmark_test test = {
	.version = version,
	.open = open_client,
	.fetch = fetch,
	.verbs = BENCHMARK_DOES(BENCHMARK_GET_RANGE),
};

/* Runs the test with the flags; what it printed (stdout, stderr) is in the files
 * "out" and "err". The exit status. */
static int run(struct harness *h, char *const *flags)
{
	char name[] = "a/folder/check_test";
	char *argv[32] = { name };
	int argc = 1;

	while (*flags)
		argv[argc++] = *flags++;
	fflush(NULL);
	h->pid = fork();
	assert_true(h->pid >= 0);
	if (h->pid == 0) {
		unsetenv("BENCHMARK_FD");
		if (!freopen(in_folder(h, "out"), "w", stdout) ||
		    !freopen(in_folder(h, "err"), "w", stderr))
			_exit(99);
		argc = benchmark_worker_main(argc, argv, &test);
		fflush(NULL);
		_exit(argc);
	}
	return harness_wait(h);
}

static char *text_of(struct harness *h, const char *name)
{
	struct str text = STR_INIT;
	struct err err;

	assert_int_equal(file_read(in_folder(h, name), 1 << 20, &text, &err),
			 0);
	return str_detach(&text);
}

static void refused(struct harness *h, char *const *flags, const char *part)
{
	char *text;

	assert_int_equal(run(h, flags), 2);
	text = text_of(h, "err");
	if (!strstr(text, part) || strncmp(text, "check_test: ", 12) != 0)
		fail_msg("'%s' has no '%s'", text, part);
	free(text);
}

static void summary(void **state)
{
	struct harness *h = *state;
	char endpoint[] = "--endpoint=http://127.0.0.1:9", plan[] = "--plan";
	char bucket[] = "--bucket", name[] = "b", json[] = "--json";
	char n[] = "--n-requests=30", no[] = "--no-keep-alive";
	char path[128];
	char *flags[] = { endpoint, bucket, name, plan, path,
			  n,        no,     json, NULL };
	char *text;
	json_t *said;

	snprintf(path, sizeof(path), "%s", in_folder(h, "plan"));
	put_plan(h, 30, "k");
	assert_int_equal(run(h, flags), 0);
	text = text_of(h, "out");
	said = json_loads(text, 0, NULL);
	assert_non_null(said);
	assert_int_equal(count_in(said, "operations"), 30);
	assert_int_equal(count_in(said, "ok"), 20);
	assert_int_equal(count_in(json_object_get(said, "failures"),
				  "throttled"),
			 10);
	assert_string_equal(text_in(said, "stopped_by"), "n_requests");
	assert_true(json_real_value(json_object_get(
			    said, "operations_per_second")) > 0);
	json_decref(said);
	free(text);
	flags[7] = NULL;
	assert_int_equal(run(h, flags), 0);
	text = text_of(h, "out");
	assert_non_null(strstr(text, "operations      30 in "));
	assert_non_null(strstr(text, "failures        10 throttled\n"));
	free(text);
}

/* Two requests at once, then one: an operation is one, by the name of --test. */
static void plan_of_stages(void **state)
{
	static const char line[] =
		"{\"op\":0,\"stages\":[[{\"key\":\"k\",\"start\":0,"
		"\"length\":1000},{\"key\":\"k\",\"start\":9,"
		"\"length\":1000}],[{\"key\":\"k\",\"start\":5,"
		"\"length\":1000}]]}\n";
	struct harness *h = *state;
	char endpoint[] = "--endpoint=http://h:9", bucket[] = "--bucket=b";
	char test_name[] = "--test=pyramid", n[] = "--n-requests=30";
	char plan[] = "--plan", path[128];
	char *flags[] = { endpoint, bucket, test_name, n, plan, path, NULL };
	char *text;

	snprintf(path, sizeof(path), "%s", in_folder(h, "plan"));
	put_file(h, "plan", line, sizeof(line) - 1);
	assert_int_equal(run(h, flags), 0);
	text = text_of(h, "out");
	assert_int_equal(strncmp(text, "pyramid 1.2.3, ", 15), 0);
	assert_non_null(strstr(text, "operations      30 in "));
	assert_non_null(strstr(text, "failures        none\n"));
	free(text);
}

/* What no flag says goes into the packet, and is checked as the harness's is. */
static void members_of_setup(void **state)
{
	struct harness *h = *state;
	char endpoint[] = "--endpoint=http://h:9", bucket[] = "--bucket=b";
	char key[] = "--key=k", size[] = "--object-size=1000";
	char request[] = "--request-size=1000", json[] = "--json";
	char n[] = "--setup=n_requests=2", option[] = "--setup";
	char of_client[] = "client_config.http_version=2=x";
	char wrong[] = "--setup=client_config.pool_size=two";
	char nowhere[] = "--setup=client_konfig.x=1", no_value[] = "--setup=x";
	char *flags[] = { endpoint, bucket, key, size, request, json, n, option,
			  of_client, NULL, NULL };
	char *text;
	json_t *said;

	assert_int_equal(run(h, flags), 0);
	text = text_of(h, "out");
	said = json_loads(text, 0, NULL);
	assert_int_equal(count_in(said, "operations"), 2);
	assert_string_equal(text_in(json_object_get(said, "versions"), "http"),
			    "2=x");
	json_decref(said);
	free(text);
	flags[9] = nowhere;
	refused(h, flags, "--setup client_konfig.x=1 names no member");
	flags[9] = no_value;
	refused(h, flags, "--setup x names no member");
	flags[9] = wrong;
	assert_int_equal(run(h, flags), 1);
	text = text_of(h, "err");
	assert_non_null(strstr(text, "'pool_size' is not a whole number"));
	free(text);
}

static void random_ranges(void **state)
{
	struct harness *h = *state;
	char endpoint[] = "--endpoint=http://h:9", bucket[] = "--bucket=b";
	char key[] = "--key=a \"key\"", size[] = "--object-size=100000";
	char request[] = "--request-size=1000", n[] = "--n-requests=3000";
	char json[] = "--json";
	char *flags[] = { endpoint, bucket, key, size, request, n, json, NULL };
	char *text;
	json_t *said;

	assert_int_equal(run(h, flags), 0);
	text = text_of(h, "out");
	said = json_loads(text, 0, NULL);
	assert_non_null(said);
	assert_int_equal(count_in(said, "operations"), 3000);
	/* 1,000 operations, of which the numbers 2, 5, ... are throttled. */
	assert_int_equal(count_in(said, "ok"), 2001);
	json_decref(said);
	free(text);
}

static void wrong_flags(void **state)
{
	struct harness *h = *state;
	char endpoint[] = "--endpoint=http://h", bucket[] = "--bucket=b";
	char misspelt[] = "--concurency=3", word[] = "word";
	char count[] = "--concurrency=3x", last[] = "--plan";
	char help[] = "--help";
	char *none[] = { NULL }, *no_plan[] = { endpoint, bucket, NULL };
	char *unknown[] = { misspelt, NULL }, *words[] = { word, NULL };
	char *number[] = { count, NULL }, *value[] = { last, NULL };
	char *helped[] = { help, NULL };
	char *swallowed[] = { last, endpoint, NULL };
	char *text;

	refused(h, none, "--endpoint URL");
	refused(h, no_plan, "--plan FILE");
	refused(h, unknown, "did you mean --concurrency?");
	refused(h, words, "'word' is no flag");
	refused(h, number, "'3x'");
	refused(h, value, "--plan FILE");
	refused(h, swallowed, "--plan needs a value, and '--endpoint=http://h' "
			      "follows");
	assert_int_equal(run(h, helped), 0);
	text = text_of(h, "out");
	assert_non_null(strstr(text, "--keep-alive-timeout SECONDS"));
	assert_non_null(strstr(text, "operations in flight (50)"));
	free(text);
}

/* Writes the example to the file: the comment's lines from its #include on,
 * without what stands before each. */
static void copy_example(FILE *header, FILE *example)
{
	char line[256];
	bool is_inside = false;

	while (fgets(line, sizeof(line), header)) {
		if (strstr(line, "*\t#include <benchmark/worker.h>"))
			is_inside = true;
		if (is_inside && strstr(line, " * benchmark/tests/reference"))
			return;
		if (is_inside)
			fputs(strncmp(line, " *\t", 3) == 0 ? line + 3 : "\n",
			      example);
	}
	fail_msg("the example in worker.h was not found");
}

static void example_compiles(void **state)
{
	struct harness *h = *state;
	char root[512], command[1400];
	FILE *header, *example;

	snprintf(root, sizeof(root), "%s", getenv("TOP") ? getenv("TOP") : ".");
	snprintf(command, sizeof(command), "%s/include/benchmark/worker.h",
		 root);
	header = fopen(command, "re");
	assert_non_null(header);
	example = fopen(in_folder(h, "example.c"), "we");
	assert_non_null(example);
	copy_example(header, example);
	fclose(header);
	assert_int_equal(fclose(example), 0);
	snprintf(command, sizeof(command),
		 "${CC:-cc} -std=c17 -Wall -Wextra -Werror -fsyntax-only "
		 "-I '%s/include' '%s'",
		 root, in_folder(h, "example.c"));
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(summary),
		CHECK(plan_of_stages),
		CHECK(members_of_setup),
		CHECK(random_ranges),
		CHECK(wrong_flags),
		CHECK(example_compiles),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
