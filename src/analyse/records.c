#include "analyse/analyse.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/possible.h"
#include "analyse/windows.h"
#include "base/mem.h"

/* Start times of operations that end later, the latest on top. */
struct heap {
	uint64_t *at;
	size_t count, limit;
};

static void swap(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

static void heap_push(struct heap *heap, uint64_t value)
{
	size_t i = heap->count++;

	heap->at[i] = value;
	while (i && heap->at[(i - 1) / 2] < heap->at[i]) {
		swap(&heap->at[i], &heap->at[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static void heap_pop(struct heap *heap)
{
	size_t i = 0;

	heap->at[0] = heap->at[--heap->count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= heap->count)
			return;
		if (child + 1 < heap->count &&
		    heap->at[child + 1] > heap->at[child])
			child++;
		if (heap->at[child] <= heap->at[i])
			return;
		swap(&heap->at[i], &heap->at[child]);
		i = child;
	}
}

/*
 * Most operations in flight at one time. Records are in the order of their
 * ends, and are read backwards, so the end times fall. An operation that starts
 * after the present end cannot overlap an earlier one, and leaves the heap. So
 * the heap holds just the operations in flight at that time. A record out of
 * order makes it grow; `limit` keeps a broken file from costing memory.
 */
static uint32_t in_flight_peak(const struct record *records, size_t n,
			       unsigned concurrency)
{
	struct heap heap = { .limit = 4UL * concurrency + 1024 };
	size_t peak = 0;

	heap.at = mem_array(heap.limit, sizeof(*heap.at));
	for (size_t i = n; i-- > 0 && heap.count < heap.limit;) {
		while (heap.count && heap.at[0] >= records[i].end_ns)
			heap_pop(&heap);
		heap_push(&heap, records[i].start_ns);
		if (heap.count > peak)
			peak = heap.count;
	}
	free(heap.at);
	return (uint32_t)peak;
}

static void count_in_window(struct replica *replica, const struct record *r)
{
	replica->outcomes[r->outcome]++;
	if (r->flags & RECORD_FLAG_CRC_CHECKED)
		replica->crc_checked++;
	if (r->outcome != OUTCOME_OK)
		return;
	replica->bytes_ok += r->bytes;
	histogram_add(replica->latency, record_latency_ns(r));
}

static void note_start(const struct trial *trial, struct replica *replica,
		       const struct record *r)
{
	uint64_t late_ns = r->start_ns > trial->go_ns
				   ? r->start_ns - trial->go_ns
				   : 0;

	if (late_ns < replica->started_late_ns)
		replica->started_late_ns = late_ns;
}

static void note_impossible(struct replica *replica, size_t number,
			    const char *why)
{
	if (!replica->bad_records++) {
		replica->bad_first = number;
		memcpy(replica->bad_text, why, sizeof(replica->bad_text));
	}
}

/* What the store should have seen of it. Whoever failed may have begun no more
 * than the first stage. */
static void expect(struct replica *replica, const struct record *r,
		   const struct possible *possible)
{
	struct plan_expect room;
	const struct plan_expect *e = possible_expect(possible, r->op, &room);
	bool ok = r->outcome == OUTCOME_OK;

	replica->requests.least += ok ? e->requests.least : e->begun;
	replica->requests.most += e->requests.most;
	if (!ok)
		return;
	replica->heads += e->heads;
	replica->lists += e->lists;
	replica->bodies.least += e->body_bytes.least;
	count_add(&replica->bodies.most, e->body_bytes.most);
}

/* Operations that left no record, or one that cannot be true, may be any. */
static void expect_others(struct replica *replica, const struct plan *plan,
			  uint64_t count)
{
	struct plan_span any = { UINT64_MAX, 0 };

	for (size_t i = 0; i < plan->op_count; i++) {
		struct plan_expect e;

		plan_expect(plan, i, &e);
		any.least = e.begun < any.least ? e.begun : any.least;
		any.most = e.requests.most > any.most ? e.requests.most
						      : any.most;
	}
	replica->requests.least += count * any.least;
	replica->requests.most += count * any.most;
}

static void count_in_slice(struct slice *slice, const struct record *r)
{
	if (r->outcome != OUTCOME_OK) {
		slice->failures++;
		return;
	}
	slice->operations++;
	slice->bytes_ok += r->bytes;
}

static bool is_drained(const struct slice *slice, const struct record *r)
{
	return slice && slice->end_ns && r->end_ns > slice->end_ns &&
	       r->outcome == OUTCOME_OK;
}

/* What failed is counted by its start, and so is a time-out that is longer than
 * a slice. What succeeded is by its end: the rate is that of the window. */
static uint64_t counted_at(const struct slice *slice, const struct record *r)
{
	return slice && r->outcome != OUTCOME_OK ? r->start_ns : r->end_ns;
}

static bool outlasted(const struct slice *slice, const struct record *r)
{
	return slice && r->outcome != OUTCOME_OK &&
	       r->end_ns - r->start_ns > slice->end_ns - slice->begin_ns;
}

static void count(struct windows *windows, struct replica *replica,
		  struct histogram *drained, const struct record *r)
{
	const struct trial *trial = windows->trial;
	struct slice *slice = windows_slice(windows, r->end_ns);

	replica->attempts += r->attempts;
	note_start(trial, replica, r);
	if (r->outcome == OUTCOME_OK)
		replica->bytes_recorded += r->bytes;
	if (windows_count(trial, slice, counted_at(slice, r))) {
		count_in_window(replica, r);
		if (outlasted(slice, r)) {
			replica->outlasted++;
			replica->outlasted_ns += (double)record_latency_ns(r);
		}
		if (slice)
			count_in_slice(slice, r);
	} else if (slice || r->end_ns > trial->window_end_ns) {
		replica->records_after++;
	}
	if (is_drained(slice, r))
		histogram_add(drained, record_latency_ns(r));
}

void analyse_records(struct trial *trial, unsigned number,
		     const struct record *records, size_t capacity,
		     const struct plan *plan, uint64_t read_ns)
{
	struct replica *replica = &trial->replica[number];
	uint64_t latest_ns = replica->done_ns ? replica->done_ns : read_ns;
	struct windows windows = { trial, 0 };
	struct histogram *drained = mem_new(sizeof(*drained));
	char why[REPLICA_BAD_BYTES];
	struct possible possible;
	size_t n = 0, known = 0;

	possible_init(&possible, trial, number, plan);
	for (; n < capacity && records[n].outcome != OUTCOME_NONE; n++) {
		const struct record r = records[n];

		if (!possible_next(&possible, &r, latest_ns, why)) {
			note_impossible(replica, n, why);
			continue;
		}
		count(&windows, replica, drained, &r);
		expect(replica, &r, &possible);
		known++;
	}
	possible_release(&possible);
	replica->drain_p50_ns = histogram_quantile_ns(drained, 0.5);
	free(drained);
	if (replica->started > known)
		expect_others(replica, plan, replica->started - known);
	replica->records = n;
	replica->in_flight_peak =
		in_flight_peak(records, n, trial->spec.concurrency);
}
