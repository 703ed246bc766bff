/*
 * The event loop of one thread: ready file descriptors, and timers. The origin
 * knows of epoll only the functions add, modify, remove, timer_set, timer_clear
 * and run, so another reactor can take its place.
 *
 * With LOOP_EDGE a descriptor is reported when it becomes ready; without, as
 * long as it is ready. With LOOP_EDGE, loop_modify() reports once more a
 * descriptor that is ready already.
 *
 * Timers are lazy: to move one to a later time costs an assignment. So a
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
	uint64_t armed_ns; /* the loop's own, as is `place` */
	unsigned place;    /* 0: not in the heap */
	void (*fire)(struct timer *timer); /* Required. */
};

int loop_new(struct loop **out, struct err *err);
void loop_free(struct loop *loop); /* NULL is fine */

/* `interest` is made of LOOP_IN, LOOP_OUT and LOOP_EDGE. Broken connections are
 * always reported. 0 or ERR_SYSTEM. */
int loop_add(struct loop *loop, struct watch *watch, unsigned interest);
int loop_modify(struct loop *loop, struct watch *watch, unsigned interest);

/* Afterwards `ready` is not called any more, not even for events of this turn.
 * The descriptor stays open. */
void loop_remove(struct loop *loop, struct watch *watch);

/* Fires once, at or soon after at_ns (CLOCK_MONOTONIC). */
void loop_timer_set(struct loop *loop, struct timer *timer, uint64_t at_ns);
void loop_timer_clear(struct loop *loop, struct timer *timer);

/* Runs until a `ready` or `fire` calls loop_stop(). */
int loop_run(struct loop *loop, struct err *err);
void loop_stop(struct loop *loop);

/* CLOCK_MONOTONIC of this turn, without asking the kernel. */
uint64_t loop_now_ns(const struct loop *loop);

#endif
