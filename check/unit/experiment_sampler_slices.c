/* What is read in slices, and around them; counters that go back in one of them
 * are not taken for work. */
#include "check.h"
#include "rival.h"
#include "said.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyse/reconcile_noise.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cell/cgroup_ops.h"
#include "experiment/sampler.h"
#include "experiment/sampler_perf.h"

#define MS NS_PER_MS

enum { SLICES = 5, ORIGIN = 0, REPLICA = 1 };

/* What the counters say now. */
static struct {
	uint64_t cpu_ns[2];
	uint64_t busy_ns, steal_ns, idle_ns;
	uint64_t irq_ns, softirq_ns; /* and so busy */
} now;

static struct {
	struct cgroup groups[2];
	struct cells cells;
	struct seats seats;
	struct plan plan;
	struct sampler sampler;
	struct trial trial;
	uint64_t interrupts_ns; /* softirq of each window */
	bool probe; /* it only settles turns */
	int counts[PERF_EVENTS]; /* into pipes; 0: nothing counts */
	uint64_t counted;
	uint64_t waits_ns; /* of this process for a CPU, in each window */
	struct ledger *after_close; /* its next beat is 200 ms later */
	int stat;
} f;

static int read_group(struct cgroup *group, enum cgroup_what what,
		      struct cgroup_counts *out)
{
	(void)what;
	*out = (struct cgroup_counts){ .cpu_ns = now.cpu_ns[group - f.groups] };
	return 0;
}

static const struct cgroup_ops ops = { .name = "made up", .read = read_group };

/* /proc/stat counts hundredths of a second. */
static void tell_machine(void)
{
#define STEPS(ns) ((unsigned long long)((ns) / (10 * MS)))
	char text[200];
	int n = snprintf(text, sizeof(text),
			 "cpu  %llu 0 0 %llu 0 %llu %llu %llu 0 0\n",
			 STEPS(now.busy_ns), STEPS(now.idle_ns),
			 STEPS(now.irq_ns), STEPS(now.softirq_ns),
			 STEPS(now.steal_ns));
#undef STEPS

	assert_int_equal(ftruncate(f.stat, 0), 0);
	assert_int_equal(pwrite(f.stat, text, (size_t)n, 0), n);
}

static int begin(void **state)
{
	static const int records[] = { -1 };
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	spec.replicas = 1;
	memset(&f, 0, sizeof(f));
	now.cpu_ns[ORIGIN] = now.cpu_ns[REPLICA] = 5000 * MS;
	now.busy_ns = now.steal_ns = now.idle_ns = 90000 * MS;
	now.irq_ns = now.softirq_ns = 0;
	f.groups[ORIGIN].ops = f.groups[REPLICA].ops = &ops;
	f.cells = (struct cells){ .isolation = ISOLATION_PROCESS,
				  .group = f.groups, .count = 2 };
	trial_init(&f.trial, &spec);
	f.trial.replica[0].pid = getpid();
	f.seats = (struct seats){ .cells = &f.cells };
	sampler_init(&f.sampler, &f.trial, &f.seats, NULL, getpid(), records, 1,
		     &f.plan);
	f.stat = memfd_create("stat", MFD_CLOEXEC);
	tell_machine();
	assert_int_equal(dup2(f.stat, f.sampler.machine.stat),
			 f.sampler.machine.stat);
	sampler_ready(&f.sampler);
	return 0;
}

static int end(void **state)
{
	(void)state;
	sampler_release(&f.sampler);
	trial_release(&f.trial);
	close(f.stat);
	return 0;
}

/* Less than it was, in one reading only. */
struct back {
	uint64_t *counter;
	bool at_open; /* else when the window closes */
};

static void read_low(uint64_t *counter, struct slice *slice,
		     void (*read)(struct sampler *, struct slice *))
{
	uint64_t right = counter ? *counter : 0;

	if (counter)
		*counter = right - 1000 * MS;
	tell_machine();
	read(&f.sampler, slice);
	if (counter)
		*counter = right;
	tell_machine();
}

/* The next reading. Time enabled, time running. */
static void tell_counts(void)
{
	for (uint64_t i = 0; f.counts[0] && i < PERF_EVENTS; i++) {
		uint64_t reading[3] = { f.counted * (i + 1), 1, 1 };

		assert_int_equal(write(f.counts[i], reading, sizeof(reading)),
				 sizeof(reading));
	}
}

/* Of 120 ms that the machine is busy, 60 are the replica's and 40 the origin's. */
static void take_turn(const struct back *back)
{
	struct slice *slice = trial_add_slice(&f.trial);

	sampler_slice_begin(&f.sampler, slice);
	slice->go_ns = clock_now_ns();
	if (!f.trial.go_ns)
		f.trial.go_ns = slice->go_ns;
	tell_counts();
	read_low(back && back->at_open ? back->counter : NULL, slice,
		 sampler_slice_open);
	now.cpu_ns[REPLICA] += 60 * MS;
	now.cpu_ns[ORIGIN] += 40 * MS;
	now.busy_ns += 120 * MS;
	now.steal_ns += 10 * MS;
	now.idle_ns += 70 * MS;
	now.softirq_ns += f.interrupts_ns;
	f.counted += 1000;
	clock_sleep_until(clock_now_ns() + MS);
	if (f.waits_ns)
		wait_for_cpu(f.waits_ns);
	tell_counts();
	read_low(back && !back->at_open ? back->counter : NULL, slice,
		 sampler_slice_close);
	f.trial.window_end_ns = slice->end_ns;
	slice->pause_ns = slice->paused_ns = clock_now_ns();
	if (f.after_close)
		ledger_beat(f.after_close, slice->paused_ns + 200 * MS);
	f.counted += 100;
	if (f.probe)
		slice->begin_ns = slice->end_ns = 0;
	sampler_slice_end(&f.sampler, slice);
}

/* The third is the bad one. */
static void take_turns(const struct back *back)
{
	for (int i = 0; i < SLICES; i++)
		take_turn(i == 2 ? back : NULL);
	sampler_over(&f.sampler);
	sampler_finish(&f.sampler);
}

static const char *doubts(void)
{
	reconcile_counters(&f.trial);
	return said(&f.trial.findings);
}

static void assert_whole_cpu(void)
{
	assert_int_equal(f.trial.replica[0].cpu_ns, SLICES * 60 * MS);
	assert_int_equal(f.trial.origin_cpu_ns, SLICES * 40 * MS);
	for (int i = 0; i < SLICES; i++) {
		assert_int_equal(f.trial.slices[i].cpu_ns, 60 * MS);
		if (i)
			assert_int_equal(f.trial.slices[i].idle_cpu_ns, 0);
	}
}

static void counters_that_go_on(void **state)
{
	(void)state;
	take_turns(NULL);
	assert_whole_cpu();
	assert_int_equal(f.trial.busy_ns, SLICES * 120 * MS);
	assert_int_equal(f.trial.steal_ns, SLICES * 10 * MS);
	assert_in_range(f.trial.others_cpu_ns, 0, SLICES * 20 * MS);
	assert_string_equal(doubts(), "");
}

/* For longer than the window, from before it until after it. */
static void origin_that_stands_still(void **state)
{
	struct slice *slice;
	struct ledger *ledger = calloc(1, sizeof(*ledger) +
					  2 * sizeof(*ledger->row));
	uint64_t now_ns = clock_now_ns();

	(void)state;
	f.sampler.ledger = ledger;
	atomic_store(&ledger->beat_ns, now_ns - 300 * MS);
	f.after_close = ledger;
	take_turn(NULL);
	slice = &f.trial.slices[0];
	assert_int_equal(f.trial.origin_still_ns,
			 slice->end_ns - slice->begin_ns);
	assert_int_equal(f.trial.origin_late_ns, f.trial.origin_still_ns);
	f.after_close = NULL;
	f.sampler.ledger = NULL;
	free(ledger);
}

/* Our own network input, on no account, is nobody else's program. */
static void interrupts_apart(void **state)
{
	(void)state;
	now.irq_ns = 50 * MS;
	f.interrupts_ns = 100 * MS;
	take_turns(NULL);
	assert_whole_cpu();
	assert_int_equal(f.trial.busy_ns, SLICES * 220 * MS);
	for (int i = 0; i < SLICES; i++)
		assert_in_range(f.trial.slices[i].others_ns, 0, 20 * MS);
	assert_in_range(f.trial.others_cpu_ns, 0, SLICES * 20 * MS);
}

/* Where it is on ours, it is not taken off once more. */
static void interrupts_on_our_account(void **state)
{
	(void)state;
	f.interrupts_ns = 100 * MS;
	take_turns(NULL);
	for (int i = 0; i < SLICES; i++)
		assert_in_range(f.trial.slices[i].others_ns, 80 * MS, 120 * MS);
}

static void cpu_back(uint64_t *counter, bool at_open)
{
	struct back back = { counter, at_open };

	take_turns(&back);
	assert_int_equal(f.trial.slices[2].begin_ns, 0);
	assert_int_equal(f.trial.slices[2].end_ns, 0);
	assert_int_equal(f.trial.replica[0].cpu_ns, (SLICES - 1) * 60 * MS);
	assert_int_equal(f.trial.origin_cpu_ns, (SLICES - 1) * 40 * MS);
	assert_int_equal(f.trial.steal_ns, (SLICES - 1) * 10 * MS);
	assert_int_equal(f.trial.busy_ns, (SLICES - 1) * 120 * MS);
	for (int i = 1; i < SLICES; i++)
		assert_int_equal(f.trial.slices[i].idle_cpu_ns, 0);
	assert_non_null(strstr(doubts(), "CPU time went back in 1 of 5 slices, "
					 "which count nowhere"));
}

static void cpu_that_goes_back(void **state)
{
	(void)state;
	cpu_back(&now.cpu_ns[REPLICA], false);
}

static void cpu_that_was_back(void **state)
{
	(void)state;
	cpu_back(&now.cpu_ns[REPLICA], true);
}

static void origin_that_goes_back(void **state)
{
	(void)state;
	cpu_back(&now.cpu_ns[ORIGIN], false);
}

static void steal_back(bool at_open)
{
	struct back back = { &now.steal_ns, at_open };

	take_turns(&back);
	assert_whole_cpu();
	for (int i = 0; i < SLICES; i++)
		assert_int_equal(f.trial.slices[i].steal_ns,
				 i == 2 ? COUNT_UNKNOWN : 10 * MS);
	assert_int_equal(f.trial.steal_ns, COUNT_UNKNOWN);
	assert_int_equal(f.trial.busy_ns, SLICES * 120 * MS);
	assert_non_null(strstr(doubts(), "stolen time went back, or was not "
					 "there, in 1 of 5 windows"));
}

static void steal_that_goes_back(void **state)
{
	(void)state;
	steal_back(false);
}

static void steal_that_was_back(void **state)
{
	(void)state;
	steal_back(true);
}

static void busy_that_goes_back(void **state)
{
	struct back back = { &now.busy_ns, false };

	(void)state;
	take_turns(&back);
	assert_whole_cpu();
	assert_int_equal(f.trial.slices[2].others_ns, COUNT_UNKNOWN);
	assert_in_range(f.trial.slices[3].others_ns, 0, 20 * MS);
	assert_int_equal(f.trial.busy_ns, COUNT_UNKNOWN);
	assert_int_equal(f.trial.others_cpu_ns, COUNT_UNKNOWN);
	assert_int_equal(f.trial.steal_ns, SLICES * 10 * MS);
	assert_non_null(strstr(doubts(), "counter of busy time went back"));
}

/* Nobody knows of any window: that is no doubt of one. */
static void no_counters(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(f.stat, 0), 0);
	close(f.stat);
	f.stat = memfd_create("nobody reads this", MFD_CLOEXEC);
	take_turns(NULL);
	assert_int_equal(f.trial.busy_ns, COUNT_UNKNOWN);
	assert_int_equal(f.trial.steal_ns, COUNT_UNKNOWN);
	assert_int_equal(f.trial.others_cpu_ns, COUNT_UNKNOWN);
	assert_string_equal(doubts(), "");
}

static void count_by_pipes(void)
{
	struct perf_meter *meter;

	sampler_perf_release(&f.sampler);
	f.sampler.counted = mem_new(sizeof(*f.sampler.counted));
	meter = &f.sampler.counted->meter;
	meter->count = PERF_EVENTS;
	meter->fd = mem_array(PERF_EVENTS, sizeof(*meter->fd));
	for (int i = 0; i < PERF_EVENTS; i++) {
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		meter->fd[i] = ends[0];
		f.counts[i] = ends[1];
	}
}

/* Probes, and windows that are taken out, are in no sum. */
static void counts_of_windows(void **state)
{
	struct back back = { &now.cpu_ns[REPLICA], false };

	(void)state;
	count_by_pipes();
	f.probe = true;
	take_turn(NULL);
	assert_true(f.trial.replica[0].instructions == COUNT_UNKNOWN);
	f.probe = false;
	take_turns(&back);
	assert_int_equal(f.trial.slices[3].end_ns, 0);
	assert_int_equal(f.trial.replica[0].cpu_ns, (SLICES - 1) * 60 * MS);
	assert_int_equal(f.trial.replica[0].instructions, (SLICES - 1) * 1000);
	assert_int_equal(f.trial.replica[0].cycles, (SLICES - 1) * 2000);
	for (int i = 0; i < PERF_EVENTS; i++)
		close(f.counts[i]);
	f.counts[0] = 0;
	take_turn(NULL); /* the pipes are empty: nobody knows */
	assert_true(f.trial.replica[0].instructions == COUNT_UNKNOWN);
}

/* Nothing is read while a window is open. */
static void readings_at_the_edges(void **state)
{
	size_t own = 0;

	(void)state;
	take_turns(NULL);
	/* When it began, when all were ready, and when it was over. */
	assert_int_equal(f.trial.machine_count, 2 + 2 * SLICES + 1);
	assert_int_equal(f.trial.sample_count, 2 * 2 * SLICES);
	for (size_t i = 0; i < f.trial.sample_count; i++) {
		const struct sample *sample = &f.trial.samples[i];
		const struct slice *slice;

		if (sample->replica != 0)
			continue;
		slice = &f.trial.slices[own / 2];
		assert_int_equal(sample->at_ns, own++ % 2 ? slice->end_ns
							  : slice->begin_ns);
	}
	assert_int_equal(own, 2 * SLICES);
}

static void assert_around(size_t count)
{
	const struct machine_sample *machine = f.trial.machine;

	assert_int_equal(f.trial.machine_count, count);
	assert_true(machine[0].at_ns <= machine[1].at_ns);
	assert_true(machine[1].at_ns < f.trial.go_ns);
	assert_true(machine[2].at_ns >= f.trial.go_ns);
	assert_true(machine[count - 1].at_ns > machine[count - 2].at_ns);
	assert_true(machine[count - 1].at_ns > f.trial.window_end_ns);
}

static void readings_before_and_after(void **state)
{
	(void)state;
	take_turns(NULL);
	assert_around(2 + 2 * SLICES + 1);
}

static void readings_around_a_separate_trial(void **state)
{
	(void)state;
	f.trial.go_ns = clock_now_ns() + 1;
	sampler_go(&f.sampler);
	assert_true(f.trial.machine[1].at_ns < f.trial.go_ns);
	assert_true(f.trial.machine[2].at_ns == f.trial.go_ns);
	sampler_tick(&f.sampler);
	f.trial.window_end_ns = clock_now_ns();
	sampler_window_end(&f.sampler);
	assert_int_equal(f.trial.machine_count, 5);
	sampler_over(&f.sampler);
	assert_around(6);
}

/* Of others nothing is known, which is not that there were none. */
static void a_separate_trial_without_counters(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(f.stat, 0), 0);
	f.trial.go_ns = clock_now_ns() + 1;
	sampler_go(&f.sampler);
	f.trial.window_end_ns = clock_now_ns();
	sampler_window_end(&f.sampler);
	assert_int_equal(f.trial.busy_ns, COUNT_UNKNOWN);
	assert_int_equal(f.trial.others_cpu_ns, COUNT_UNKNOWN);
}

/* A program of somebody else's that uses so much at least is named, or three are
 * that used more. */
static void others_are_named_at_the_end(void **state)
{
	struct timespec used = { 0 };
	clockid_t clock;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		for (;;)
			;
	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	take_turn(NULL);
	assert_null(f.trial.others_text);
	while (clock_seconds((uint64_t)used.tv_nsec) + (double)used.tv_sec < 0.1)
		assert_int_equal(clock_gettime(clock, &used), 0);
	take_turns(NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_non_null(f.trial.others_text);
	assert_non_null(strstr(f.trial.others_text, " (pid "));
	assert_true(f.trial.others_seen_ns > 0);
}

/* What it waits for a CPU counts in windows that count, and nowhere else. */
static void waits_of_windows(void **state)
{
	const struct back back = { &now.cpu_ns[REPLICA], false };
	uint64_t all_ns, else_ns = 0, from_ns;
	double waited_s;
	pid_t rival;

	(void)state;
	if (!waits_are_counted(""))
		skip();
	rival = rival_begin();
	f.waits_ns = 10 * MS;
	all_ns = waits_read("", getpid());
	for (int i = 0; i < SLICES; i++) {
		from_ns = waits_read("", getpid());
		wait_for_cpu(10 * MS);
		if (i == 2)
			take_turn(&back);
		else_ns += waits_read("", getpid()) - from_ns;
		if (i != 2)
			take_turn(NULL);
	}
	all_ns = waits_read("", getpid()) - all_ns;
	rival_end(rival);
	sampler_finish(&f.sampler);
	waited_s = f.trial.replica[0].waited * f.sampler.worked_s;
	assert_true(waited_s > clock_seconds((SLICES - 1) * 10 * MS) * 0.999);
	assert_true(waited_s < clock_seconds(all_ns - else_ns) * 1.001);
	assert_true(f.trial.origin_waited > 0);
}

static void waits_of_a_separate_trial(void **state)
{
	double waited_s;
	pid_t rival;

	(void)state;
	if (!waits_are_counted(""))
		skip();
	rival = rival_begin();
	f.trial.go_ns = clock_now_ns() + 1;
	sampler_go(&f.sampler);
	wait_for_cpu(20 * MS);
	f.trial.window_end_ns = clock_now_ns();
	sampler_window_end(&f.sampler);
	rival_end(rival);
	sampler_finish(&f.sampler);
	waited_s = f.trial.replica[0].waited * trial_seconds(&f.trial);
	assert_true(waited_s > 0.02 * 0.999);
}

int main(void)
{
#define EACH(check) cmocka_unit_test_setup_teardown(check, begin, end)
	const struct CMUnitTest checks[] = {
		EACH(counters_that_go_on),
#if !defined(__powerpc__) && !defined(__s390__)
		EACH(interrupts_apart),
#endif
		EACH(interrupts_on_our_account),
		EACH(origin_that_stands_still),
		EACH(cpu_that_goes_back),
		EACH(cpu_that_was_back),
		EACH(origin_that_goes_back),
		EACH(steal_that_goes_back),
		EACH(steal_that_was_back),
		EACH(busy_that_goes_back),
		EACH(no_counters),
		EACH(counts_of_windows),
		EACH(readings_at_the_edges),
		EACH(readings_before_and_after),
		EACH(readings_around_a_separate_trial),
		EACH(a_separate_trial_without_counters),
		EACH(others_are_named_at_the_end),
		EACH(waits_of_windows),
		EACH(waits_of_a_separate_trial),
	};
#undef EACH

	return cmocka_run_group_tests(checks, NULL, NULL);
}
