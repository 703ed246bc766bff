/*
 * The inside of run_trial(): one `runner` a trial, one `member` a replica.
 *
 * run.c goes through the stages, loop.c waits and dispatches, member.c follows
 * one replica through the protocol and judges how it ended.
 */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/trial.h"
#include "run/descendants.h"
#include "run/launcher.h"
#include "run/packet.h"
#include "run/run.h"
#include "run/tail.h"

/* The first entries in runner->poll: who asks to stop, and the store. */
enum { RUNNER_STOP, RUNNER_LOST, RUNNER_FDS };

/* A replica has so long to exit after it closed its socket or sent `error`. */
#define RUNNER_LINGER_NS (500 * NS_PER_MS)

/* How far a replica has come in the protocol. */
enum step { STEP_NONE, STEP_SETUP, STEP_READY, STEP_GO, STEP_DONE, STEP_BYE };

struct member {
	struct replica *replica;
	struct launched process; /* -1 where closed */
	enum step step;
	bool running;        /* started and not yet waited for */
	bool judged;         /* state and text are final */
	bool killed;         /* by us: its signal says nothing about it */
	unsigned poll_at;    /* first of its entries in runner->poll */
	uint64_t started_ns;
	uint64_t give_up_ns; /* then it is killed; 0: no such time */
	struct tail output;
	enum blame blame;    /* of its place, once it has ended */
	char blame_text[290];
};

struct runner {
	struct run_request *request;
	struct trial *trial;
	const struct launcher *launcher;
	struct member *member;
	unsigned count;
	struct pollfd *poll; /* RUNNER_FDS + MEMBER_FDS a member */
	char *packet;        /* PACKET_MAX_BYTES + 1 */
	struct descendants descendants;

	const char *stage;
	uint64_t progress_ns; /* when the next one is due; so below */
	uint64_t tick_ns;     /* 0: no ticks now */
	uint64_t deadline_ns; /* go_ns + timeout; 0 before GO */
	bool window_opened;   /* the hook `go` was called */
	bool window_open;     /* and `window_end` was not */
	int follow_fd; /* epoll, of all members, in the window; -1 */
	bool interrupted;
	bool lost;            /* the store has ended before the window did */
	bool lost_late;       /* or after it, which is no matter */
	unsigned orphans; /* killed before the trial's end */
	const struct member *first_failed;
};

/* ------------------------------------------------------------- loop.c --- */

/* Waits until something happens or until_ns, and handles it. Call it in a loop
 * that looks at the members. */
void runner_turn(struct runner *runner, uint64_t until_ns);

void runner_stage(struct runner *runner, const char *stage);

/* Closes follow_fd; twice is fine. */
void runner_unfollow(struct runner *runner);

/* Calls the hook `go`, once. */
void runner_open_window(struct runner *runner);

/* Ends an open window at the deadline, or at `end_ns` if that is earlier. A
 * later call with an earlier end only moves window_end_ns. */
void runner_end_window(struct runner *runner, uint64_t end_ns);

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

#endif
