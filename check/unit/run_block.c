/* check: waits */
/* Trials that work in turn: slices, and those that leave a block early. */
#include "run_block_fixture.h"
#include "said.h"

/* All that a trial should have that worked in all its turns. */
static void assert_whole(struct block_fixture *b, unsigned number,
			 size_t slices)
{
	const struct trial *trial = trial_of(b, number);
	const struct slice *last = &trial->slices[trial->slice_count - 1];

	assert_int_equal(trial->replica[0].state, REPLICA_FINISHED);
	assert_false(trial->failed);
	assert_string_equal(trial->text, "");
	assert_int_equal(trial->slice_count, slices);
	assert_true(trial->go_ns == trial->slices[0].go_ns);
	assert_true(trial->window_end_ns == last->end_ns);
	assert_true(trial->end_wall_ns - trial->start_wall_ns ==
		    trial->window_end_ns - trial->go_ns);
	for (size_t i = 0; i < slices; i++) {
		const struct slice *slice = &trial->slices[i];

		assert_true(slice->begin_ns >= slice->go_ns + b->fill_ns);
		assert_true(slice->end_ns >= slice->begin_ns + b->window_ns);
		assert_true(slice->pause_ns && slice->paused_ns);
		assert_int_equal(slice->round, i);
		assert_int_equal(slice->position, number);
		assert_int_equal(slice->marks, 0);
	}
}

static void two_alternate(void **state)
{
	struct block_fixture b;
	struct record *records;
	size_t count;

	(void)state;
	block_init(&b, "slices", "slices");
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(b.ready, 1);
	for (unsigned i = 0; i < 2; i++) {
		struct replica *r = replica_of(&b, i);

		assert_whole(&b, i, 4);
		assert_true(r->pauses);
		assert_string_equal(r->stopped_by, "finish");
		assert_string_equal(b.side[i].f.events.buf, "done0 ");
		assert_int_equal(b.side[i].ready, 1);
		assert_string_equal(said(&trial_of(&b, i)->findings), "");
		run_take_records(b.side[i].f.records[0], &records, &count);
		assert_true(count >= 4);
		assert_int_equal(count, r->finished);
		free(records);
	}
	print_message("from 'paused' of one to 'go' of the other: %.3f ms; "
		      "from 'pause' to 'paused': %.3f ms\n",
		      (double)(trial_of(&b, 1)->slices[2].go_ns -
			       trial_of(&b, 0)->slices[2].paused_ns) /
			      NS_PER_MS,
		      (double)(trial_of(&b, 0)->slices[2].paused_ns -
			       trial_of(&b, 0)->slices[2].pause_ns) /
			      NS_PER_MS);
	/* Each before its first turn, and after each. */
	assert_int_equal(b.side[0].freezes, 5);
	assert_true(trial_of(&b, 0)->slices[1].go_ns >
		    trial_of(&b, 1)->slices[0].paused_ns);
	block_release(&b);
}

static void alone_with_replicas(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices slices slices", NULL);
	assert_int_equal(block_run(&b), 0);
	assert_whole(&b, 0, 4);
	assert_int_equal(trial_of(&b, 0)->replica[2].state, REPLICA_FINISHED);
	block_release(&b);
}

static void hooks_are_not_required(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices", "no_pause");
	for (unsigned i = 0; i < 2; i++)
		b.requests[i].hooks = (struct run_hooks){ 0 };
	b.block.refused = NULL;
	b.ready = 1;
	b.block.ready = NULL;
	assert_int_equal(run_block(&b.block, &b.err), 0);
	assert_int_equal(trial_of(&b, 0)->slice_count, 8);
	assert_true(trial_of(&b, 0)->slices[7].end_ns >=
		    trial_of(&b, 0)->slices[7].begin_ns + b.window_ns);
	block_release(&b);
}

/* It is due within the window, and comes after it. */
static void progress_between_turns(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices", "slices");
	b.slow_in_turn = 2;
	assert_int_equal(block_run(&b), 0);
	assert_true(b.side[0].running >= 2);
	assert_true(b.side[1].running >= 2);
	block_release(&b);
}

static void wrong_requests(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices", "slices");
	b.block.next = NULL;
	assert_int_equal(run_block(&b.block, &b.err), ERR_USAGE);
	b.block.next = block_next;
	b.requests[1].ready_timeout_s = 0;
	assert_int_equal(run_block(&b.block, &b.err), ERR_USAGE);
	assert_int_equal(b.side[0].f.records[0], -1);
	block_release(&b);
}

/* ------------------------------------------------------- leaving early --- */

/* The second does all of its work, whatever the first does. */
static void run_beside(struct block_fixture *b, const char *behaviour)
{
	block_init(b, behaviour, "slices");
	b->side[0].f.trial.spec.timeout_s = 30;
	b->requests[0].grace_s = 1.5;
}

static void other_is_whole(struct block_fixture *b)
{
	struct trial *other = trial_of(b, 1);

	assert_int_equal(b->turns, b->turns_most);
	assert_int_equal(other->replica[0].state, REPLICA_FINISHED);
	assert_false(other->failed);
	assert_int_equal(other->slice_count + trial_of(b, 0)->slice_count,
			 b->turns);
	assert_true(other->slice_count > trial_of(b, 0)->slice_count);
	for (size_t i = 0; i < other->slice_count; i++)
		assert_true(other->slices[i].end_ns &&
			    other->slices[i].paused_ns);
	block_release(b);
}

static void fails(const char *behaviour, enum replica_state state,
		  const char *text, size_t slices)
{
	struct block_fixture b;

	run_beside(&b, behaviour);
	assert_int_equal(block_run(&b), 0);
	assert_true(trial_of(&b, 0)->failed);
	assert_int_equal(replica_of(&b, 0)->state, state);
	assert_contains(trial_of(&b, 0)->text, text);
	assert_int_equal(trial_of(&b, 0)->slice_count, slices);
	if (slices)
		assert_int_equal(
			trial_of(&b, 0)->slices[slices - 1].paused_ns, 0);
	other_is_whole(&b);
}

static void one_dies(void **state)
{
	(void)state;
	fails("dies", REPLICA_KILLED, "signal 9 (SIGKILL)", 2);
}

static void one_hangs_at_pause(void **state)
{
	(void)state;
	fails("hangs", REPLICA_OVERDUE, "did not say that it was paused", 2);
}

/* By itself, and not by our pause. */
static void one_is_stopped(void **state)
{
	(void)state;
	fails("stops", REPLICA_STOPPED, "SIGSTOP", 2);
}

static void one_lies(void **state)
{
	(void)state;
	fails("fewer", REPLICA_BAD_PROTOCOL,
	      "'paused' with less done than it said before", 2);
	fails("taken_back", REPLICA_BAD_PROTOCOL,
	      "'paused' with less done than it said before", 2);
	fails("bad_sum", REPLICA_BAD_PROTOCOL,
	      "'paused': 'started' is not 'finished' + 'unfinished'", 1);
	fails("no_number", REPLICA_BAD_PROTOCOL, "'paused': member 'started'",
	      1);
	fails("three_given_up", REPLICA_BAD_PROTOCOL,
	      "more 'unfinished' than can be in flight", 1);
	fails("finish_unasked", REPLICA_BAD_PROTOCOL,
	      "'done' for 'finish', which it was not sent", 1);
	fails("paused_unasked", REPLICA_BAD_PROTOCOL, "'paused' after GO", 1);
	fails("deadline_second", REPLICA_BAD_PROTOCOL,
	      "'done' for the 'deadline' before it was there", 2);
}

static void one_fails_before_go(void **state)
{
	(void)state;
	fails("exit_in_setup", REPLICA_SETUP_FAILED,
	      "exited with status 3 before it was ready", 0);
	fails("garbage", REPLICA_BAD_PROTOCOL, "not JSON", 0);
}

static void one_is_never_ready(void **state)
{
	struct block_fixture b;

	(void)state;
	run_beside(&b, "never_ready");
	b.requests[0].ready_timeout_s = 0.3;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_NEVER_READY);
	assert_int_equal(b.side[0].ready, 0);
	assert_int_equal(trial_of(&b, 0)->go_ns, 0);
	other_is_whole(&b);
}

/* It dies in the window of the other. */
static void one_dies_while_paused(void **state)
{
	struct block_fixture b;

	(void)state;
	run_beside(&b, "slices");
	b.kill_in_turn = 4;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_KILLED);
	assert_int_equal(trial_of(&b, 0)->slice_count, 2);
	assert_true(trial_of(&b, 0)->failed);
	other_is_whole(&b);
}

/* It is killed when it has had its time to exit, and a frozen group of cgroup
 * v1 does not die before it is let go. */
static void one_hangs_up_while_paused(void **state)
{
	struct block_fixture b;

	(void)state;
	run_beside(&b, "hangs_up");
	b.beside = true;
	b.side[0].slow_to_freeze = true;
	b.slow_in_turn = 2;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_BAD_PROTOCOL);
	assert_contains(replica_of(&b, 0)->text, "closed its socket");
	assert_true(b.side[0].thawed_beside);
	other_is_whole(&b);
}

/* The window was opened at most: with one replica less it would show less than
 * all of them do. */
static void assert_dropped(struct block_fixture *b, size_t number)
{
	const struct slice *slice = &trial_of(b, 0)->slices[number];

	assert_int_equal(slice->begin_ns, 0);
	assert_int_equal(slice->end_ns, 0);
	assert_true(slice->pause_ns > 0);
}

/* Its other replica is told to finish, and has done what it did. */
static void one_of_its_replicas_dies(void **state)
{
	struct block_fixture b;

	(void)state;
	run_beside(&b, "dies slices");
	assert_int_equal(block_run(&b), 0);
	assert_false(trial_of(&b, 0)->failed);
	assert_contains(trial_of(&b, 0)->text, "replica 0 was killed");
	assert_int_equal(trial_of(&b, 0)->replica[1].state, REPLICA_FINISHED);
	assert_string_equal(b.side[0].f.events.buf, "done1 ");
	assert_int_equal(trial_of(&b, 0)->slice_count, 2);
	assert_dropped(&b, 1);
	assert_true(trial_of(&b, 0)->window_end_ns ==
		    trial_of(&b, 0)->slices[0].end_ns);
	other_is_whole(&b);
}

static void refused(const char *behaviour, const char *why)
{
	struct block_fixture b;

	run_beside(&b, behaviour);
	if (strcmp(why, "not permitted") == 0)
		b.side[0].cannot_freeze_after = 0;
	else if (strstr(why, "nothing"))
		b.requests[0].place = NULL;
	else if (strstr(why, "rate"))
		trial_of(&b, 0)->spec.rate = 5;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(b.refused, 0);
	assert_int_equal(b.refused_in_turn, 0);
	assert_contains(b.why, why);
	assert_int_equal(trial_of(&b, 0)->go_ns, 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_INTERRUPTED);
	assert_contains(replica_of(&b, 0)->text, "cannot work in slices");
	other_is_whole(&b);
}

static void one_cannot_be_paused(void **state)
{
	(void)state;
	refused("no_pause", "do not say");
	refused("slices", "nothing here can stop");
	refused("slices", "--rate");
	refused("slices", "not permitted");
}

/* It keeps what it did. */
static void place_fails_after(size_t slices)
{
	struct block_fixture b;

	run_beside(&b, "slices");
	b.side[0].cannot_freeze_after = (int)slices;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_FINISHED);
	assert_int_equal(trial_of(&b, 0)->slice_count, slices);
	assert_int_equal(b.refused, 0);
	assert_int_equal(b.refused_in_turn, 2 * slices - 1);
	assert_string_equal(b.why, "its processes could not be stopped: "
				   "Operation not permitted");
	assert_contains(said(&trial_of(&b, 0)->findings),
			"could not be stopped after turn");
	other_is_whole(&b);
}

/* Nobody knows whose it is; but the one that has died is the likelier. */
static void orphan_of_the_dead(void **state)
{
	struct block_fixture b;

	(void)state;
	run_beside(&b, "dies");
	b.side[1].orphans = 1;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_KILLED);
	assert_int_equal(b.side[1].orphans, 0);
	assert_int_equal(b.refused, -1);
	assert_int_equal(trial_of(&b, 1)->findings.count, 0);
	other_is_whole(&b);
	run_beside(&b, "dies");
	b.side[1].orphans = 2;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(b.refused, 1); /* it is another */
	block_release(&b);
}

static void place_fails_later(void **state)
{
	(void)state;
	place_fails_after(1);
	place_fails_after(2);
}

static void one_is_done_early(const char *behaviour)
{
	struct block_fixture b;

	run_beside(&b, behaviour);
	trial_of(&b, 0)->spec.n_requests = 3;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_FINISHED);
	assert_int_equal(replica_of(&b, 0)->finished, 3);
	assert_string_equal(b.side[0].f.events.buf, "done0 ");
	assert_int_equal(trial_of(&b, 0)->slice_count, 1);
	assert_true(trial_of(&b, 0)->slices[0].paused_ns > 0);
	assert_false(trial_of(&b, 0)->failed);
	other_is_whole(&b);
}

static void done_early(void **state)
{
	(void)state;
	one_is_done_early("three");
	one_is_done_early("three_late");
}

/* The window ends with the first of them, and is none: how long that one had
 * less in flight than it should, as it came to its end, is not known. */
static void done_in_window(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "three_in_window three_late", NULL);
	trial_of(&b, 0)->spec.n_requests = 3;
	b.window_ns = 100 * NS_PER_S;
	assert_int_equal(block_run(&b), 0);
	assert_string_equal(b.side[0].f.events.buf, "done0 done1 ");
	assert_dropped(&b, 0);
	assert_int_equal(trial_of(&b, 0)->slice_count, 1);
	assert_false(trial_of(&b, 0)->failed);
	block_release(&b);
}

/* The process goes on without its socket: it does no work any more. */
static void hangs_up_in_window(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "hangs_up_in_window slices", NULL);
	b.window_ns = 100 * NS_PER_S;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_BAD_PROTOCOL);
	assert_contains(replica_of(&b, 0)->text, "closed its socket");
	assert_int_equal(trial_of(&b, 0)->replica[1].state, REPLICA_FINISHED);
	assert_dropped(&b, 0);
	block_release(&b);
}

/* Then there is none. */
static void done_before_the_window(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "three", NULL);
	trial_of(&b, 0)->spec.n_requests = 3;
	b.fill_ns = 100 * NS_PER_S;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(trial_of(&b, 0)->slice_count, 1);
	assert_int_equal(trial_of(&b, 0)->slices[0].begin_ns, 0);
	assert_int_equal(trial_of(&b, 0)->slices[0].end_ns, 0);
	assert_int_equal(trial_of(&b, 0)->slices[0].pause_ns, 0);
	assert_true(trial_of(&b, 0)->slices[0].paused_ns > 0);
	assert_int_equal(b.side[0].opened, 0);
	assert_true(trial_of(&b, 0)->window_end_ns == trial_of(&b, 0)->go_ns);
	block_release(&b);
}

/* Of working time: less than it took by the clock. */
static void deadline_of_slices(void **state)
{
	struct block_fixture b;

	(void)state;
	run_beside(&b, "deadline_second");
	trial_of(&b, 0)->spec.timeout_s = 0.08;
	assert_int_equal(block_run(&b), 0);
	assert_string_equal(replica_of(&b, 0)->text, "");
	assert_string_equal(replica_of(&b, 0)->stopped_by, "deadline");
	other_is_whole(&b);
}

/* ------------------------------------------------------------- oddities --- */

static void undrained(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "undrained", "two_given_up");
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_FINISHED);
	assert_int_equal(replica_of(&b, 0)->unfinished, 1);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(trial_of(&b, 0)->slices[i].marks,
				 i == 1 ? SLICE_MARK(UNDRAINED) : 0);
		assert_int_equal(trial_of(&b, 1)->slices[i].marks,
				 SLICE_MARK(UNDRAINED));
	}
	assert_int_equal(replica_of(&b, 1)->unfinished, 8);
	block_release(&b);
}

/* Its records are held against what it says, from the first pause on. */
static void end_given_up(void *context, struct trial *trial,
			 struct slice *slice)
{
	const struct replica *r = &trial->replica[0];

	assert_int_equal(r->unfinished, 2 * trial->slice_count);
	assert_true(r->finished > 0);
	assert_int_equal(r->started, r->finished + r->unfinished);
	side_end(context, trial, slice);
}

static void counts_at_pauses(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "two_given_up", "slices");
	b.requests[0].hooks.slice_end = end_given_up;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_FINISHED);
	assert_int_equal(trial_of(&b, 0)->slice_count, 4);
	block_release(&b);
}

/* Also of one that says no more. */
static void gives_up_and_dies(void **state)
{
	struct block_fixture b;
	uint64_t finished;

	(void)state;
	run_beside(&b, "gives_up_and_dies");
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_KILLED);
	finished = replica_of(&b, 0)->finished;
	assert_int_equal(replica_of(&b, 0)->unfinished, 2);
	assert_true(finished > 0);
	assert_int_equal(replica_of(&b, 0)->started, finished + 2);
	other_is_whole(&b);
}

static void never_done(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "never_done", "slices");
	b.requests[0].grace_s = 1.5;
	assert_int_equal(block_run(&b), 0);
	assert_int_equal(replica_of(&b, 0)->state, REPLICA_OVERDUE);
	assert_contains(trial_of(&b, 0)->text, "after 'finish'");
	assert_whole(&b, 1, 4);
	block_release(&b);
}

static void no_turns(void **state)
{
	struct block_fixture b;

	(void)state;
	block_init(&b, "slices", "slices");
	b.turns_most = 1;
	assert_int_equal(block_run(&b), 0);
	assert_whole(&b, 0, 1);
	assert_int_equal(trial_of(&b, 1)->go_ns, 0);
	assert_int_equal(replica_of(&b, 1)->state, REPLICA_INTERRUPTED);
	assert_contains(trial_of(&b, 1)->text, "it got no turn");
	block_release(&b);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_alternate),
		cmocka_unit_test(alone_with_replicas),
		cmocka_unit_test(hooks_are_not_required),
		cmocka_unit_test(progress_between_turns),
		cmocka_unit_test(wrong_requests),
		cmocka_unit_test(one_dies),
		cmocka_unit_test(one_hangs_at_pause),
		cmocka_unit_test(one_is_stopped),
		cmocka_unit_test(one_lies),
		cmocka_unit_test(one_fails_before_go),
		cmocka_unit_test(one_is_never_ready),
		cmocka_unit_test(orphan_of_the_dead),
		cmocka_unit_test(one_dies_while_paused),
		cmocka_unit_test(one_hangs_up_while_paused),
		cmocka_unit_test(one_of_its_replicas_dies),
		cmocka_unit_test(one_cannot_be_paused),
		cmocka_unit_test(place_fails_later),
		cmocka_unit_test(done_early),
		cmocka_unit_test(done_in_window),
		cmocka_unit_test(hangs_up_in_window),
		cmocka_unit_test(done_before_the_window),
		cmocka_unit_test(deadline_of_slices),
		cmocka_unit_test(undrained),
		cmocka_unit_test(counts_at_pauses),
		cmocka_unit_test(gives_up_and_dies),
		cmocka_unit_test(never_done),
		cmocka_unit_test(no_turns),
	};

	if (argc > 1 && strcmp(argv[1], "replica") == 0)
		return block_replica_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
