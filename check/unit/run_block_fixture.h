/* A block of self-made replicas, in places that stop them by signals. */
#ifndef CHECK_RUN_BLOCK_FIXTURE_H
#define CHECK_RUN_BLOCK_FIXTURE_H

#include "run/block.h"
#include "run/place.h"
#include "run_block_replica.h"
#include "run_fixture.h"

#define SIDES_MOST 3
#define SIDE_REPLICAS_MOST 4

struct block_fixture;

/* One trial of the block, and its place. */
struct side {
	struct block_fixture *block;
	struct fixture f;
	struct place place;
	bool frozen[SIDE_REPLICAS_MOST];
	int cannot_freeze_after; /* so many pauses it can; -1: all */
	unsigned orphans; /* one is found once the first has died: 1, by one look
			   * only; 2, by all */
	unsigned freezes, kills;
	unsigned ready, begun, opened, closed, ended, running;
	bool died_frozen;
	bool thawed_beside; /* while another worked */
	bool slow_to_freeze;
};

struct block_fixture {
	struct side side[SIDES_MOST];
	unsigned count;
	struct run_request requests[SIDES_MOST];
	struct run_block block;
	unsigned ready, turns, turns_most;
	int refused;             /* who was; -1 */
	unsigned refused_in_turn; /* 0: before the first */
	char why[200];
	int stop_fd;             /* is written to when … */
	unsigned stop_in_turn;   /* … the window of this turn opens, from 1 */
	unsigned kill_in_turn;   /* so the others are killed, while paused */
	unsigned slow_in_turn;   /* the window takes longer than progress */
	bool beside;             /* one may be let go while another works */
	unsigned last;
	uint64_t fill_ns, window_ns;
	struct err err;
};

static inline int side_pause(void *context, unsigned replica, bool frozen)
{
	struct side *side = context;
	pid_t pid = side->f.trial.replica[replica].pid;
	char state;

	if (frozen && side->cannot_freeze_after >= 0 &&
	    side->freezes >= (unsigned)side->cannot_freeze_after) {
		errno = EPERM;
		return -1;
	}
	if (frozen && side->orphans &&
	    side->block->side[0].f.trial.replica[0].state == REPLICA_KILLED) {
		side->orphans -= side->orphans == 1;
		errno = ECHILD;
		return -1;
	}
	for (unsigned i = 0; !frozen && i < side->block->count; i++) {
		const struct side *other = &side->block->side[i];

		if (other != side && other->begun != other->ended)
			side->thawed_beside = true;
	}
	if (side->slow_to_freeze && frozen)
		clock_sleep_until(clock_now_ns() + 50 * NS_PER_MS);
	if (kill(pid, frozen ? SIGSTOP : SIGCONT) < 0 && frozen)
		return -1;
	side->freezes += frozen;
	side->frozen[replica] = frozen;
	while ((state = state_of(pid)) && state != 'Z' && state != 'X' &&
	       (state == 'T') != frozen)
		clock_sleep_until(clock_now_ns() + NS_PER_MS / 10);
	return 0;
}

static inline unsigned side_kill(void *context, unsigned replica)
{
	struct side *side = context;

	if (side->frozen[replica])
		side->died_frozen = true;
	side->kills++;
	return 0;
}

/* Nobody but `but` runs. */
static inline void all_stand(const struct block_fixture *b,
			     const struct side *but)
{
	for (unsigned i = 0; i < b->count; i++) {
		const struct trial *trial = &b->side[i].f.trial;

		for (unsigned j = 0; j < trial->replica_count; j++) {
			char state = state_of(trial->replica[j].pid);

			if (&b->side[i] != but && trial->replica[j].pid)
				assert_true(!state || strchr("TZX", state));
		}
	}
}

static inline void side_ready(void *context, struct trial *trial)
{
	struct side *side = context;

	assert_int_equal(trial->go_ns, 0);
	assert_int_equal(side->block->ready, 0);
	side->ready++;
}

static inline void side_begin(void *context, struct trial *trial,
			      struct slice *slice)
{
	struct side *side = context;

	assert_ptr_equal(slice, &trial->slices[trial->slice_count - 1]);
	assert_int_equal(slice->go_ns, 0);
	all_stand(side->block, NULL);
	assert_int_equal(side->begun, side->ended);
	side->begun++;
}

/* Between turns only. */
static inline void side_progress(void *context, struct trial *trial,
				 const char *stage, uint64_t now_ns)
{
	struct side *side = context;
	struct block_fixture *b = side->block;

	(void)trial;
	(void)now_ns;
	for (unsigned i = 0; i < b->count; i++)
		assert_int_equal(b->side[i].begun, b->side[i].ended);
	side->running += strcmp(stage, "running") == 0;
}

static inline void kill_others(struct block_fixture *b, const struct side *but)
{
	for (unsigned i = 0; i < b->count; i++)
		if (&b->side[i] != but)
			kill(b->side[i].f.trial.replica[0].pid, SIGKILL);
}

static inline void side_open(void *context, struct trial *trial,
			     struct slice *slice)
{
	struct side *side = context;
	struct block_fixture *b = side->block;

	(void)trial;
	all_stand(b, side);
	side->opened++;
	if (b->stop_in_turn == b->turns)
		assert_int_equal(write(b->stop_fd, "c", 1), 1);
	if (b->kill_in_turn == b->turns)
		kill_others(b, side);
	slice->begin_ns = clock_now_ns();
}

static inline void side_close(void *context, struct trial *trial,
			      struct slice *slice)
{
	struct side *side = context;

	(void)trial;
	side->closed++;
	assert_int_equal(side->closed, side->opened);
	assert_true(slice->begin_ns && !slice->pause_ns);
	slice->end_ns = clock_now_ns();
}

static inline void side_end(void *context, struct trial *trial,
			    struct slice *slice)
{
	struct side *side = context;
	struct block_fixture *b = side->block;

	(void)slice;
	(void)trial;
	if (b->stop_in_turn != b->turns && side->cannot_freeze_after < 0 &&
	    b->side[1].orphans < 2)
		all_stand(b, NULL);
	side->ended++;
}

static inline void side_done(void *context, struct trial *trial,
			     unsigned replica)
{
	struct side *side = context;

	assert_int_equal(side->opened, side->closed);
	if (!is_alive(trial->replica[replica].pid))
		side->f.dead_at_done = true;
	str_addf(&side->f.events, "done%u ", replica);
}

static inline void block_ready(void *context)
{
	struct block_fixture *b = context;

	assert_int_equal(b->turns, 0);
	b->ready++;
}

static inline void block_refused(void *context, unsigned request,
				 const char *why)
{
	struct block_fixture *b = context;

	assert_int_equal(b->refused, -1);
	b->refused = (int)request;
	b->refused_in_turn = b->turns;
	snprintf(b->why, sizeof(b->why), "%s", why);
}

/* In turn, those that may. */
static inline bool block_next(void *context, struct run_turn *turn)
{
	struct block_fixture *b = context;

	assert_int_equal(b->ready, 1);
	all_stand(b, NULL);
	if (b->turns == b->turns_most)
		return false;
	do
		b->last = (b->last + 1) % b->count;
	while (!run_may_work(&b->requests[b->last]));
	turn->request = b->last;
	turn->round = b->turns / b->count;
	turn->position = b->turns % b->count;
	turn->fill_ns = b->fill_ns;
	b->turns++;
	turn->window_ns = b->turns == b->slow_in_turn ? NS_PER_S
						      : b->window_ns;
	return true;
}

static inline void side_init(struct block_fixture *b, unsigned number,
			     const char *words)
{
	struct side *side = &b->side[number];
	unsigned replicas = 1;

	for (const char *p = words; *p; p++)
		replicas += *p == ' ';
	fixture_init(&side->f, replicas, words);
	side->block = b;
	side->cannot_freeze_after = -1;
	side->place = (struct place){ .context = side, .pause = side_pause,
				      .kill = side_kill };
	side->f.trial.spec.rate = 0;
	side->f.trial.spec.n_requests = COUNT_UNKNOWN;
	side->f.request.hooks = (struct run_hooks){
		.ready = side_ready, .done = side_done,
		.progress = side_progress,
		.slice_begin = side_begin, .slice_open = side_open,
		.slice_close = side_close, .slice_end = side_end,
	};
	b->requests[number] = side->f.request;
	b->requests[number].context = side;
	b->requests[number].place = &side->place;
}

/* A trial for each of the texts: one behaviour a replica, blanks between. */
static inline void block_init(struct block_fixture *b, const char *first,
			      const char *second)
{
	memset(b, 0, sizeof(*b));
	side_init(b, 0, first);
	if (second)
		side_init(b, 1, second);
	b->count = second ? 2 : 1;
	b->last = b->count - 1;
	b->turns_most = 4 * b->count;
	b->fill_ns = 5 * NS_PER_MS;
	b->window_ns = 20 * NS_PER_MS;
	b->refused = -1;
	b->block = (struct run_block){
		.requests = b->requests, .count = b->count, .context = b,
		.next = block_next, .ready = block_ready,
		.refused = block_refused,
	};
}

static inline struct trial *trial_of(struct block_fixture *b, unsigned number)
{
	return &b->side[number].f.trial;
}

static inline struct replica *replica_of(struct block_fixture *b,
					 unsigned number)
{
	return &b->side[number].f.trial.replica[0];
}

/* The slices of a trial in the order of time, each in itself too; and of no two
 * trials at one time. */
static inline void check_slices(struct block_fixture *b)
{
	uint64_t last_ns = 0;
	size_t next[SIDES_MOST] = { 0 };

	for (;;) {
		const struct slice *first = NULL;
		unsigned of = 0;

		for (unsigned i = 0; i < b->count; i++) {
			const struct trial *trial = trial_of(b, i);
			const struct slice *slice = trial->slices + next[i];

			if (next[i] == trial->slice_count)
				continue;
			if (!first || slice->go_ns < first->go_ns) {
				first = slice;
				of = i;
			}
		}
		if (!first)
			return;
		next[of]++;
		assert_true(first->go_ns > last_ns);
		last_ns = first->go_ns;
		if (first->begin_ns) {
			assert_true(first->begin_ns >= last_ns);
			assert_true(first->end_ns >= first->begin_ns);
			last_ns = first->end_ns;
		}
		if (first->pause_ns) {
			assert_true(first->pause_ns >= last_ns);
			last_ns = first->pause_ns;
		}
		if (first->paused_ns) {
			assert_true(first->paused_ns >= last_ns);
			last_ns = first->paused_ns;
		}
	}
}

/* What is true of every block: nothing is left, nobody was killed or left
 * frozen, hooks come in pairs, times are in order. */
static inline int block_run(struct block_fixture *b)
{
	int code = run_block(&b->block, &b->err);

	for (unsigned i = 0; i < b->count; i++) {
		struct side *side = &b->side[i];

		for (unsigned j = 0; j < side->f.trial.replica_count; j++) {
			const struct replica *r = &side->f.trial.replica[j];

			assert_true(is_gone(r->pid));
			assert_false(side->frozen[j]);
			assert_int_equal(*r->text == '\0',
					 r->state == REPLICA_FINISHED);
		}
		assert_false(side->died_frozen);
		assert_false(side->thawed_beside && !b->beside);
		assert_false(side->f.dead_at_done);
		assert_int_equal(side->begun, side->ended);
		assert_int_equal(side->opened, side->closed);
		assert_int_equal(side->begun, side->f.trial.slice_count);
		assert_int_equal(side->f.trial.go_ns != 0,
				 side->f.trial.slice_count != 0);
	}
	check_slices(b);
	return code;
}

static inline void block_release(struct block_fixture *b)
{
	for (unsigned i = 0; i < b->count; i++)
		fixture_release(&b->side[i].f);
}

#endif
