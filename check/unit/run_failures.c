/* check: waits */
/* Every way in which a replica can fail: its state, its sentence, the trial's
 * verdict, and that nothing is left of it. */
#include "run_fixture.h"
#include "said.h"

#include <sys/resource.h>

/* What is true of a trial of one replica with that behaviour. */
struct failure {
	const char *behaviour;
	enum replica_state state;
	const char *text;   /* part of the sentence */
	const char *text_2; /* another, or NULL */
	int exit_status, signal;
};

static const struct failure failures[] = {
	/* Before GO. */
	{ "exit_in_setup", REPLICA_SETUP_FAILED,
	  "exited with status 3 before it was ready: bucket ?[31mmissing?",
	  NULL, 3, 0 },
	{ "exit_silent", REPLICA_SETUP_FAILED,
	  "exited with status 4 before it was ready, and printed nothing",
	  NULL, 4, 0 },
	{ "error", REPLICA_SETUP_FAILED,
	  "failed before it was ready (proof): byte 7 is 3 and not 4", NULL,
	  1, 0 },
	{ "error_and_stay", REPLICA_SETUP_FAILED, "(proof): stuck", NULL, -1,
	  0 },
	{ "kill_in_setup", REPLICA_KILLED,
	  "was killed by signal 9 (SIGKILL) before GO", NULL, -1, SIGKILL },
	{ "garbage", REPLICA_BAD_PROTOCOL, "5 bytes that is not JSON",
	  "docs/worker-protocol.md", -1, 0 },
	{ "empty", REPLICA_BAD_PROTOCOL, "an empty packet", NULL, -1, 0 },
	{ "unknown", REPLICA_BAD_PROTOCOL, "'hurrah' before it was ready",
	  NULL, -1, 0 },
	{ "no_type", REPLICA_BAD_PROTOCOL, "with a text 'type'", NULL, -1, 0 },
	{ "oversized", REPLICA_BAD_PROTOCOL, "more than 65,536 bytes", NULL,
	  -1, 0 },
	{ "other_version", REPLICA_BAD_PROTOCOL, "version 2",
	  "its library.toml says version 1", -1, 0 },
	{ "clock_ahead", REPLICA_BAD_PROTOCOL,
	  "runs on another clock: its CLOCK_MONOTONIC is",
	  "s ahead of ours (is it in a time namespace", -1, 0 },
	{ "clock_behind", REPLICA_BAD_PROTOCOL, "runs on another clock",
	  "s behind ours", -1, 0 },
	{ "wrong_member", REPLICA_BAD_PROTOCOL, "'versions'",
	  "is not an object of strings", -1, 0 },
	{ "missing_member", REPLICA_BAD_PROTOCOL, "no member 'runtime'", NULL,
	  -1, 0 },
	{ "close_in_setup", REPLICA_BAD_PROTOCOL,
	  "closed its socket (BENCHMARK_FD) before GO", NULL, -1, 0 },
	/* After GO. */
	{ "kill_self", REPLICA_KILLED, "was killed by signal 9 (SIGKILL)",
	  "s after GO: not by the harness", -1, SIGKILL },
	{ "crash", REPLICA_KILLED, "signal 11 (SIGSEGV)", "about to crash", -1,
	  SIGSEGV },
	{ "exit_after_go", REPLICA_EXITED, "exited with status 0",
	  "without saying that it was done: nothing to do", 0, 0 },
	{ "error_after_go", REPLICA_EXITED, "gave up", "(run): no more", 1,
	  0 },
	{ "two_dones", REPLICA_BAD_PROTOCOL, "'done' after 'done'", NULL, 0,
	  0 },
	{ "close_after_go", REPLICA_BAD_PROTOCOL, "closed its socket",
	  "after GO", -1, 0 },
	{ "done_too_soon", REPLICA_BAD_PROTOCOL, "'done' before GO", NULL, -1,
	  0 },
	{ "done_in_future", REPLICA_BAD_PROTOCOL, "not yet over", NULL, -1,
	  0 },
	{ "done_bad_sum", REPLICA_BAD_PROTOCOL,
	  "'started' is not 'finished' + 'unfinished'", NULL, -1, 0 },
	{ "done_bad_word", REPLICA_BAD_PROTOCOL, "'stopped_by'", NULL, -1, 0 },
	{ "done_too_few", REPLICA_BAD_PROTOCOL, "another number 'started'",
	  NULL, -1, 0 },
	{ "done_too_early", REPLICA_BAD_PROTOCOL, "before it was there", NULL,
	  -1, 0 },
	{ "done_not_full", REPLICA_BAD_PROTOCOL, "with room left", NULL, -1,
	  0 },
	{ "done_in_flight", REPLICA_BAD_PROTOCOL, "than can be in flight",
	  NULL, -1, 0 },
};

#define TRIES 20

/* Where the machine is busy it may be too late for its fault. */
static bool hurries(const struct failure *want)
{
	return strcmp(want->behaviour, "done_too_soon") == 0 ||
	       strcmp(want->behaviour, "two_dones") == 0;
}

static void run_failure(struct fixture *f, const struct failure *want)
{
	fixture_init(f, 1, want->behaviour);
	f->trial.spec.rate = NAN; /* a closed loop */
	f->request.grace_s = 0.5;
	assert_int_equal(fixture_run(f), 0);
}

static void check_failure(const struct failure *want)
{
	struct fixture f;
	struct replica *r;

	run_failure(&f, want);
	for (int i = 0; hurries(want) && i < TRIES &&
			f.trial.replica[0].state == REPLICA_FINISHED; i++) {
		fixture_release(&f);
		run_failure(&f, want);
	}
	r = &f.trial.replica[0];
	if (r->state != want->state)
		fail_msg("%s: %s, not %s: %s", want->behaviour,
			 replica_state_name(r->state),
			 replica_state_name(want->state), r->text);
	assert_contains(r->text, want->text);
	if (want->text_2)
		assert_contains(r->text, want->text_2);
	assert_int_equal(r->signal, want->signal);
	/* One that we end may get as far as exiting first. */
	if (want->exit_status >= 0 && r->exit_status >= 0)
		assert_int_equal(r->exit_status, want->exit_status);
	assert_true(f.trial.failed);
	assert_contains(f.trial.text, "replica 0 ");
	assert_contains(f.trial.text, want->text);
	/* What cannot be true is in no sum. */
	if (strcmp(want->behaviour, "two_dones") != 0)
		assert_int_equal(r->started | r->finished | r->unfinished |
					 r->end_ns, 0);
	fixture_release(&f);
}

static void each_failure(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		check_failure(&failures[i]);
}

static void run_short(struct fixture *f)
{
	f->request.ready_timeout_s = 0.3;
	f->request.grace_s = 0.3;
	f->trial.spec.timeout_s = 0.3;
	assert_int_equal(fixture_run(f), 0);
}

/* A busy machine, or a sanitizer, gets more time, until the first replica is so
 * far. Returns the last deadline. */
static double run_patiently(struct fixture *f, unsigned replicas,
			    const char *names, enum replica_state state)
{
	double seconds = 0.2;

	for (;; seconds *= 2) {
		fixture_init(f, replicas, names);
		f->request.ready_timeout_s = 2 * seconds;
		f->request.grace_s = seconds;
		f->trial.spec.timeout_s = seconds;
		assert_int_equal(fixture_run(f), 0);
		if (f->trial.replica[0].state == state || seconds > 5)
			return seconds;
		fixture_release(f);
	}
}

static void never_ready(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "never_ready");
	run_short(&f);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(f.trial.replica[i].state,
				 REPLICA_NEVER_READY);
		assert_contains(f.trial.replica[i].text, "within 0.3 s");
	}
	assert_true(f.trial.failed);
	assert_int_equal(f.trial.go_ns, 0);
	fixture_release(&f);
}

static void stopped(const char *behaviour)
{
	struct fixture f;

	run_patiently(&f, 1, behaviour, REPLICA_STOPPED);
	if (f.trial.replica[0].state != REPLICA_STOPPED)
		fail_msg("%s: %s", behaviour, f.trial.replica[0].text);
	assert_int_equal(f.trial.replica[0].signal, SIGSTOP);
	assert_contains(f.trial.text, "stopped by signal 19 (SIGSTOP)");
	assert_true(f.trial.failed);
	fixture_release(&f);
}

static void stopped_in_setup(void **state)
{
	(void)state;
	stopped("stop_in_setup");
}

static void stopped_after_go(void **state)
{
	(void)state;
	stopped("stop_self");
}

static void overdue(void **state)
{
	uint64_t start = clock_now_ns();
	struct fixture f;
	double seconds;
	char text[80];

	(void)state;
	seconds = run_patiently(&f, 2, "deadline hang", REPLICA_FINISHED);
	snprintf(text, sizeof(text), "within %.1f s after the deadline of %g s",
		 seconds + 0.1, seconds);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_int_equal(f.trial.replica[1].state, REPLICA_OVERDUE);
	assert_contains(f.trial.text, "replica 1 did not say that it was done");
	assert_contains(f.trial.text, text);
	assert_false(f.trial.failed);
	assert_true(clock_now_ns() - start >= clock_ns(0.5));
	fixture_release(&f);
}

/* One that fails before GO ends the others, at once and with a reason. */
static void one_fails_before_go(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 4, "never_ready normal exit_in_setup normal");
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[2].state, REPLICA_SETUP_FAILED);
	for (unsigned i = 0; i < 4; i++) {
		const struct replica *r = &f.trial.replica[i];

		if (i == 2)
			continue;
		/* The last may not even have been started. */
		assert_true(r->state == REPLICA_INTERRUPTED ||
			    (i == 3 && r->state == REPLICA_NOT_STARTED));
		assert_contains(r->text, "because replica 2 failed");
	}
	assert_contains(f.trial.text, "replica 2 exited with status 3");
	assert_string_equal(f.events.buf, "");
	assert_true(f.trial.failed && f.trial.window_end_ns == 0);
	fixture_release(&f);
}

/* After GO the others go on, and what was recorded stays. */
static void one_fails_after_go(void **state)
{
	struct record *records;
	struct fixture f;
	size_t count;

	(void)state;
	fixture_init(&f, 3, "deadline kill_self exit_after_go");
	f.trial.spec.timeout_s = 0.5;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_int_equal(f.trial.replica[1].state, REPLICA_KILLED);
	assert_int_equal(f.trial.replica[2].state, REPLICA_EXITED);
	assert_false(f.trial.failed);
	assert_contains(f.trial.text, "; 1 more failed");
	assert_true(f.trial.window_end_ns == f.trial.go_ns + clock_ns(0.5));
	run_take_records(f.records[1], &records, &count);
	assert_int_equal(count, 3);
	assert_int_equal(records[2].outcome, OUTCOME_OK);
	free(records);
	fixture_release(&f);
}

static void done_before_go(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "done_before_go normal");
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_BAD_PROTOCOL);
	assert_contains(f.trial.replica[0].text, "before GO");
	assert_true(f.trial.replica[0].end_ns == 0);
	fixture_release(&f);
}

static void ready_twice(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "twice_ready");
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_BAD_PROTOCOL);
	assert_contains(f.trial.replica[0].text, "'ready' after");
	fixture_release(&f);
}

/* Done and gone, while another still works. */
static void no_bye(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "no_bye deadline");
	f.does_not_wait = true;
	f.trial.spec.timeout_s = 0.5;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_EXITED);
	assert_contains(f.trial.replica[0].text, "did not wait for 'bye'");
	assert_int_equal(f.trial.replica[1].state, REPLICA_FINISHED);
	fixture_release(&f);
}

static void bad_goodbyes(void **state)
{
	struct fixture f;

	(void)state;
	for (double grace_s = 0.5;; grace_s *= 2) {
		fixture_init(&f, 3, "stay_after_bye fail_after_bye normal");
		f.request.grace_s = grace_s;
		assert_int_equal(fixture_run(&f), 0);
		if (!strstr(said(&f.trial.findings), "replica 1 did not exit") ||
		    grace_s > 5)
			break;
		fixture_release(&f);
	}
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(f.trial.replica[i].state, REPLICA_FINISHED);
	assert_contains(said(&f.trial.findings), "replica 0 did not exit in time");
	assert_contains(said(&f.trial.findings), "replica 1 exited with status 5");
	assert_false(f.trial.failed);
	fixture_release(&f);
}

/* ------------------------------------------------------- not started --- */

static void cannot_start(char *program, char *folder, const char *text)
{
	struct fixture f;
	char *self;

	fixture_init(&f, 2, "normal");
	self = f.argv[0];
	if (program)
		f.argv[0] = program;
	if (folder)
		f.folders[0] = folder;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_NOT_STARTED);
	assert_contains(f.trial.replica[0].text, text);
	assert_int_equal(f.trial.replica[0].pid, 0);
	assert_int_equal(f.trial.replica[1].state, REPLICA_NOT_STARTED);
	assert_contains(f.trial.replica[1].text, "because replica 0 failed");
	assert_true(f.trial.failed);
	assert_contains(f.trial.text, "replica 0 could not be started");
	f.argv[0] = self;
	fixture_release(&f);
}

static void write_script(const char *path, const char *text, mode_t mode)
{
	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void not_started(void **state)
{
	char folder[] = "/tmp/run-check-XXXXXX", path[64];
	char nowhere[] = "/nonexistent/program", absent[] = "/nonexistent";

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/script", folder);
	cannot_start(nowhere, NULL, "/nonexistent/program does not exist");
	cannot_start(NULL, absent, "folder /nonexistent");
	write_script(path, "#!/nonexistent/python\n", 0755);
	cannot_start(path, NULL, "the interpreter that the first line");
	write_script(path, "#!/bin/sh\n", 0644);
	cannot_start(path, NULL, "may not be executed");
	write_script(path, "no program\n", 0755);
	cannot_start(path, NULL, "Exec format error");
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

/* Room for the records of all and for the first replicas; then not even for the
 * records. */
static void too_few_files(void **state)
{
	struct rlimit before, low;
	struct fixture f;
	int next;

	(void)state;
	fixture_init(&f, 20, "never_ready");
	next = dup(0);
	close(next);
	getrlimit(RLIMIT_NOFILE, &before);
	low = before;
	low.rlim_cur = (rlim_t)next + 38;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(fixture_run(&f), 0);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_true(f.trial.replica[0].pid > 0);
	assert_contains(f.trial.text, "ulimit -n");
	assert_int_equal(f.trial.replica[19].state, REPLICA_NOT_STARTED);
	assert_int_equal(f.trial.findings.count, 0);
	for (unsigned i = 0; i < 20; i++)
		close(f.records[i]);
	low.rlim_cur = (rlim_t)next + 12;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(fixture_run(&f), ERR_SYSTEM);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_contains(f.err.text, "ulimit -n");
	fixture_release(&f);
}

static void wrong_requests(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "normal");
	f.trial.spec.seed = UINT64_MAX;
	assert_int_equal(fixture_run(&f), ERR_USAGE);
	assert_contains(f.err.text, "seed");
	f.trial.spec.seed = 1;
	f.request.records_capacity = 0;
	assert_int_equal(fixture_run(&f), ERR_USAGE);
	f.request.records_capacity = 3;
	f.trial.spec.timeout_s = 0;
	assert_int_equal(fixture_run(&f), ERR_USAGE);
	f.trial.spec.timeout_s = 30;
	strcpy(f.trial.params_json, "[");
	assert_int_equal(fixture_run(&f), ERR_USAGE);
	assert_contains(f.err.text, "not a JSON object");
	fixture_release(&f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failure),
		cmocka_unit_test(never_ready),
		cmocka_unit_test(stopped_in_setup),
		cmocka_unit_test(stopped_after_go),
		cmocka_unit_test(overdue),
		cmocka_unit_test(one_fails_before_go),
		cmocka_unit_test(one_fails_after_go),
		cmocka_unit_test(done_before_go),
		cmocka_unit_test(ready_twice),
		cmocka_unit_test(no_bye),
		cmocka_unit_test(bad_goodbyes),
		cmocka_unit_test(not_started),
		cmocka_unit_test(too_few_files),
		cmocka_unit_test(wrong_requests),
	};

	if (argc > 1 && strcmp(argv[1], "replica") == 0)
		return replica_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
