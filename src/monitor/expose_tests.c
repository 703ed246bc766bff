/* What is counted of each library, test and configuration: geoio_operation*,
 * geoio_bytes. */
#include <string.h>

#include "monitor/expose_family.h"

#define BOUND_TEXT(seconds) #seconds,
static const char *const bound_text[LIVE_BUCKETS - 1] = { LIVE_BOUNDS(
	BOUND_TEXT) };

typedef void (*add_test_fn)(struct page *page, const struct live_run *run,
			    const struct live_test *test);

static void begin(struct page *page, const char *suffix,
		  const struct live_run *run, const struct live_test *test)
{
	sample_begin(page, suffix);
	sample_label(page, "run_id", run->id);
	sample_label(page, "library", test->library);
	sample_label(page, "test", test->test);
	sample_label(page, "config_hash", test->config_hash);
}

static void add_outcomes(struct page *page, const struct live_run *run,
			 const struct live_test *test)
{
	for (unsigned i = OUTCOME_NONE + 1; i < OUTCOME_COUNT; i++) {
		begin(page, "", run, test);
		sample_label(page, "outcome", outcome_name(i));
		sample_u64(page, test->outcomes[i], 0);
	}
}

static void add_bytes(struct page *page, const struct live_run *run,
		      const struct live_test *test)
{
	begin(page, "", run, test);
	sample_u64(page, test->bytes_ok, 0);
}

/* "1" -> "1.0", as OpenMetrics wants it; so both formats say the same. */
static void label_bound(struct page *page, unsigned i)
{
	char text[32] = "+Inf";

	if (i < LIVE_BUCKETS - 1) {
		strcpy(text, bound_text[i]);
		if (!strchr(text, '.'))
			strcat(text, ".0");
	}
	sample_label(page, "le", text);
}

static void add_durations(struct page *page, const struct live_run *run,
			  const struct live_test *test)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < LIVE_BUCKETS; i++) {
		count += test->bucket[i];
		begin(page, "_bucket", run, test);
		label_bound(page, i);
		sample_u64(page, count, 0);
	}
	begin(page, "_sum", run, test);
	sample_seconds(page, test->latency_sum_ns, 0);
	begin(page, "_count", run, test);
	sample_u64(page, count, 0);
}

static bool is_repeated(const struct live *live, uint32_t test)
{
	const struct live_test *all = live->test;

	for (uint32_t i = 0; i < test; i++)
		if (strcmp(all[i].library, all[test].library) == 0 &&
		    strcmp(all[i].test, all[test].test) == 0 &&
		    strcmp(all[i].config_hash, all[test].config_hash) == 0)
			return true;
	return false;
}

static void add_family(struct page *page, const struct family *family,
		       add_test_fn add)
{
	const struct monitor_view *view = page->view;

	family_begin(page, family);
	for (unsigned r = 0; r < view->run_count; r++) {
		const struct live *live = &view->run[r];

		for (uint32_t i = 0; i < live->test_count; i++)
			if (!page_is_repeated(page, r) && !is_repeated(live, i))
				add(page, &live->run, &live->test[i]);
	}
}

static const struct {
	struct family family;
	add_test_fn add;
} families[] = {
	{ { "geoio_operations", FAMILY_COUNTER, "",
	    "Operations that have ended, by what became of them." },
	  add_outcomes },
	{ { "geoio_operation_duration_seconds", FAMILY_HISTOGRAM, "seconds",
	    "Latency of operations that are ok, from their intended start." },
	  add_durations },
	{ { "geoio_bytes", FAMILY_COUNTER, "bytes",
	    "Payload of the operations that are ok." },
	  add_bytes },
};

void page_add_tests(struct page *page)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		add_family(page, &families[i].family, families[i].add);
}
