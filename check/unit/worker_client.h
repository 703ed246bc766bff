/*
 * The test that a fake harness drives: event-driven, it makes its answers
 * itself. What it does with an operation stands in the key:
 *
 *	stuck      never answers
 *	bad        one wrong byte
 *	short      half of the bytes
 *	long       one byte too many
 *	throttled  status 503
 *	other      fails with a sentence
 *	header     the bytes of a small TIFF, in pieces
 *	whole      the same in one piece
 *	all else   answers rightly, in two pieces
 */
#ifndef CHECK_UNIT_WORKER_CLIENT_H
#define CHECK_UNIT_WORKER_CLIENT_H

#include "worker_harness.h"

#include <sys/resource.h>

#include "record/plan.h"
#include "formats/tiff.h"

#define SLOTS 64

static struct benchmark_slot *pending[SLOTS];
static unsigned pending_count;
static unsigned char bytes[4096];

/* One image of one tile, little-endian. */
static const unsigned char tiff[1000] = {
	'I', 'I', 42, 0, 8, 0, 0, 0, /* directory at 8 */
	6, 0,                        /* entries: tag, type LONG, 1, value */
	0x00, 1, 4, 0, 1, 0, 0, 0, 200, 0, 0, 0, /* width */
	0x01, 1, 4, 0, 1, 0, 0, 0, 100, 0, 0, 0, /* height */
	0x42, 1, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0,   /* tile width 256 */
	0x43, 1, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0,   /* tile height 256 */
	0x44, 1, 4, 0, 1, 0, 0, 0, 0, 8, 0, 0,   /* offset 2048 */
	0x45, 1, 4, 0, 1, 0, 0, 0, 99, 0, 0, 0,  /* byte count */
	0, 0, 0, 0,
};

static const char *version(void)
{
	return "1.2.3";
}

static void start(void *client, struct benchmark_slot *slot)
{
	(void)client;
	pending[pending_count++] = slot;
}

static void cancel(void *client, struct benchmark_slot *slot)
{
	unsigned kept = 0;

	(void)client;
	for (unsigned i = 0; i < pending_count; i++) {
		if (pending[i] != slot)
			pending[kept++] = pending[i];
	}
	pending_count = kept;
}

static bool is(const struct benchmark_slot *slot, const char *kind)
{
	return strncmp(slot->op->key, kind, strlen(kind)) == 0;
}

static void give(struct benchmark_slot *slot, size_t n)
{
	size_t first = n / 3;

	if (is(slot, "whole"))
		first = 0;
	if (first)
		benchmark_body(slot, bytes, first);
	benchmark_body(slot, bytes + first, n - first);
}

static void answer(struct benchmark_slot *slot)
{
	size_t n = slot->op->length;

	content(bytes, slot->op->start, n + 1);
	if (is(slot, "header") || is(slot, "whole"))
		memcpy(bytes, tiff, sizeof(tiff));
	slot->status = 206;
	slot->attempts = 1;
	slot->first_byte_ns = clock_now_ns();
	if (is(slot, "bad"))
		bytes[700] ^= 1;
	if (is(slot, "short"))
		n /= 2;
	if (is(slot, "long"))
		n++;
	if (is(slot, "throttled"))
		slot->status = 503;
	give(slot, n);
	if (is(slot, "other")) {
		benchmark_explain(slot, "the dog\nate it");
		benchmark_end(slot, BENCHMARK_OTHER);
		return;
	}
	benchmark_end(slot, benchmark_outcome_of_status(slot->status));
}

/* Answers what can be answered; sleeps where there is nothing. */
static int wait_for(void *client, uint64_t timeout_ns)
{
	struct timespec timeout = { (time_t)(timeout_ns / NS_PER_S),
				    (long)(timeout_ns % NS_PER_S) };
	struct benchmark_slot *now[SLOTS];
	unsigned count = 0, kept = 0;

	(void)client;
	for (unsigned i = 0; i < pending_count; i++) {
		if (is(pending[i], "stuck"))
			pending[kept++] = pending[i];
		else
			now[count++] = pending[i];
	}
	pending_count = kept;
	if (!count)
		ppoll(NULL, 0, &timeout, NULL);
	for (unsigned i = 0; i < count; i++)
		answer(now[i]);
	return 0;
}

static const char *const notes[] = { "made up", NULL };
static const char *const not_applied[] = { "use_dns_cache", NULL };

static const struct benchmark_test test = {
	.version = version,
	.start = start,
	.wait = wait_for,
	.cancel = cancel,
	.notes = notes,
	.not_applied = not_applied,
};

#endif
