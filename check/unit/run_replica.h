/*
 * Replicas for the checks of the run room: the check starts itself again as
 * `PROGRAM replica BEHAVIOUR…`, replica n taking the n-th behaviour (the last
 * one when there are fewer).
 */
#ifndef CHECK_RUN_REPLICA_H
#define CHECK_RUN_REPLICA_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "record/record.h"
#include "run/handed.h"

extern char **environ;

#define REPLICA_READY                                                          \
	"{\"type\":\"ready\",\"protocol\":1,\"versions\":{\"library\":"        \
	"\"1.2.3\",\"runtime\":\"C17\",\"zlib\":\"1.2\"},\"not_applied\":"     \
	"[\"keep_alive\",\"use_dns_cache\"],\"import_seconds\":0.25"

/* What all are handed as their plan. */
#define FIXTURE_PLAN "a plan\n"

static int replica_fd;
static json_t *replica_setup;
static uint64_t replica_go_ns;

static inline void put_n(const char *bytes, size_t n)
{
	if (send(replica_fd, bytes, n, MSG_NOSIGNAL) < 0)
		_exit(70);
}

static inline void put(const char *text)
{
	put_n(text, strlen(text));
}

/* The next packet; the end of the socket ends the replica. */
static inline json_t *get(void)
{
	char packet[65536];
	ssize_t n = recv(replica_fd, packet, sizeof(packet), 0);
	json_t *object = NULL;

	if (n > 0)
		object = json_loadb(packet, (size_t)n, 0, NULL);
	if (!object)
		_exit(71);
	return object;
}

static inline void expect(const char *type)
{
	json_t *packet = get();
	const char *got = json_string_value(json_object_get(packet, "type"));

	if (!got || strcmp(got, type) != 0)
		_exit(72);
	if (strcmp(type, "go") == 0) {
		json_t *at = json_object_get(packet, "at_ns");

		replica_go_ns = (uint64_t)json_integer_value(at);
		clock_sleep_until(replica_go_ns);
	}
	json_decref(packet);
}

static inline void ready(void)
{
	put(REPLICA_READY "}");
}

static inline void ready_note(const char *note, long number)
{
	char packet[600];

	snprintf(packet, sizeof(packet), "%s,\"notes\":[\"%s %ld\"]}",
		 REPLICA_READY, note, number);
	put(packet);
}

static inline void done(int started, int finished, const char *stopped_by,
			uint64_t end_ns)
{
	char packet[300];

	snprintf(packet, sizeof(packet),
		 "{\"type\":\"done\",\"started\":%d,\"finished\":%d,"
		 "\"unfinished\":0,\"stopped_by\":\"%s\",\"end_ns\":%" PRIu64
		 "}", started, finished, stopped_by, end_ns);
	put(packet);
}

/* Three operations, recorded where the harness said. */
static inline void work(void)
{
	json_t *records = json_object_get(replica_setup, "records"), *path;
	struct record *record;
	int fd;

	path = json_object_get(records, "path");
	fd = open(json_string_value(path), O_RDWR);
	record = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || record == MAP_FAILED)
		_exit(73);
	for (uint32_t i = 0; i < 3; i++) {
		record[i].intended_ns = replica_go_ns;
		record[i].start_ns = clock_now_ns();
		record[i].op = i;
		record[i].end_ns = clock_now_ns();
		record[i].outcome = OUTCOME_OK;
	}
	close(fd);
}

static inline void up_to_go(void)
{
	ready();
	expect("go");
}

static inline void bye(void)
{
	expect("bye");
	_exit(0);
}

static inline void finish(void)
{
	work();
	done(3, 3, "n_requests", clock_now_ns());
	bye();
}

/* For ever, as far as a check goes; one that fails leaves nothing behind. */
static inline void sleep_ever(void)
{
	alarm(120);
	for (;;)
		pause();
}

/* --------------------------------------------------------- behaviours --- */

static inline void do_normal(void)
{
	up_to_go();
	finish();
}

static inline void do_deadline(void)
{
	json_t *timeout = json_object_get(replica_setup, "timeout_seconds");

	up_to_go();
	work();
	clock_sleep_until(replica_go_ns + clock_ns(json_number_value(timeout)));
	done(3, 3, "deadline", clock_now_ns());
	bye();
}

static inline void do_exit_in_setup(void)
{
	fputs("Traceback:\nbucket \x1b[31mmissing\xff\n\n", stderr);
	_exit(3);
}

static inline void do_exit_silent(void)
{
	_exit(4);
}

static inline void do_error(void)
{
	put("{\"type\":\"error\",\"stage\":\"proof\",\"message\":"
	    "\"byte 7 is 3 and not 4\"}");
	_exit(1);
}

/* Says why and then hangs. */
static inline void do_error_and_stay(void)
{
	put("{\"type\":\"error\",\"stage\":\"proof\",\"message\":\"stuck\"}");
	sleep_ever();
}

static inline void do_error_after_go(void)
{
	up_to_go();
	work();
	put("{\"type\":\"error\",\"stage\":\"run\",\"message\":\"no more\"}");
	_exit(1);
}

/* Leaves GO unread: the harness's socket then fails with ECONNRESET first. */
static inline void do_error_unread(void)
{
	char byte;

	ready();
	if (recv(replica_fd, &byte, 1, MSG_PEEK) != 1)
		_exit(71);
	put("{\"type\":\"error\",\"stage\":\"run\",\"message\":\"unread\"}");
	_exit(1);
}

static inline void do_garbage(void)
{
	put("hello");
	sleep_ever();
}

static inline void do_empty(void)
{
	put("");
	sleep_ever();
}

static inline void do_unknown(void)
{
	put("{\"type\":\"hurrah\"}");
	sleep_ever();
}

static inline void do_no_type(void)
{
	put("[1]");
	sleep_ever();
}

static inline void do_oversized(void)
{
	char *packet = malloc(70000);

	memset(packet, ' ', 70000);
	put_n(packet, 70000);
	sleep_ever();
}

/* As in a time namespace; the harness has to see it by what is said. */
static inline void ready_at(uint64_t clock_ns)
{
	char packet[600];

	snprintf(packet, sizeof(packet), "%s,\"clock_ns\":%" PRIu64 "}",
		 REPLICA_READY, clock_ns);
	put(packet);
	sleep_ever();
}

static inline void do_clock_ahead(void)
{
	ready_at(clock_now_ns() + 100000 * NS_PER_S);
}

static inline void do_clock_behind(void)
{
	ready_at(1);
}

static inline void do_other_version(void)
{
	put("{\"type\":\"ready\",\"protocol\":2}");
	sleep_ever();
}

static inline void do_wrong_member(void)
{
	put("{\"type\":\"ready\",\"protocol\":1,\"versions\":"
	    "{\"library\":5,\"runtime\":\"x\"}}");
	sleep_ever();
}

static inline void do_missing_member(void)
{
	put("{\"type\":\"ready\",\"protocol\":1,\"versions\":"
	    "{\"library\":\"5\"}}");
	sleep_ever();
}

static inline void do_twice_ready(void)
{
	ready();
	ready();
	sleep_ever();
}

static inline void do_never_ready(void)
{
	signal(SIGTERM, SIG_IGN);
	sleep_ever();
}

static inline void do_kill_in_setup(void)
{
	raise(SIGKILL);
}

static inline void do_kill_self(void)
{
	up_to_go();
	work();
	raise(SIGKILL);
}

static inline void do_crash(void)
{
	up_to_go();
	fputs("about to crash\n", stderr);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static inline void do_stop_self(void)
{
	up_to_go();
	raise(SIGSTOP);
	finish();
}

static inline void do_stop_in_setup(void)
{
	raise(SIGSTOP);
}

static inline void do_hang(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	up_to_go();
	sleep_ever();
}

static inline void do_flood(void)
{
	char line[1024];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 4096; i++)
		if (write(2, line, sizeof(line)) < 0)
			_exit(74);
	fputs("the last line\n", stderr);
	do_normal();
}

/* One in the same group, one that left session and group behind and whose
 * parent is gone; both keep socket and output open. */
static inline void do_grandchildren(void)
{
	char packet[600];
	int pipes[2];
	pid_t near = fork(), middle, far = 0;

	if (near == 0)
		do_never_ready();
	if (pipe(pipes) < 0)
		_exit(75);
	middle = fork();
	if (middle == 0) {
		pid_t pid;

		setsid();
		pid = fork();
		if (pid == 0)
			do_never_ready();
		if (write(pipes[1], &pid, sizeof(pid)) < 0)
			_exit(75);
		_exit(0);
	}
	if (read(pipes[0], &far, sizeof(far)) != (ssize_t)sizeof(far))
		_exit(75);
	close(pipes[0]);
	close(pipes[1]);
	snprintf(packet, sizeof(packet), "%s,\"notes\":[\"%d %d\"]}",
		 REPLICA_READY, (int)near, (int)far);
	put(packet);
	expect("go");
	finish();
}

static inline void do_two_dones(void)
{
	uint64_t now;

	up_to_go();
	work();
	now = clock_now_ns();
	done(3, 3, "n_requests", now);
	done(3, 3, "n_requests", now);
	bye();
}

static inline void do_close_in_setup(void)
{
	close(replica_fd);
	sleep_ever();
}

static inline void do_close_after_go(void)
{
	up_to_go();
	close(replica_fd);
	sleep_ever();
}

static inline void do_done_before_go(void)
{
	ready();
	done(3, 3, "n_requests", clock_now_ns());
	sleep_ever();
}

/* As soon as GO has come, and not when it is due. */
static inline void do_done_too_soon(void)
{
	json_decref((ready(), get()));
	done(3, 3, "n_requests", clock_now_ns());
	sleep_ever();
}

/* Says late that it was done early. */
static inline void do_done_late(void)
{
	uint64_t end_ns;

	up_to_go();
	work();
	end_ns = clock_now_ns();
	clock_sleep_until(replica_go_ns + 400 * NS_PER_MS);
	done(3, 3, "n_requests", end_ns);
	bye();
}

/* Is done when 300 ms are over, whatever the deadline. */
static inline void do_done_at_300_ms(void)
{
	up_to_go();
	work();
	clock_sleep_until(replica_go_ns + 300 * NS_PER_MS);
	done(3, 3, "n_requests", clock_now_ns());
	bye();
}

static inline void do_close_after_done(void)
{
	up_to_go();
	work();
	done(3, 3, "n_requests", clock_now_ns());
	close(replica_fd);
	sleep_ever();
}

static inline void do_done_in_future(void)
{
	up_to_go();
	done(3, 3, "n_requests", clock_now_ns() + NS_PER_S);
	sleep_ever();
}

static inline void do_done_bad_sum(void)
{
	up_to_go();
	done(3, 2, "n_requests", clock_now_ns());
	sleep_ever();
}

static inline void do_done_bad_word(void)
{
	up_to_go();
	done(3, 3, "boredom", clock_now_ns());
	sleep_ever();
}

/* `done` right after GO, with members that contradict something. */
#define DONE(name, started, finished, stopped_by)                              \
	static inline void do_##name(void)                                     \
	{                                                                      \
		up_to_go();                                                    \
		done(started, finished, stopped_by, clock_now_ns());           \
		sleep_ever();                                                  \
	}

DONE(done_too_few, 2, 2, "n_requests")
DONE(done_too_early, 3, 3, "deadline")
DONE(done_not_full, 3, 3, "records_full")

static inline void do_done_in_flight(void)
{
	char packet[200];

	up_to_go();
	snprintf(packet, sizeof(packet),
		 "{\"type\":\"done\",\"started\":1003,\"finished\":3,"
		 "\"unfinished\":1000,\"stopped_by\":\"deadline\","
		 "\"end_ns\":%" PRIu64 "}", clock_now_ns());
	put(packet);
	sleep_ever();
}

static inline void do_exit_after_go(void)
{
	up_to_go();
	fputs("nothing to do\n", stdout);
	fflush(stdout);
	_exit(0);
}

/* The others are still at work when it has gone. */
static inline void do_no_bye(void)
{
	up_to_go();
	work();
	done(3, 3, "n_requests", clock_now_ns());
	_exit(0);
}

static inline void do_stay_after_bye(void)
{
	up_to_go();
	work();
	done(3, 3, "n_requests", clock_now_ns());
	expect("bye");
	sleep_ever();
}

static inline void do_fail_after_bye(void)
{
	up_to_go();
	work();
	done(3, 3, "n_requests", clock_now_ns());
	expect("bye");
	_exit(5);
}

#include "run_replica_start.h"

static const struct behaviour {
	const char *name;
	void (*run)(void);
} behaviours[] = {
#define B(name) { #name, do_##name }
	B(normal), B(deadline), B(exit_in_setup), B(exit_silent), B(error),
	B(error_and_stay), B(error_after_go), B(error_unread), B(garbage),
	B(empty), B(unknown), B(no_type), B(oversized), B(other_version),
	B(clock_ahead), B(clock_behind),
	B(wrong_member), B(missing_member), B(twice_ready), B(never_ready),
	B(kill_in_setup), B(kill_self), B(crash), B(stop_self),
	B(stop_in_setup), B(hang), B(flood), B(grandchildren), B(two_dones),
	B(close_in_setup), B(close_after_go), B(done_before_go),
	B(done_in_future), B(done_bad_sum), B(done_bad_word), B(done_too_few),
	B(done_too_early), B(done_not_full), B(done_in_flight),
	B(exit_after_go), B(no_bye), B(stay_after_bye),
	B(fail_after_bye), B(inspect), B(echo), B(done_too_soon), B(done_late),
	B(done_at_300_ms), B(close_after_done), B(reads), B(spoils),
#undef B
};

/* Does not come back but for a name that is none. */
static inline void replica_behave(const char *name)
{
	for (size_t i = 0; i < sizeof(behaviours) / sizeof(*behaviours); i++)
		if (strcmp(name, behaviours[i].name) == 0)
			behaviours[i].run();
	_exit(77);
}

static inline int replica_main(int argc, char **argv)
{
	replica_behave(replica_begin(argc, argv));
	return 0;
}

#endif
