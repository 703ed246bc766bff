/* Whose turn it is in a block, and in which order separate trials are made. */
#include <string.h>

#include "check.h"
#include "experiment/turns.h"
#include "experiment/williams.h"

#define MS NS_PER_MS

static struct turns_part settled(uint64_t latency_ns)
{
	struct turns_part part = { 0 };

	turns_settle(&part, latency_ns, latency_ns);
	return part;
}

static void test_seldom_and_slow_operations(void **state)
{
	struct turns_part part = { 0 };

	(void)state;
	turns_settle(&part, MS, 300 * MS);
	assert_int_equal(part.window_ns, 1600 * MS);
	assert_int_equal(part.every, 8);
	assert_true(part.fill_ns > 400 * MS);
	turns_settle(&part, MS, 25 * MS);
	assert_int_equal(part.window_ns, TURNS_LEAST_NS);
	turns_settle(&part, MS, 500 * MS);
	assert_int_equal(part.every, 0);
	turns_shorten(&part);
	assert_int_equal(part.every, TURNS_EVERY_MOST);
	assert_int_equal(part.window_ns, 1600 * MS);
}

/* Stays give way where little time is left, ten latencies do not. */
static void test_fitting(void **state)
{
	struct turns_part part = { 0 };

	(void)state;
	turns_settle(&part, 15 * MS, 300 * MS);
	turns_fit(&part, 15 * MS, 60 * NS_PER_S);
	assert_int_equal(part.window_ns, 1600 * MS);
	turns_fit(&part, 15 * MS, 3 * NS_PER_S);
	assert_int_equal(part.window_ns, 400 * MS);
	assert_int_equal(part.fill_ns, 200 * MS);
	assert_int_equal(part.every, 2);
	turns_fit(&part, 15 * MS, 0);
	assert_int_equal(part.window_ns, 200 * MS);
	assert_int_equal(part.every, 1);
	turns_settle(&part, MS, 500 * MS);
	turns_fit(&part, MS, 0);
	assert_int_equal(part.every, 0);
}

static void test_a_slice_has_ten_latencies(void **state)
{
	(void)state;
	assert_int_equal(settled(MS).window_ns, TURNS_LEAST_NS);
	assert_int_equal(settled(MS).every, 1);
	assert_int_equal(settled(20 * MS).window_ns, 200 * MS);
	assert_int_equal(settled(20 * MS).every, 1);
	assert_int_equal(settled(70 * MS).window_ns, 800 * MS);
	assert_int_equal(settled(70 * MS).every, 4);
	assert_int_equal(settled(160 * MS).every, 8);
}

static void test_too_slow_takes_no_turns(void **state)
{
	(void)state;
	assert_int_equal(settled(161 * MS).every, 0);
	assert_int_equal(settled(340 * MS).every, 0);
	assert_true(settled(340 * MS).window_ns == 6400 * MS);
}

static void test_filling_takes_longer_than_a_latency(void **state)
{
	(void)state;
	assert_int_equal(settled(0).fill_ns, TURNS_FILL_LEAST_NS);
	assert_int_equal(settled(8 * MS).fill_ns, TURNS_FILL_LEAST_NS);
	assert_int_equal(settled(20 * MS).fill_ns, 2 * TURNS_FILL_LEAST_NS);
}

/* Whatever a replica made of its records: no loop without end, no division by
 * what has wrapped, no sum that begins anew. */
static void test_no_latency_is_too_long_to_tell(void **state)
{
	static const uint64_t odd[] = {
		0, 1, NS_PER_S, UINT64_MAX / 2, UINT64_MAX / TURNS_LATENCIES,
		UINT64_MAX / TURNS_LATENCIES + 1, UINT64_MAX / 3 + 1, INT64_MAX,
		(uint64_t)INT64_MAX + 1, UINT64_MAX - 4, UINT64_MAX
	};
	const unsigned count = sizeof(odd) / sizeof(*odd);

	(void)state;
	for (unsigned i = 0; i < count * count * count; i++) {
		uint64_t latency_ns = odd[i % count];
		uint64_t stay_ns = odd[i / count % count];
		bool slow = latency_ns > 160 * MS || stay_ns > 400 * MS;
		struct turns_part part = { 0 };

		turns_settle(&part, latency_ns, stay_ns);
		assert_int_equal(part.every, slow ? 0 : 1);
		assert_true(part.window_ns >= TURNS_LEAST_NS);
		assert_true(!slow || part.window_ns > 1600 * MS);
		assert_true(part.window_ns < UINT64_MAX / 16);
		assert_true(part.fill_ns < part.window_ns);
		turns_shorten(&part);
		assert_true(turns_round_ns(&part, 1) > TURNS_LEAST_NS);
		turns_fit(&part, latency_ns, odd[i / count / count]);
		assert_true(part.every >= 1 && part.every <= TURNS_EVERY_MOST);
	}
}

/* One after the other, until the round is over. */
static unsigned round_of(struct turns *turns, unsigned out[8])
{
	struct run_turn turn;
	unsigned n = 0;

	turns_begin_round(turns);
	while (turns_next(turns, &turn)) {
		assert_int_equal(turn.position, n);
		assert_int_equal(turn.round, turns->round);
		out[n++] = turn.request;
	}
	return n;
}

static void test_each_has_one_turn_a_round(void **state)
{
	struct turns_part parts[8];
	bool moved = false;
	struct turns turns;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		parts[i] = settled(MS);
	turns_init(&turns, parts, 8, 42, 3);
	for (unsigned round = 0; round < 50; round++) {
		unsigned order[8], seen = 0;

		assert_int_equal(turns_upcoming(&turns), round);
		assert_int_equal(round_of(&turns, order), 8);
		for (unsigned i = 0; i < 8; i++) {
			seen |= 1U << order[i];
			moved |= order[i] != i;
		}
		assert_int_equal(seen, 0xff);
	}
	assert_true(moved);
	turns_release(&turns);
}

static void test_the_seed_fixes_the_order(void **state)
{
	struct turns_part parts[8];
	unsigned a[8], b[8], c[8];
	struct turns turns;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		parts[i] = settled(MS);
	turns_init(&turns, parts, 8, 1, 0);
	round_of(&turns, a);
	turns_release(&turns);
	turns_init(&turns, parts, 8, 1, 0);
	round_of(&turns, b);
	turns_release(&turns);
	turns_init(&turns, parts, 8, 1, 1);
	round_of(&turns, c);
	turns_release(&turns);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
}

static void test_slow_ones_come_seldom_and_together(void **state)
{
	struct turns_part parts[4] = { settled(MS), settled(70 * MS),
				       settled(30 * MS), settled(400 * MS) };
	static const unsigned many[8] = { 3, 1, 2, 1, 3, 1, 2, 1 };
	struct turns turns;
	unsigned order[8];

	(void)state;
	turns_init(&turns, parts, 4, 7, 0);
	for (unsigned round = 0; round < 8; round++)
		assert_int_equal(round_of(&turns, order), many[round]);
	turns_release(&turns);
}

static void test_the_cost_of_a_round(void **state)
{
	struct turns_part parts[3] = { settled(MS), settled(70 * MS),
				       settled(400 * MS) };
	struct turns turns;
	uint64_t sum = 0;

	(void)state;
	turns_init(&turns, parts, 3, 7, 0);
	for (uint32_t round = 0; round < 4; round++)
		sum += turns_cost_ns(&turns, round);
	assert_true(turns_cost_ns(&turns, 0) > 800 * MS);
	assert_true(turns_cost_ns(&turns, 1) < 200 * MS);
	assert_true(sum / 4 <= turns_round_ns(parts, 3) + 1);
	assert_true(sum / 4 + 1 >= turns_round_ns(parts, 3));
	turns_release(&turns);
}

static void test_nobody_takes_part(void **state)
{
	struct turns_part part = settled(400 * MS);
	struct run_turn turn;
	struct turns turns;

	(void)state;
	turns_init(&turns, &part, 1, 7, 0);
	assert_false(turns_next(&turns, &turn));
	turns_begin_round(&turns);
	assert_false(turns_next(&turns, &turn));
	assert_int_equal(turns_round_ns(&part, 1), 0);
	turns_release(&turns);
}

/* ------------------------------------------------------- separate trials --- */

/* How often each is at each position, and follows each other. */
static void tally(unsigned count, unsigned rows, unsigned at[8][8],
		  unsigned behind[8][8])
{
	memset(at, 0, 64 * sizeof(unsigned));
	memset(behind, 0, 64 * sizeof(unsigned));
	for (unsigned row = 0; row < rows; row++) {
		unsigned order[8];

		williams_order(order, count, row, 5);
		for (unsigned i = 0; i < count; i++) {
			at[order[i]][i]++;
			if (i)
				behind[order[i - 1]][order[i]]++;
		}
	}
}

static void assert_balanced(unsigned count)
{
	unsigned rows = count % 2 ? 2 * count : count;
	unsigned at[8][8], behind[8][8];

	tally(count, rows, at, behind);
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < count; j++) {
			assert_int_equal(at[i][j], rows / count);
			if (i != j)
				assert_int_equal(behind[i][j], rows / count);
			else
				assert_int_equal(behind[i][j], 0);
		}
}

static void test_orders_are_balanced(void **state)
{
	(void)state;
	for (unsigned count = 2; count <= 8; count++)
		assert_balanced(count);
}

static void test_one_and_two(void **state)
{
	unsigned order[2], other[2];

	(void)state;
	williams_order(order, 1, 7, 3);
	assert_int_equal(order[0], 0);
	williams_order(order, 2, 0, 3);
	williams_order(other, 2, 1, 3);
	assert_int_equal(order[0], other[1]);
	assert_int_equal(order[1], other[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_slice_has_ten_latencies),
		cmocka_unit_test(test_too_slow_takes_no_turns),
		cmocka_unit_test(test_seldom_and_slow_operations),
		cmocka_unit_test(test_fitting),
		cmocka_unit_test(test_filling_takes_longer_than_a_latency),
		cmocka_unit_test(test_no_latency_is_too_long_to_tell),
		cmocka_unit_test(test_each_has_one_turn_a_round),
		cmocka_unit_test(test_the_seed_fixes_the_order),
		cmocka_unit_test(test_slow_ones_come_seldom_and_together),
		cmocka_unit_test(test_the_cost_of_a_round),
		cmocka_unit_test(test_nobody_takes_part),
		cmocka_unit_test(test_orders_are_balanced),
		cmocka_unit_test(test_one_and_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
