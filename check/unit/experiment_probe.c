/* How long slices are, by the records of the moments that settle it, and when they
 * would be too long: of parts that nobody runs. */
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "experiment/block_parts.h"
#include "record/record.h"

#define MS NS_PER_MS
#define CONCURRENCY 4
#define PROBES_MOST 8

enum { OPS = 10 };

struct fixture {
	struct rival rival;
	struct part part;
	struct slice slices[PROBES_MOST];
	struct record_cursor cursor;
	struct record chunk[256];
	struct plan_request requests[OPS];
	struct plan plan;
	int records;
	size_t put;       /* records */
	uint64_t still_ns; /* that the origin stands still in each probe */
	bool is_late;      /* it is away for a moment in each probe */
	uint64_t now_ns;
};

static void begin(struct fixture *f)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "lib";
	spec.replicas = 1;
	spec.concurrency = CONCURRENCY;
	memset(f, 0, sizeof(*f));
	f->now_ns = NS_PER_S;
	f->part.rival = &f->rival;
	f->part.unsettled = true;
	trial_init(&f->part.trial, &spec);
	/* It is ready. */
	f->part.trial.replica[0].versions_json = strdup("{}");
	f->part.trial.slices = f->slices;
	f->part.trial.go_ns = f->now_ns;
	f->plan = (struct plan){ .requests = f->requests, .op_count = OPS };
	f->records = memfd_create("records", MFD_CLOEXEC);
	assert_true(f->records >= 0);
	f->part.setting.sampler = (struct sampler){
		.trial = &f->part.trial, .cursors = &f->cursor,
		.records = &f->records, .chunk = f->chunk,
	};
	possible_init(&f->cursor.possible, &f->part.trial, 0, &f->plan);
	f->cursor.latest_ns = UINT64_MAX;
}

static void end(struct fixture *f)
{
	f->part.trial.slices = NULL;
	f->part.trial.slice_count = 0;
	trial_release(&f->part.trial);
	possible_release(&f->cursor.possible);
	free(f->cursor.probed.latency_ns);
	close(f->records);
}

static void go(struct fixture *f)
{
	struct trial *trial = &f->part.trial;

	assert_true(trial->slice_count < PROBES_MOST);
	f->slices[trial->slice_count++].go_ns = f->now_ns;
}

/* An operation that starts now and ends then, whenever that is. */
static void put_one(struct fixture *f, uint64_t end_ns)
{
	struct record record = {
		.intended_ns = f->now_ns,
		.start_ns = f->now_ns,
		.end_ns = end_ns,
		.op = (uint32_t)(f->put % OPS),
		.outcome = OUTCOME_OK,
	};

	assert_int_equal(pwrite(f->records, &record, sizeof(record),
				(off_t)(f->put++ * sizeof(record))),
			 sizeof(record));
}

/* So many operations of this latency end now. */
static void put(struct fixture *f, unsigned count, uint64_t latency_ns)
{
	for (unsigned i = 0; i < count; i++)
		put_one(f, f->now_ns + latency_ns);
	f->now_ns += latency_ns;
}

/* As block_turns.c does when the turn is over. */
static void judge(struct fixture *f)
{
	struct sampler *sampler = &f->part.setting.sampler;

	f->part.worked_ns += 100 * MS;
	f->part.trial.turns_still_ns += f->still_ns;
	sampler_slice_probe(sampler,
			    &f->slices[f->part.trial.slice_count - 1]);
	sampler_count(sampler, 0);
	f->part.lied = sampler_was_lied_to(sampler);
	probe_judge(&f->part, f->still_ns, f->is_late);
}

/* A probe in which all operations take as long. */
static void probe(struct fixture *f, unsigned count, uint64_t latency_ns)
{
	go(f);
	put(f, count, latency_ns);
	judge(f);
}

/* As many as settle slices, all alike. */
static void all_probes(struct fixture *f, unsigned count, uint64_t latency_ns)
{
	for (unsigned n = 0; n < RIVAL_PROBES; n++)
		probe(f, count, latency_ns);
}

static void assert_settled(const struct fixture *f, uint64_t window_ns,
			   unsigned every)
{
	assert_false(f->rival.separate);
	assert_int_equal(f->rival.turn.window_ns, window_ns);
	assert_int_equal(f->rival.turn.every, every);
}

static void assert_separate(const struct fixture *f, const char *why)
{
	assert_true(f->rival.separate);
	assert_int_equal(f->rival.turn.every, 0);
	if (!strstr(f->rival.why, why))
		fail_msg("'%s' has no '%s'", f->rival.why, why);
}

static void test_quick(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 1; n <= RIVAL_PROBES; n++) {
		probe(&f, 100, MS);
		assert_int_equal(f.part.probes, n);
		assert_settled(&f, TURNS_LEAST_NS, 1);
	}
	end(&f);
}

static void test_ten_median_latencies(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	all_probes(&f, 20, 70 * MS);
	assert_settled(&f, 800 * MS, 4);
	end(&f);
}

/* Only all of its probes say so. */
static void test_too_slow(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 0; n < RIVAL_PROBES; n++) {
		assert_false(f.rival.separate);
		probe(&f, 20, 400 * MS);
	}
	assert_separate(&f, "its slices would have to be 6.4 s long, ten of its "
			    "median latencies of 400 ms");
	end(&f);
}

/* Seldom, and yet in most places at any one moment: (1 x 1 + 12 x 600) / 13 ms. */
static void test_long_stays(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 0; n < RIVAL_PROBES; n++) {
		go(&f);
		put(&f, 1000, MS);
		put(&f, 20, 600 * MS);
		judge(&f);
	}
	assert_separate(&f, "its slices would have to be 3.2 s long, as "
			    "operations of 554 ms and more hold most of its "
			    "places in flight");
	end(&f);
}

static void test_one_bad_moment(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	probe(&f, 100, MS);
	probe(&f, 100, 2 * MS);
	probe(&f, 20, 400 * MS);
	assert_settled(&f, TURNS_LEAST_NS, 1);
	end(&f);
}

/* Those before its `go` are not of the probe, however many they are. */
static void test_earlier_records(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 0; n < RIVAL_PROBES; n++) {
		go(&f);
		put(&f, 1000, 400 * MS);
		f.now_ns += MS;
		probe(&f, 20, 30 * MS);
	}
	assert_settled(&f, 400 * MS, 2);
	end(&f);
}

/* How long the next probe is; 0: there is none. */
static uint64_t next_ns(struct fixture *f)
{
	struct run_request request = { .trial = &f->part.trial };
	struct block block = { .part = &f->part, .count = 1,
			       .request = &request };
	struct run_turn turn;

	return probe_next(&block, &turn) ? turn.window_ns : 0;
}

/* Beside what all places start at once ten must end, or it is made again; twice
 * running, and the next is longer. Of the third length they are taken as they are. */
static void test_too_few_to_tell(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	assert_int_equal(next_ns(&f), TURNS_LEAST_NS);
	probe(&f, CONCURRENCY + 9, MS);
	assert_int_equal(f.part.probes, 0);
	assert_int_equal(next_ns(&f), TURNS_LEAST_NS);
	probe(&f, CONCURRENCY + 9, MS);
	assert_int_equal(next_ns(&f), 4 * TURNS_LEAST_NS);
	probe(&f, CONCURRENCY + 10, MS);
	assert_int_equal(f.part.probes, 1);
	assert_int_equal(next_ns(&f), 4 * TURNS_LEAST_NS);
	probe(&f, 5, MS);
	assert_int_equal(next_ns(&f), 4 * TURNS_LEAST_NS);
	probe(&f, 5, MS);
	assert_int_equal(next_ns(&f), 16 * TURNS_LEAST_NS);
	probe(&f, 5, MS);
	assert_int_equal(f.part.probes, 2);
	assert_int_equal(next_ns(&f), 16 * TURNS_LEAST_NS);
	probe(&f, 5, MS);
	assert_int_equal(next_ns(&f), 0);
	end(&f);
}

static void test_nothing_ends(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 0; n < 5; n++) {
		assert_false(f.rival.separate);
		probe(&f, 0, 0);
	}
	assert_separate(&f, "no operation of it ended within 0.5 s");
	end(&f);
}

/* Where others have told, a probe in which nothing ends is one moment's stall. */
static void test_nothing_ends_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.rival.longer = 2;
	probe(&f, 100, MS);
	probe(&f, 0, 0);
	probe(&f, 100, MS);
	assert_int_equal(f.part.probes, RIVAL_PROBES);
	assert_settled(&f, TURNS_LEAST_NS, 1);
	end(&f);
}

/* A machine that stands still for one probe makes no other longer. */
static void test_too_few_once(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 0; n < RIVAL_PROBES; n++) {
		probe(&f, CONCURRENCY, 150 * MS);
		assert_int_equal(next_ns(&f), TURNS_LEAST_NS);
		probe(&f, 100, MS);
	}
	assert_int_equal(next_ns(&f), 0);
	assert_settled(&f, TURNS_LEAST_NS, 1);
	end(&f);
}

/* Two of three probes in which it stood still: (100 x 1 x 1 + 4 x 60 x 60) / 340
 * ms is a stay of 42 ms, for a window of 200 ms. Three turns of that do not fit. */
static void test_stalls_and_little_time(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.part.trial.spec.timeout_s = 0.9;
	for (unsigned n = 0; n < RIVAL_PROBES; n++) {
		go(&f);
		put(&f, 100, MS);
		if (n)
			put(&f, CONCURRENCY, 60 * MS);
		judge(&f);
	}
	assert_settled(&f, TURNS_LEAST_NS, 1);
	f.part.trial.spec.timeout_s = 60;
	f.part.probes--;
	f.rival.longer = 2;
	probe(&f, 0, 0);
	assert_settled(&f, 2 * TURNS_LEAST_NS, 1);
	end(&f);
}

/* In later blocks it keeps its turns; the newest three count. */
static void test_later_blocks(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	all_probes(&f, 100, MS);
	assert_int_equal(next_ns(&f), 0);
	f.part.unsettled = false;
	f.part.probes = 0;
	probe(&f, 20, 400 * MS);
	assert_int_equal(next_ns(&f), 0);
	assert_settled(&f, TURNS_LEAST_NS, 1);
	assert_int_equal(f.part.trial.findings.count, 0);
	f.part.probes = 0;
	probe(&f, 20, 400 * MS);
	assert_settled(&f, TURNS_EVERY_MOST * TURNS_SHARE_NS, TURNS_EVERY_MOST);
	assert_int_equal(f.part.trial.findings.count, 1);
	assert_string_equal(f.part.trial.findings.list[0].text,
			    "its slices of 1.6 s are shorter than ten of its "
			    "median latencies, 400 ms when this block began");
	end(&f);
}

/* Times that cannot be true settle nothing, make nobody separate and are asked for
 * no more, however many others are true. */
static void test_liars(void **state)
{
	static const uint64_t ends[] = { 0, 1, NS_PER_S - 5, 1ULL << 63,
					 UINT64_MAX / 10, INT64_MAX,
					 UINT64_MAX };

	(void)state;
	for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct fixture f;

		begin(&f);
		f.cursor.latest_ns = f.now_ns + NS_PER_S;
		go(&f);
		put_one(&f, ends[i]);
		put(&f, 100, MS);
		judge(&f);
		assert_true(f.part.lied);
		assert_int_equal(f.cursor.impossible, 1);
		assert_int_equal(f.cursor.probed.count, 100);
		assert_int_equal(f.rival.probes, 0);
		assert_int_equal(f.rival.turn.window_ns, 0);
		assert_false(f.rival.separate || f.part.out);
		assert_int_equal(next_ns(&f), 0);
		end(&f);
	}
}

/* A probe in which it did is made again, and tells nothing of the library. */
static void test_the_origin_stands_still(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	for (unsigned n = 0; n < 2; n++) {
		f.still_ns = 2 * NS_PER_S;
		probe(&f, 0, 0);
		assert_int_equal(next_ns(&f), TURNS_LEAST_NS);
		f.still_ns = 0;
		probe(&f, 100, MS);
	}
	assert_int_equal(f.part.probes, 2);
	assert_settled(&f, TURNS_LEAST_NS, 1);
	assert_false(f.part.out);
	end(&f);
}

/* Three are made again; then one that says the same is believed. */
static void test_the_origin_comes_late(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.is_late = true;
	all_probes(&f, 100, 300 * MS);
	assert_int_equal(f.part.probes, 0);
	assert_int_equal(f.rival.probes, 0);
	probe(&f, 100, MS);
	assert_int_equal(f.part.probes, 1);
	f.is_late = false;
	probe(&f, 100, MS);
	probe(&f, 100, MS);
	assert_int_equal(next_ns(&f), 0);
	assert_settled(&f, TURNS_LEAST_NS, 1);
	end(&f);
}

/* This block is over for the library; the next asks it anew. */
static void test_the_origin_does_not_go_on(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	f.still_ns = 40 * MS;
	for (unsigned n = 0; n < 3; n++) {
		assert_false(f.part.out);
		probe(&f, n, 2 * NS_PER_S);
	}
	assert_true(f.part.out);
	assert_false(f.rival.separate);
	assert_string_equal(f.rival.why,
			    "the origin stood still for 0.1 of the 0.3 s in "
			    "which it worked: was it stopped or frozen, or did "
			    "it get no CPU?");
	assert_int_equal(next_ns(&f), 0);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(test_quick),
		cmocka_unit_test(test_ten_median_latencies),
		cmocka_unit_test(test_too_slow),
		cmocka_unit_test(test_long_stays),
		cmocka_unit_test(test_one_bad_moment),
		cmocka_unit_test(test_earlier_records),
		cmocka_unit_test(test_too_few_to_tell),
		cmocka_unit_test(test_nothing_ends),
		cmocka_unit_test(test_nothing_ends_once),
		cmocka_unit_test(test_too_few_once),
		cmocka_unit_test(test_stalls_and_little_time),
		cmocka_unit_test(test_later_blocks),
		cmocka_unit_test(test_liars),
		cmocka_unit_test(test_the_origin_stands_still),
		cmocka_unit_test(test_the_origin_comes_late),
		cmocka_unit_test(test_the_origin_does_not_go_on),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
