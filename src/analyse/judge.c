#include "analyse/judge.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"

#define LLU(n) ((unsigned long long)(n))

/* Of a link. What is on it besides bodies is more than what a reading can miss. */
#define BYTES_SHARE 0.01
#define BYTES_SLACK (256.0 * 1024)

void judge_fail(struct trial *trial, const char *format, ...)
{
	va_list args;

	if (trial->failed)
		return;
	if (*trial->text)
		trial_add_finding(trial, FINDING_REPLICA_ENDED,
				  "%s", trial->text);
	va_start(args, format);
	vsnprintf(trial->text, sizeof(trial->text), format, args);
	va_end(args);
	trial->failed = true;
}

bool judge_does_no_io(const struct trial *trial)
{
	return !strcmp(trial->spec.library, "null");
}

/* ---------------------------------------------------------------- claims --- */

static bool check_records(struct trial *trial, const struct replica *r)
{
	if (!r->bad_records)
		return false;
	judge_fail(trial, "replica %u recorded what cannot be true, %llu of "
			  "%llu records: the first, number %llu, %s",
		   r->number, LLU(r->bad_records), LLU(r->records),
		   LLU(r->bad_first), r->bad_text);
	return true;
}

static bool check_count(struct trial *trial, const struct replica *r)
{
	if (!r->done_ns || r->finished == r->records)
		return false;
	judge_fail(trial, "replica %u says it finished %llu operations and "
			  "recorded %llu",
		   r->number, LLU(r->finished), LLU(r->records));
	return true;
}

static bool check_overlap(struct trial *trial, const struct replica *r)
{
	if (r->in_flight_peak <= trial->spec.concurrency)
		return false;
	judge_fail(trial, "replica %u recorded at least %u operations in "
			  "flight at one time, and %llu may be",
		   r->number, r->in_flight_peak, LLU(trial->spec.concurrency));
	return true;
}

static bool check_requests(struct trial *trial, const struct replica *r)
{
	if (!trial->own_origin || r->ledger.requests ||
	    !r->outcomes[OUTCOME_OK])
		return false;
	judge_fail(trial, "replica %u made no request at all and says that "
			  "%llu were answered",
		   r->number, LLU(r->outcomes[OUTCOME_OK]));
	return true;
}

static bool exceeds(uint64_t claimed, uint64_t counted)
{
	return (double)claimed * (1 - BYTES_SHARE) - BYTES_SLACK >
	       (double)counted;
}

/* What the origin sends it counts exactly, but for answers whose sendmsg() had
 * not yet returned: no more of them than may be in flight. */
static uint64_t not_yet_counted(const struct trial *trial,
				const struct replica *r)
{
	uint64_t ok = r->outcomes[OUTCOME_OK] + r->records_after;
	uint64_t answer = ok ? (r->bytes_recorded + ok - 1) / ok
			     : r->bytes_recorded;

	return answer * trial->spec.concurrency;
}

static bool check_sent(struct trial *trial, const struct replica *r)
{
	if (!trial->own_origin ||
	    r->bytes_recorded <= r->ledger.body_bytes ||
	    r->bytes_recorded - r->ledger.body_bytes <=
		    not_yet_counted(trial, r))
		return false;
	judge_fail(trial, "replica %u recorded %llu bytes of answers, and the "
			  "origin sent it %llu",
		   r->number, LLU(r->bytes_recorded), LLU(r->ledger.body_bytes));
	return true;
}

static bool check_received(struct trial *trial, const struct replica *r)
{
	if (r->link_rx_bytes == COUNT_UNKNOWN ||
	    !exceeds(r->bytes_recorded, r->link_rx_bytes))
		return false;
	judge_fail(trial, "replica %u recorded %llu bytes of answers, and its "
			  "link received %llu",
		   r->number, LLU(r->bytes_recorded), LLU(r->link_rx_bytes));
	return true;
}

void judge_claims(struct trial *trial)
{
	static bool (*const always[])(struct trial *, const struct replica *) = {
		check_records, check_count, check_overlap,
	};
	static bool (*const with_io[])(struct trial *,
				       const struct replica *) = {
		check_requests, check_sent, check_received,
	};

	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];
		bool found = false;

		for (size_t c = 0; !found && c < 3; c++)
			found = always[c](trial, r);
		for (size_t c = 0; !found && c < 3 &&
				   !judge_does_no_io(trial); c++)
			found = with_io[c](trial, r);
	}
}

/* -------------------------------------------------------------- failures --- */

static uint64_t count_of(const struct trial *trial, unsigned outcome)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		n += trial->replica[i].outcomes[outcome];
	return n;
}

static const char *text_of(const struct trial *trial, unsigned outcome)
{
	for (unsigned i = 0; i < trial->replica_count; i++)
		if (trial->replica[i].failure_text[outcome])
			return trial->replica[i].failure_text[outcome];
	return NULL;
}

static uint64_t count_failed(const struct trial *trial)
{
	uint64_t n = 0;

	for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++)
		n += count_of(trial, o);
	return n;
}

double judge_failed_share(const struct trial *trial)
{
	uint64_t failed = count_failed(trial);
	uint64_t all = failed + count_of(trial, OUTCOME_OK);

	failed -= count_of(trial, OUTCOME_WRONG_BYTES);
	return all ? (double)failed / (double)all : 0;
}

/* "83 other (cog/x//y.tif: empty path segment), 2 timeout" */
static void list_failures(const struct trial *trial, struct str *out)
{
	for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++) {
		uint64_t n = count_of(trial, o);
		const char *text = text_of(trial, o);

		if (!n)
			continue;
		str_addf(out, "%s%llu %s", out->len ? ", " : "", LLU(n),
			 outcome_name(o));
		if (text)
			str_addf(out, " (%s)", text);
	}
}

static void check_timeouts(struct trial *trial)
{
	uint64_t n = count_of(trial, OUTCOME_TIMEOUT);
	uint64_t ok = count_of(trial, OUTCOME_OK);

	if (n && ok)
		trial_add_finding(trial, FINDING_TIMEOUTS,
				  "%s: %s%% of the operations timed "
				  "out, after up to %g s: the quantiles "
				  "count what failed as slower than all "
				  "that succeeded",
				  trial->spec.library,
				  number_short(100 * (double)n /
					       (double)(ok +
							count_failed(trial)),
					       2).text,
				  trial->spec.operation_timeout_s);
}

void judge_failures(struct trial *trial)
{
	uint64_t failed = count_failed(trial);
	uint64_t ok = count_of(trial, OUTCOME_OK);
	struct str list = STR_INIT;

	if (!failed)
		return;
	list_failures(trial, &list);
	if (judge_failed_share(trial) > JUDGE_FAILED)
		judge_fail(trial, "%llu of its %llu operations failed: %s",
			   LLU(failed), LLU(failed + ok),
			   list.buf);
	else
		trial_add_finding(trial, FINDING_FAILURES,
				  "%s: %llu of its %llu operations "
				  "failed: %s",
				  trial->spec.library, LLU(failed),
				  LLU(failed + ok), list.buf);
	str_release(&list);
	check_timeouts(trial);
}

uint64_t judge_repeats(const struct trial *trial,
		       const struct replica *replica)
{
	const struct ledger_counts *before = &replica->ledger_setup;
	uint64_t left = before->requests - before->completed;

	if (trial->slice_count)
		left += replica->unfinished * trial->widest;
	return replica->ledger.repeated > left ? replica->ledger.repeated - left
					       : 0;
}
