/* How a block ends: what its replicas leave, an interruption, a lost store. */
#include "run_block_fixture.h"
#include "said.h"

static void processes_are_left(void **state)
{
	struct block_fixture b;
	int subreaper = -1;

	(void)state;
	block_init(&b, "slices", "leaves_child");
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 1)->state, REPLICA_FINISHED);
	assert_contains(said(&trial_of(&b, 0)->findings),
			"replicas of its block left 1 processes behind");
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	assert_int_equal(subreaper, 0);
	block_release(&b);
}

static void no_file_is_left_open(void **state)
{
	unsigned before = open_files();
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices dies", "bad_sum");
	assert_int_equal(block_run(&b), 0);
	block_release(&b);
	assert_int_equal(open_files(), before);
}

/* --------------------------------------------------------- all is over --- */

static void interrupted_in_window(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices", "slices");
	b.requests[0].interrupt_fd = b.side[0].f.interrupt[0];
	b.stop_fd = b.side[0].f.interrupt[1];
	b.stop_in_turn = 3;
	assert_int_equal(block_run(&b), ERR_INTERRUPTED);
	assert_int_equal(b.turns, 3);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(trial_of(&b, i)->failed);
		assert_string_equal(trial_of(&b, i)->text,
				    "the person asked to stop");
		assert_int_equal(replica_of(&b, i)->state,
				 REPLICA_INTERRUPTED);
		assert_int_equal(trial_of(&b, i)->slice_count, 2 - i);
		assert_true(trial_of(&b, i)->slices[0].end_ns > 0);
	}
	block_release(&b);
}

static void interrupted_before(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices", "never_ready");
	b.requests[0].interrupt_fd = b.side[0].f.interrupt[0];
	assert_int_equal(write(b.side[0].f.interrupt[1], "c", 1), 1);
	assert_int_equal(block_run(&b), ERR_INTERRUPTED);
	assert_int_equal(b.ready, 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(replica_of(&b, i)->state,
				 REPLICA_INTERRUPTED);
	block_release(&b);
}

/* One is done by then: its work is whole. */
static void lost_in_window(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "three", "slices");
	trial_of(&b, 0)->spec.n_requests = 3;
	b.requests[0].lost_fd = b.side[0].f.interrupt[0];
	b.stop_fd = b.side[0].f.interrupt[1];
	b.stop_in_turn = 2;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(b.turns, 2);
	assert_int_equal(b.requests[0].lost_ns, 0);
	assert_false(trial_of(&b, 0)->failed);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_FINISHED);
	assert_true(b.requests[1].lost_ns > 0);
	assert_true(trial_of(&b, 1)->failed);
	assert_int_equal(replica_of(&b, 1)->state, REPLICA_INTERRUPTED);
	assert_contains(replica_of(&b, 1)->text, "the origin ended");
	block_release(&b);
}

/* One has failed before: that is no matter of its store. */
static void lost_after_a_failure(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "exit_in_setup", "slices");
	b.requests[0].lost_fd = b.side[0].f.interrupt[0];
	b.stop_fd = b.side[0].f.interrupt[1];
	b.stop_in_turn = 1;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(b.requests[0].lost_ns, 0);
	assert_contains(trial_of(&b, 0)->text, "exited with status 3");
	assert_true(b.requests[1].lost_ns > 0);
	block_release(&b);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_are_left),
		cmocka_unit_test(no_file_is_left_open),
		cmocka_unit_test(interrupted_in_window),
		cmocka_unit_test(interrupted_before),
		cmocka_unit_test(lost_in_window),
		cmocka_unit_test(lost_after_a_failure),
	};

	if (argc > 1 && strcmp(argv[1], "replica") == 0)
		return block_replica_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
