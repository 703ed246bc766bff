/*
 * The inside of run_trial() and run_block(): one `runner` a trial, one `member`
 * a replica; `runners` are the trials that one loop drives.
 *
 * run.c and block.c go through the stages, start.c and stop.c have those that
 * both need, slices.c has one turn of a block. loop.c waits and dispatches,
 * member.c follows one replica through the protocol and judges how it ended.
 */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/trial.h"
#include "run/block.h"
#include "run/descendants.h"
#include "run/launcher.h"
#include "run/packet.h"
#include "run/run.h"
#include "run/tail.h"

/* The first entries in runners->poll: who asks to stop, and the store. */
enum { RUNNER_STOP, RUNNER_LOST, RUNNER_FDS };

/* A replica has so long to exit after it closed its socket or sent `error`. */
#define RUNNER_LINGER_NS (500 * NS_PER_MS)

/* For the kernel to end what has been sent SIGKILL. */
#define RUNNER_KILL_WAIT_NS (5 * NS_PER_S)

/* How far a replica has come in the protocol. */
enum step {
	STEP_NONE,
	STEP_SETUP,
	STEP_READY,
	STEP_GO,
	STEP_PAUSING,   /* told to pause */
	STEP_PAUSED,    /* and has nothing in flight */
	STEP_FINISHING, /* told to finish, in place of a further `go` */
	STEP_DONE,
	STEP_BYE
};

struct member {
	struct replica *replica;
	struct launched process; /* -1 where closed */
	enum step step;
	bool running;        /* started and not yet waited for */
	bool judged;         /* state and text are final */
	bool killed;         /* by us: its signal says nothing about it */
	bool frozen;         /* its place has stopped it, for us */
	unsigned poll_at;    /* first of its entries in runners->poll */
	uint64_t started_ns;
	uint64_t give_up_ns; /* then it is killed; 0: no such time */
	struct tail output;
	enum blame blame;    /* of its place, once it has ended */
	char blame_text[290];

	/* In a block. */
	struct packet_counts counts; /* of its last `paused` */
	uint64_t worked_ns;  /* at most: from `go` until it said `paused` */
	bool undrained;      /* it gave operations up at the last pause */
	bool done_unread;    /* the hook `done` is still to be called */
};

struct runner {
	struct runners *all;
	struct run_request *request;
	struct trial *trial;
	const struct launcher *launcher;
	struct member *member;
	unsigned count;

	const char *stage;
	uint64_t tick_ns;     /* when the next one is due; 0: no ticks now */
	uint64_t deadline_ns; /* go_ns + timeout; 0 before GO, and in
			       * a block */
	bool window_opened;   /* the hook `go` was called; in a block: it gets
			       * turns */
	bool window_open;     /* and `window_end` was not; and will get more */
	bool interrupted;
	bool lost;            /* the store has ended before the window did */
	bool lost_late;       /* or after it, which is no matter */
	unsigned orphans; /* killed before the trial's end */
	const struct member *first_failed;

	/* In a block. */
	bool sliced;
	uint64_t slice_go_ns; /* the last `go` */
	uint64_t ready_until_ns; /* then its replicas have to be ready */
	bool leaving;         /* is to be ended, and gets no more turns */
	int unfrozen;         /* errno: a replica could not be stopped */
	bool ended;           /* is concluded, and no process of it is left */
};

/* What the trials share that one loop drives: a block's, or one alone. */
struct runners {
	struct runner *runner;
	unsigned count;
	struct pollfd *poll; /* RUNNER_FDS + MEMBER_FDS a member */
	char *packet;        /* PACKET_MAX_BYTES + 1 */
	struct descendants descendants;
	int interrupt_fd, lost_fd;
	bool interrupted, store_ended; /* seen; both stay readable */
	bool orphaned;        /* a trial has ended since a turn was last ended
				 * cleanly: orphans of it may be left */
	int follow_fd;        /* epoll, of all members, while work is timed;
			       * -1 */
	uint64_t progress_ns; /* when the next one is due */
	bool quiet;           /* no progress now: a slice is timed */
};

typedef bool (*member_test)(const struct member *member);

/* Is expected to say `done`, or `paused`. */
bool member_works(const struct member *member);

unsigned runner_count(const struct runner *runner, member_test test);

/* ------------------------------------------------------------- loop.c --- */

/* Waits until something happens or until_ns, and handles it. Call it in a loop
 * that looks at the members. */
void runners_turn(struct runners *all, uint64_t until_ns);

void runner_stage(struct runner *runner, const char *stage);

/* From here on waiting costs hardly anything, however many replicas there are;
 * until the second, which may be called twice. */
void runners_follow(struct runners *all);
void runners_unfollow(struct runners *all);

/* Calls the hook `go`, once. */
void runner_open_window(struct runner *runner);

/* Ends an open window at the deadline, or at `end_ns` if that is earlier. A
 * later call with an earlier end only moves window_end_ns. */
void runner_end_window(struct runner *runner, uint64_t end_ns);

/* ------------------------------------------------------------ start.c --- */

/* Checks the requests and makes their records and `all`, which the caller has
 * zeroed but for `runner` and `count`, of which each has its request. After a
 * failure there is nothing to release but the records, the caller's. */
int runners_init(struct runners *all, struct err *err);
void runners_release(struct runners *all);

/* Starts the replicas, until one fails or all is over. A code < 0: something
 * asked does not fit the protocol. */
int runner_start(struct runner *runner, struct err *err);

bool member_expects_ready(const struct member *member);

/* Judges those that are not ready yet. */
void runner_judge_unready(struct runner *runner);

/* Judges all as tested OVERDUE, with that text, and kills them. */
void runner_judge_overdue(struct runner *runner, member_test test,
			  const char *text);

/* Interrupted, or without its store; for `over` also: one has failed. */
bool runner_is_stopped(const struct runner *runner);
bool runner_is_over(const struct runner *runner);

/* ------------------------------------------------------------- stop.c --- */

/* How long after a deadline, or `pause`, a replica may take to say that it has
 * nothing in flight. */
uint64_t runner_drain_ns(const struct runner *runner);

/* Says goodbye to a replica that is done, or judges it and ends its socket. */
void member_dismiss(struct runner *runner, struct member *member);

/* Ends all replicas of those that are `leaving`: dismisses them, waits, kills
 * what is left. */
void runners_stop(struct runners *all);

/* All that are `leaving` and not yet ended. */
void runners_each_leaving(struct runners *all,
			  void (*what)(struct runner *runner));

/* Kills what they left behind in their places, which counts as orphans. */
void runner_empty_places(struct runner *runner);

/* Kills what all left behind, once no replica runs. Returns how many;
 * *left: who would not end. */
unsigned runners_reap(struct runners *all, unsigned *left);
void runner_tell_left(struct runner *runner, const char *whose,
		      unsigned killed, unsigned left);

/* Removes what launchers have of them. */
void runner_release_members(struct runner *runner);

/* The verdict of a trial all of whose replicas have ended. */
void runner_conclude(struct runner *runner);

/* ----------------------------------------------------------- slices.c --- */

/* Lets the place stop the replica, or lets it go on. false: it could not, and
 * runner->unfrozen says why. */
bool member_freeze(struct runner *runner, struct member *member, bool frozen);

/* All of its replicas that run. false: one of them goes on. */
bool runner_freeze(struct runner *runner);

/* The same, and once more without the orphans of a trial that has ended, which are
 * no fault of this one. Whoever made them, they are of no use to anybody. */
bool runner_freeze_alone(struct runner *runner);

/* Judges and kills those that cannot be let go on. */
void runner_thaw(struct runner *runner);

/* Why the last of them could not be stopped; goes on after a colon. */
const char *runner_why_unfrozen(const struct runner *runner);

/* All replicas of the block are frozen; so they are afterwards, unless all is
 * over, or the trial is `leaving`: it cannot be frozen any more. */
void runner_take_turn(struct runner *runner, const struct run_turn *asked);

/* --------------------------------------------------------- dispatch.c --- */

/* member_poll() fills pollfds for a member that runs and returns how many;
 * member_dispatch() handles what poll() said about them. */
#define MEMBER_FDS 3
unsigned member_poll(const struct member *member, struct pollfd *fds);
void member_dispatch(struct runner *runner, struct member *member,
		     const struct pollfd *fds);

/* Sends a packet and frees it. false: the replica has closed its socket, as it
 * does at its end. */
bool member_send(struct member *member, char *packet);

void member_close(struct member *member);

/* ----------------------------------------------------------- member.c --- */

/* Gives the verdict, unless the member has one. The sentence goes on after
 * "replica N ". */
void member_judge(struct runner *runner, struct member *member,
		  enum replica_state state, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Judges a replica that did not do something in time: STOPPED if a signal has
 * stopped it, otherwise `state` with `text`. */
void member_judge_late(struct runner *runner, struct member *member,
		       enum replica_state state, const char *text);

/* Judges a replica that was done and did not wait for `bye`. */
void member_judge_unwaited(struct runner *runner, struct member *member);

void member_kill(struct runner *runner, struct member *member);

/* What happened to it. */
void member_on_packet(struct runner *runner, struct member *member,
		      const char *bytes, size_t n);
void member_on_bad_packet(struct runner *runner, struct member *member,
			  const char *text);
void member_on_hang_up(struct runner *runner, struct member *member);
void member_on_exit(struct runner *runner, struct member *member,
		    const siginfo_t *info);

/* The replica has ended and is not reaped yet: asks its place whether the place
 * caused it. An engine removes the control group of a container as soon as it
 * notices the end. */
void member_ask_place(struct runner *runner, struct member *member);
void member_on_give_up(struct runner *runner, struct member *member);

/* ------------------------------------------------------------- done.c --- */

/* `done` or `paused` came when it may. */
void member_on_done(struct runner *runner, struct member *member,
		    const json_t *packet);
void member_on_paused(struct runner *runner, struct member *member,
		      const json_t *packet);

/* Calls the hook `done` of a member that is done, once. */
void member_read_done(struct runner *runner, struct member *member);

#endif
