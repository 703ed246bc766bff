/* A replica's records file, through all that is made of it. The first byte says
 * what was asked of the replica, the second what it says of itself; then records
 * as they lie in the file, GO being 1 s. */
#include "fuzz.h"

#include <math.h>

#include "analyse/analyse.h"
#include "base/mem.h"
#include "record/plan.h"

#define GO 1000000000ULL
#define S 1000000000ULL
#define PLAN_OPS 20

static const struct plan *make_plan(void)
{
	static struct plan_request ops[PLAN_OPS];
	static struct plan plan = { .requests = ops, .op_count = PLAN_OPS };

	for (int i = 0; i < PLAN_OPS; i++)
		ops[i] = (struct plan_request){ .length = 1000,
					   .has_crc32 = i % 2 };
	return &plan;
}

static void make_trial(struct trial *trial, uint8_t asked, uint8_t said)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "lib";
	spec.test = "fetch_range";
	spec.pool_size = 4;
	spec.replicas = 1 + (asked & 1);
	spec.concurrency = 4;
	spec.n_requests = asked & 2 ? 10 : COUNT_UNKNOWN;
	spec.timeout_s = 2;
	spec.operation_timeout_s = 1;
	spec.rate = asked & 4 ? 100 : NAN;
	spec.cpus_limit = asked & 8 ? 0.5 : NAN;
	trial_init(trial, &spec);
	trial->go_ns = GO;
	trial->window_end_ns = GO + 2 * S;
	trial->own_origin = asked & 16;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		trial->replica[i].state = said & 1 ? REPLICA_FINISHED
						   : REPLICA_EXITED;
		trial->replica[i].started = said & 0xfe;
		trial->replica[i].finished = said & 0x7e;
		trial->replica[i].done_ns = GO + 2 * S;
		trial->replica[i].end_ns = said & 2 ? GO + 2 * S : UINT64_MAX;
	}
}

static void check_replica(const struct replica *replica)
{
	uint64_t counted = 0;

	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		counted += replica->outcomes[i];
	must(replica->outcomes[OUTCOME_NONE] == 0);
	must(counted + replica->bad_records + replica->records_after <=
	     replica->records);
	must(!replica->bad_records == !replica->bad_text[0]);
	must(replica->crc_checked <= counted);
	/* No plan has operations of more. */
	must(replica->bytes_ok <= 1000 * counted);
}

static void check_numbers(const struct result_row *row)
{
	for (const struct column *c = result_columns; c->name; c++)
		if (c->kind == COLUMN_NUMBER)
			must(!isinf(*(const double *)result_value(row, c)));
	must(row->number_requests ==
	     row->number_successes + row->number_failures);
	must(row->state && row->state[0]);
}

static void check_text(const char *text)
{
	for (; text && *text; text++)
		must((unsigned char)*text >= ' ' || *text == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct record records[64];
	size_t count = n < 2 ? 0 : (n - 2) / sizeof(*records);
	struct run run = { .end_wall_ns = 1 };
	struct summary summary;
	struct trial trial;

	count = count < 64 ? count : 64;
	if (count)
		memcpy(records, bytes + 2, count * sizeof(*records));
	make_trial(&trial, n ? bytes[0] : 0, n > 1 ? bytes[1] : 0);
	for (unsigned i = 0; i < trial.replica_count; i++) {
		analyse_records(&trial, i, records, count, make_plan(),
				GO + 3 * S);
		check_replica(&trial.replica[i]);
	}
	analyse_reconcile(&trial);
	for (size_t i = 0; i < trial.findings.count; i++)
		check_text(trial.findings.list[i].text);
	check_text(trial.text);
	analyse_summary(&trial, &run, &summary);
	check_numbers(&summary.total);
	for (unsigned i = 0; i < summary.replica_count; i++)
		check_numbers(&summary.replica[i]);
	summary_release(&summary);
	trial_release(&trial);
	return 0;
}

#include "replay.h"
