/* What a worker says of failures, whose test stands in worker_client.h. */
#include "worker_client.h"

static void expect_text(struct harness *h, const char *key, const char *extra,
			const char *name, const char *text)
{
	const char *keys[] = { key, NULL };
	json_t *done, *failures;

	put_operations(h, "plan", 1, keys, extra);
	set_count(h, "n_requests", 2);
	clear_records(h);
	done = harness_session(h, &test);
	close(h->fd);
	h->fd = -1;
	failures = json_object_get(done, "failures");
	assert_int_equal(json_object_size(failures), *name ? 1 : 0);
	if (*name)
		assert_string_equal(text_in(failures, name), text);
	json_decref(done);
}

/* `done` has what the first failure of each class said. */
static void failures_are_explained(void **state)
{
	struct harness *h = *state;

	expect_text(h, "k", "", "", "");
	expect_text(h, "throttled", "", "throttled",
		    "operation 0 (throttled, 1000 bytes from 0): throttled "
		    "(status 503)");
	expect_text(h, "k", ",\"crc32\":7", "wrong_bytes",
		    "operation 0 (k, 1000 bytes from 0): the CRC of the answer "
		    "is 562408981 instead of 7");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(failures_are_explained),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
