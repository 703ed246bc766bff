/* Trials that go well, and what the hooks, the replicas and the caller see. */
#include "run_fixture.h"
#include "said.h"


static void normal(void **state)
{
	struct record *records;
	struct fixture f;
	struct replica *r;
	size_t count;

	(void)state;
	fixture_init(&f, 1, "normal");
	assert_int_equal(fixture_run(&f), 0);
	r = &f.trial.replica[0];
	assert_int_equal(r->state, REPLICA_FINISHED);
	assert_int_equal(r->exit_status, 0);
	assert_int_equal(r->signal, 0);
	assert_string_equal(r->library_version, "1.2.3");
	assert_string_equal(r->runtime, "C17");
	assert_contains(r->versions_json, "\"zlib\":\"1.2\"");
	assert_string_equal(r->not_applied, "keep_alive,use_dns_cache");
	assert_null(r->notes);
	assert_null(r->stderr_text);
	assert_true(r->import_s == 0.25 && r->ready_s > 0);
	assert_int_equal(r->started, 3);
	assert_int_equal(r->finished, 3);
	assert_string_equal(r->stopped_by, "n_requests");
	assert_true(r->end_ns >= f.trial.go_ns && r->end_ns <= r->done_ns);
	assert_false(f.trial.failed);
	assert_string_equal(f.trial.text, "");
	assert_true(f.trial.window_end_ns == r->end_ns);
	assert_true(f.trial.end_wall_ns - f.trial.start_wall_ns ==
		    f.trial.window_end_ns - f.trial.go_ns);
	assert_string_equal(f.events.buf, "ready go window_end done0 ");
	run_take_records(f.records[0], &records, &count);
	assert_int_equal(count, 3);
	assert_int_equal(records[2].outcome, OUTCOME_OK);
	assert_true(records[0].start_ns >= f.trial.go_ns);
	free(records);
	fixture_release(&f);
}

static void clean_start(void **state)
{
	sigset_t usr1, before;
	struct fixture f;
	int leak = fcntl(0, F_DUPFD, 50);
	void (*pipe_before)(int) = signal(SIGPIPE, SIG_IGN);

	(void)state;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, &before);
	fixture_init(&f, 2, "inspect");
	assert_int_equal(fixture_run(&f), 0);
	assert_string_equal(f.trial.text, "");
	assert_int_equal(f.trial.replica[1].state, REPLICA_FINISHED);
	fixture_release(&f);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, pipe_before);
	close(leak);
}

static void setup_packet(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "echo");
	assert_int_equal(fixture_run(&f), 0);
	assert_string_equal(f.trial.text, "");
	assert_string_equal(f.trial.replica[1].notes,
			    "http://127.0.0.1:1001 1");
	fixture_release(&f);
}

static void plans_are_read(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "reads");
	assert_int_equal(fixture_run(&f), 0);
	assert_string_equal(f.trial.text, "");
	fixture_release(&f);
}

/* A replica that does what it can to its files harms itself alone: those of
 * the next one are whole. */
static void files_are_spoiled(void **state)
{
	struct record *records;
	struct fixture f;
	size_t count;

	(void)state;
	fixture_init(&f, 1, "spoils");
	assert_int_equal(fixture_run(&f), 0);
	assert_string_equal(f.trial.text, "");
	run_take_records(f.records[0], &records, &count);
	assert_int_equal(count, 1);
	free(records);
	close(f.records[0]);
	free(f.argv[2]);
	f.argv[2] = mem_dup("reads");
	trial_release(&f.trial);
	trial_init(&f.trial, &f.spec);
	strcpy(f.trial.params_json, "{}");
	assert_int_equal(fixture_run(&f), 0);
	assert_string_equal(f.trial.text, "");
	fixture_release(&f);
}

/* Each replica's GO is the same; how far apart they really started. */
static void many(void **state)
{
	uint64_t first = UINT64_MAX, last = 0, late = 0;
	struct record *records;
	struct fixture f;
	size_t count;

	(void)state;
	fixture_init(&f, 32, "normal");
	assert_int_equal(fixture_run(&f), 0);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(f.trial.replica[i].state, REPLICA_FINISHED);
		assert_true(f.sent_ns[i] > 0);
		first = f.sent_ns[i] < first ? f.sent_ns[i] : first;
		last = f.sent_ns[i] > last ? f.sent_ns[i] : last;
		run_take_records(f.records[i], &records, &count);
		assert_int_equal(count, 3);
		assert_true(records[0].start_ns >= f.trial.go_ns);
		if (records[0].start_ns - f.trial.go_ns > late)
			late = records[0].start_ns - f.trial.go_ns;
		free(records);
	}
	/* Too late is allowed on a busy machine, but not silently. */
	if (last > f.trial.go_ns)
		assert_contains(said(&f.trial.findings), "GO was sent");
	print_message("32 replicas: GO sent within %.3f ms, the last %.3f ms "
		      "ahead; first operation at most %.3f ms after GO\n",
		      (double)(last - first) / NS_PER_MS,
		      ((double)f.trial.go_ns - (double)last) / NS_PER_MS,
		      (double)late / NS_PER_MS);
	fixture_release(&f);
}

static void flood(void **state)
{
	struct fixture f;
	const char *text;

	(void)state;
	fixture_init(&f, 1, "flood");
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	text = f.trial.replica[0].stderr_text;
	assert_non_null(text);
	assert_int_equal(strlen(text), 65536);
	assert_string_equal(text + 65536 - 14, "the last line\n");
	fixture_release(&f);
}

/* What replicas leave behind is found. */
static void grandchildren(void **state)
{
	int near = 0, far = 0, subreaper = -1;
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "grandchildren");
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_int_equal(sscanf(f.trial.replica[0].notes, "%d %d", &near,
				&far), 2);
	assert_true(near > 0 && is_gone(near));
	assert_true(far > 0 && is_gone(far));
	assert_contains(said(&f.trial.findings), "left 2 processes behind");
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	assert_int_equal(subreaper, 0);
	fixture_release(&f);
}

/* Processes that are not the trial's: one started while it runs, and the child
 * of one from before that ends while it runs, so that it becomes ours. */
static pid_t started_meanwhile, orphan;
static int orphan_pipe[2];

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0)
		sleep_ever();
	return pid;
}

/* Has a session of its own and a child; exits when the pipe is closed. */
static pid_t parent_of_orphan(void)
{
	int report[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(report), 0);
	assert_int_equal(pipe(orphan_pipe), 0);
	pid = fork();
	if (pid == 0) {
		close(orphan_pipe[1]);
		setsid();
		pid = sleeper();
		_exit(write(report[1], &pid, sizeof(pid)) < 0 ||
		      read(orphan_pipe[0], &byte, 1) < 0);
	}
	assert_int_equal(read(report[0], &orphan, sizeof(orphan)),
			 sizeof(orphan));
	close(report[0]);
	close(report[1]);
	close(orphan_pipe[0]);
	return pid;
}

static void disturb(void *context, struct trial *trial)
{
	(void)context;
	(void)trial;
	/* First: the sleeper would hold the pipe open. */
	close(orphan_pipe[1]);
	started_meanwhile = sleeper();
	clock_sleep_until(clock_now_ns() + 100 * NS_PER_MS);
}

static void others_are_left_alone(void **state)
{
	pid_t before = parent_of_orphan();
	struct fixture f;

	(void)state;
	fixture_init(&f, 1, "normal");
	f.request.hooks.ready = disturb;
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_int_equal(waitpid(before, NULL, 0), before);
	assert_true(is_alive(started_meanwhile));
	assert_true(is_alive(orphan));
	kill(started_meanwhile, SIGKILL);
	kill(orphan, SIGKILL);
	assert_int_equal(waitpid(started_meanwhile, NULL, 0),
			 started_meanwhile);
	assert_int_equal(waitpid(orphan, NULL, 0), orphan);
	fixture_release(&f);
}

static pid_t *shared_pids;

static void share_pids(void *context, struct trial *trial)
{
	(void)context;
	for (unsigned i = 0; i < trial->replica_count; i++)
		shared_pids[i] = trial->replica[i].pid;
	shared_pids[4] = 1;
}

static pid_t start_harness(struct fixture *f)
{
	pid_t pid;

	shared_pids = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared_pids != MAP_FAILED);
	f->request.hooks.go = share_pids;
	pid = fork();
	if (pid == 0)
		_exit(run_trial(&f->request, &f->err) ? 1 : 0);
	return pid;
}

/* A harness that is killed leaves no replica behind. */
static void harness_is_killed(void **state)
{
	struct fixture f;
	pid_t pid;

	(void)state;
	fixture_init(&f, 3, "hang");
	pid = start_harness(&f);
	while (!((volatile pid_t *)shared_pids)[4])
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	for (unsigned i = 0; i < 3; i++)
		assert_true(is_alive(shared_pids[i]));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (int i = 0; i < 5000 && (is_alive(shared_pids[0]) ||
				     is_alive(shared_pids[1]) ||
				     is_alive(shared_pids[2])); i++)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	for (unsigned i = 0; i < 3; i++)
		assert_false(is_alive(shared_pids[i]));
	munmap(shared_pids, 4096);
	fixture_release(&f);
}

/* A caller that ignores SIGCHLD would never see how its children end. */
static void sigchld_ignored(void **state)
{
	void (*before)(int) = signal(SIGCHLD, SIG_IGN);
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "normal exit_after_go");
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.trial.replica[0].state, REPLICA_FINISHED);
	assert_int_equal(f.trial.replica[1].state, REPLICA_EXITED);
	assert_int_equal(f.trial.replica[1].exit_status, 0);
	fixture_release(&f);
	assert_true(signal(SIGCHLD, before) == SIG_IGN);
}

static void no_file_is_left_open(void **state)
{
	unsigned before = open_files();
	struct fixture f;

	(void)state;
	fixture_init(&f, 3, "normal kill_self garbage");
	assert_int_equal(fixture_run(&f), 0);
	fixture_release(&f);
	assert_int_equal(open_files(), before);
}

/* Press Ctrl-C in a stage: all end soon, none is called finished. */
static void interrupt_in(const char *stage, const char *behaviour)
{
	struct fixture f;

	fixture_init(&f, 3, behaviour);
	f.interrupt_stage = stage;
	f.request.interrupt_fd = f.interrupt[0];
	assert_int_equal(fixture_run(&f), ERR_INTERRUPTED);
	assert_true(f.trial.failed);
	assert_string_equal(f.trial.text, "the person asked to stop");
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f.trial.replica[i].state,
				 REPLICA_INTERRUPTED);
		assert_contains(f.trial.replica[i].text, "asked to stop");
	}
	if (strcmp(stage, "running") == 0)
		assert_string_equal(f.events.buf, "ready go window_end ");
	else
		assert_string_equal(f.events.buf, "");
	fixture_release(&f);
}

static void interrupt_starting(void **state)
{
	(void)state;
	interrupt_in("starting", "never_ready");
}

static void interrupt_proving(void **state)
{
	(void)state;
	interrupt_in("proving", "never_ready");
}

static void interrupt_running(void **state)
{
	(void)state;
	interrupt_in("running", "hang");
}

/* All work is done by then: the figures stand, the run stops. */
static void interrupt_stopping(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "stay_after_bye");
	f.interrupt_stage = "stopping";
	f.request.grace_s = 0.5;
	f.request.interrupt_fd = f.interrupt[0];
	assert_int_equal(fixture_run(&f), ERR_INTERRUPTED);
	assert_false(f.trial.failed);
	assert_int_equal(f.trial.replica[1].state, REPLICA_FINISHED);
	fixture_release(&f);
}

/* The store ends in a stage: no verdict of a replica stands for it. */
static void lose_in(const char *stage, const char *behaviour)
{
	struct fixture f;

	fixture_init(&f, 2, behaviour);
	f.interrupt_stage = stage;
	f.request.lost_fd = f.interrupt[0];
	f.request.grace_s = 0.5;
	assert_int_equal(fixture_run(&f), 0);
	assert_true(f.request.lost_ns > 0);
	assert_true(f.trial.failed);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(f.trial.replica[i].state,
				 REPLICA_INTERRUPTED);
		assert_contains(f.trial.replica[i].text, "the origin ended");
	}
	fixture_release(&f);
}

static void lost_proving(void **state)
{
	(void)state;
	lose_in("proving", "never_ready");
}

static void lost_running(void **state)
{
	(void)state;
	lose_in("running", "hang");
}

/* All work is done by then. */
static void lost_stopping(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, 2, "normal");
	f.interrupt_stage = "stopping";
	f.request.lost_fd = f.interrupt[0];
	assert_int_equal(fixture_run(&f), 0);
	assert_int_equal(f.request.lost_ns, 0);
	assert_false(f.trial.failed);
	fixture_release(&f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal),
		cmocka_unit_test(clean_start),
		cmocka_unit_test(setup_packet),
		cmocka_unit_test(many), cmocka_unit_test(plans_are_read),
		cmocka_unit_test(files_are_spoiled),
		cmocka_unit_test(flood),
		cmocka_unit_test(grandchildren),
		cmocka_unit_test(others_are_left_alone),
		cmocka_unit_test(harness_is_killed),
		cmocka_unit_test(sigchld_ignored),
		cmocka_unit_test(no_file_is_left_open),
		cmocka_unit_test(interrupt_starting),
		cmocka_unit_test(interrupt_proving),
		cmocka_unit_test(interrupt_running),
		cmocka_unit_test(interrupt_stopping),
		cmocka_unit_test(lost_proving),
		cmocka_unit_test(lost_running),
		cmocka_unit_test(lost_stopping),
	};

	if (argc > 1 && strcmp(argv[1], "replica") == 0)
		return replica_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
