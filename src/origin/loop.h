/*
 * The reactor: readiness of file descriptors and timers, for one thread. The
 * six functions add, modify, remove, timer_set, timer_clear and run are all
 * that the origin knows of epoll, so another reactor can take its place.
 *
 * A watch is reported when something becomes ready (LOOP_EDGE) or as long as it
 * is ready (without). With LOOP_EDGE, loop_modify() makes what is ready already
 * be reported once more.
 *
 * Timers are lazy: to set one later than it is costs an assignment, so a
 * deadline may be moved on at each request.
 */
#ifndef ORIGIN_LOOP_H
#define ORIGIN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct loop;

#define LOOP_IN 1U        /* can be read */
#define LOOP_OUT 2U       /* can be written */
#define LOOP_PEER_DONE 4U /* the peer will send no more */
#define LOOP_GONE 8U      /* the connection is broken */
#define LOOP_EDGE 16U     /* interest only */

/* Memory is the owner's, usually inside a larger struct. */
struct watch {
	int fd;
	void (*ready)(struct watch *watch, unsigned events); /* Required. */
};

struct timer {
	uint64_t at_ns;    /* when it should fire */
	uint64_t armed_ns; /* the loop's own, as is the next */
	unsigned place;    /* 0: not in the heap */
	void (*fire)(struct timer *timer); /* Required. */
};

int loop_new(struct loop **out, struct err *err);
void loop_free(struct loop *loop); /* NULL is fine */

/* `interest` of LOOP_IN, LOOP_OUT, LOOP_EDGE; breaks are always reported. Each
 * returns 0 or ERR_SYSTEM. */
int loop_add(struct loop *loop, struct watch *watch, unsigned interest);
int loop_modify(struct loop *loop, struct watch *watch, unsigned interest);

/* After it `ready` is not called any more, not even for events of this turn.
 * Does not close the descriptor. */
void loop_remove(struct loop *loop, struct watch *watch);

/* Fires once, at or soon after at_ns (CLOCK_MONOTONIC). */
void loop_timer_set(struct loop *loop, struct timer *timer, uint64_t at_ns);
void loop_timer_clear(struct loop *loop, struct timer *timer);

/* Until loop_stop() is called from a `ready` or `fire`. */
int loop_run(struct loop *loop, struct err *err);
void loop_stop(struct loop *loop);

/* CLOCK_MONOTONIC of this turn, without asking the kernel. */
uint64_t loop_now_ns(const struct loop *loop);

#endif
