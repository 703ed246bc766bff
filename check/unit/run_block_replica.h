/* Replicas that work in slices, for the checks of run_block(): started as
 * `PROGRAM replica BEHAVIOUR…`, as those of run_replica.h. */
#ifndef CHECK_RUN_BLOCK_REPLICA_H
#define CHECK_RUN_BLOCK_REPLICA_H

#include <poll.h>

#include "run_replica.h"

#define OPERATIONS_MOST 900

static int worked;          /* operations; all of them finish */
static int goes;            /* `go`s that have come */
static int given_up;        /* as it says */
static struct record *worked_records;

static inline void pausable(void)
{
	json_t *records = json_object_get(replica_setup, "records"), *path;
	int fd;

	path = json_object_get(records, "path");
	fd = open(json_string_value(path), O_RDWR);
	worked_records = mmap(NULL, 1000 * sizeof(struct record),
			      PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || worked_records == MAP_FAILED)
		_exit(73);
	close(fd);
	put(REPLICA_READY ",\"pause\":true}");
}

static inline void operate(void)
{
	struct record *record = &worked_records[worked];

	if (worked == OPERATIONS_MOST)
		return;
	record->intended_ns = record->start_ns = clock_now_ns();
	record->end_ns = clock_now_ns();
	record->op = (uint32_t)worked++;
	record->outcome = OUTCOME_OK;
}

/* An operation each millisecond until a packet is there. */
static inline void operate_until_told(void)
{
	struct pollfd told = { .fd = replica_fd, .events = POLLIN };

	do
		operate();
	while (poll(&told, 1, 1) == 0);
}

static inline void counts(const char *type, int started, int finished,
			  int unfinished, const char *more)
{
	char packet[300];

	snprintf(packet, sizeof(packet),
		 "{\"type\":\"%s\",\"started\":%d,\"finished\":%d,"
		 "\"unfinished\":%d%s}", type, started, finished, unfinished,
		 more);
	put(packet);
}

static inline void paused(void)
{
	counts("paused", worked + given_up, worked, given_up, "");
}

static inline void done_as(const char *stopped_by)
{
	char more[100];

	snprintf(more, sizeof(more), ",\"stopped_by\":\"%s\",\"end_ns\":%"
		 PRIu64, stopped_by, clock_now_ns());
	counts("done", worked + given_up, worked, given_up, more);
}

/* The next packet; false: it is `finish`. */
static inline bool next_go(void)
{
	json_t *packet = get();
	const char *type = json_string_value(json_object_get(packet, "type"));
	bool go = strcmp(type, "go") == 0;

	if (!go && strcmp(type, "finish") != 0)
		_exit(72);
	if (go)
		replica_go_ns = (uint64_t)json_integer_value(
			json_object_get(packet, "at_ns"));
	json_decref(packet);
	goes++;
	return go;
}

/* In each slice: `at_go` when it begins, `at_pause` in the place of `paused`;
 * NULL: as it should be. */
static inline void slices(void (*at_go)(void), void (*at_pause)(void))
{
	pausable();
	while (next_go()) {
		if (at_go)
			at_go();
		operate_until_told();
		expect("pause");
		(at_pause ? at_pause : paused)();
	}
	done_as("finish");
	bye();
}

static inline void do_slices(void)
{
	slices(NULL, NULL);
}

static inline void do_no_pause(void)
{
	ready();
	sleep_ever();
}

static inline void die_second(void)
{
	if (goes == 2)
		raise(SIGKILL);
}

static inline void do_dies(void)
{
	slices(die_second, NULL);
}

static inline void hang_second(void)
{
	if (goes == 2)
		sleep_ever();
	paused();
}

static inline void do_hangs(void)
{
	slices(NULL, hang_second);
}

static inline void stop_second(void)
{
	if (goes == 2)
		raise(SIGSTOP);
	paused();
}

static inline void do_stops(void)
{
	slices(NULL, stop_second);
}

static inline void three(void)
{
	while (worked < 3)
		operate();
	done_as("n_requests");
	bye();
}

static inline void do_three(void)
{
	slices(three, NULL);
}

/* When the window is open, most often. */
static inline void three_in_window(void)
{
	clock_sleep_until(clock_now_ns() + 12 * NS_PER_MS);
	three();
}

static inline void do_three_in_window(void)
{
	slices(three_in_window, NULL);
}

static inline void hang_up_in_window(void)
{
	clock_sleep_until(clock_now_ns() + 12 * NS_PER_MS);
	close(replica_fd);
	sleep_ever();
}

static inline void do_hangs_up_in_window(void)
{
	slices(hang_up_in_window, NULL);
}

/* Its `done` crosses the `pause`. */
static inline void three_at_pause(void)
{
	worked = 3;
	done_as("n_requests");
	bye();
}

static inline void do_three_late(void)
{
	slices(NULL, three_at_pause);
}

static inline void fewer(void)
{
	if (goes == 2)
		worked = 0;
	paused();
}

static inline void do_fewer(void)
{
	slices(NULL, fewer);
}

static inline void bad_sum(void)
{
	counts("paused", 7, 3, 3, "");
}

static inline void do_bad_sum(void)
{
	slices(NULL, bad_sum);
}

static inline void no_number(void)
{
	put("{\"type\":\"paused\",\"started\":\"7\"}");
}

static inline void do_no_number(void)
{
	slices(NULL, no_number);
}

static inline void one_given_up(void)
{
	given_up += goes == 2;
	paused();
}

static inline void do_undrained(void)
{
	slices(NULL, one_given_up);
}

static inline void taken_back(void)
{
	given_up = goes == 1;
	paused();
}

static inline void do_taken_back(void)
{
	slices(NULL, taken_back);
}

static inline void hang_up(void)
{
	paused();
	close(replica_fd);
	sleep_ever();
}

static inline void do_hangs_up(void)
{
	slices(NULL, hang_up);
}

/* Concurrency is 2. */
static inline void two_given_up(void)
{
	given_up += 2;
	paused();
}

static inline void do_two_given_up(void)
{
	slices(NULL, two_given_up);
}

static inline void do_gives_up_and_dies(void)
{
	slices(die_second, two_given_up);
}

static inline void three_given_up(void)
{
	given_up += 3;
	paused();
}

static inline void do_three_given_up(void)
{
	slices(NULL, three_given_up);
}

static inline void finish_at_once(void)
{
	done_as("finish");
	sleep_ever();
}

static inline void do_finish_unasked(void)
{
	slices(finish_at_once, NULL);
}

static inline void paused_at_once(void)
{
	paused();
	sleep_ever();
}

static inline void do_paused_unasked(void)
{
	slices(paused_at_once, NULL);
}

static inline void deadline_second(void)
{
	if (goes != 2)
		return;
	operate();
	clock_sleep_until(clock_now_ns() + 60 * NS_PER_MS);
	done_as("deadline");
	expect("pause"); /* which crosses it */
	bye();
}

static inline void do_deadline_second(void)
{
	slices(deadline_second, NULL);
}

/* Leaves a process of another session behind. */
static inline void do_leaves_child(void)
{
	if (fork() == 0) {
		setsid();
		do_never_ready();
	}
	slices(NULL, NULL);
}

static inline void do_never_done(void)
{
	pausable();
	while (next_go()) {
		operate_until_told();
		expect("pause");
		paused();
	}
	sleep_ever();
}

static const struct behaviour block_behaviours[] = {
#define B(name) { #name, do_##name }
	B(slices), B(no_pause), B(dies), B(hangs), B(stops), B(three),
	B(three_late), B(fewer), B(bad_sum), B(no_number), B(undrained),
	B(two_given_up), B(three_given_up), B(finish_unasked),
	B(paused_unasked), B(deadline_second), B(leaves_child), B(never_done),
	B(taken_back), B(hangs_up), B(three_in_window), B(gives_up_and_dies),
	B(hangs_up_in_window),
#undef B
};

static inline int block_replica_main(int argc, char **argv)
{
	const char *name = replica_begin(argc, argv);

	for (size_t i = 0; i < sizeof(block_behaviours) /
			       sizeof(*block_behaviours); i++)
		if (strcmp(name, block_behaviours[i].name) == 0)
			block_behaviours[i].run();
	replica_behave(name);
	return 0;
}

#endif
