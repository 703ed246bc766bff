#include "record/finished.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Neither the person nor the store ended it, and it was begun. */
static bool is_unready(const struct trial *trial)
{
	for (unsigned i = 0; !trial->go_ns && i < trial->replica_count; i++) {
		enum replica_state state = trial->replica[i].state;

		if (state != REPLICA_FINISHED && state != REPLICA_INTERRUPTED &&
		    state != REPLICA_NOT_STARTED)
			return true;
	}
	return false;
}

bool finished_is_worker_py(const char *versions_json)
{
	json_t *said = json_loads(versions_json, 0, NULL);
	const char *worker = json_string_value(json_object_get(said, "worker"));
	bool is = worker && !strcmp(worker, "worker.py");

	json_decref(said);
	return is;
}

/* Whether a replica says so that is none of worker.py's
 * (docs/worker-protocol.md). */
static bool has_other_worker(const struct trial *trial, bool compiled)
{
	for (unsigned i = 0; i < trial->replica_count; i++)
		if (trial->replica[i].versions_json)
			return !finished_is_worker_py(
				trial->replica[i].versions_json);
	return compiled;
}

void finished_take(struct finished *out, struct trial *trial,
		   const struct summary *summary, bool compiled)
{
	*out = (struct finished){
		.summary = *summary,
		.baseline = trial->baseline,
		.other_worker = has_other_worker(trial, compiled),
		.failed = trial->failed,
		.partial = trial_is_partial(trial),
		.unready = is_unready(trial) ? mem_dup(trial->text) : NULL,
		.was_late = trial_was_late(trial),
		.block = trial->block,
		.slices = trial->slices,
		.slice_count = trial->slice_count,
	};
	memcpy(out->comparison, trial->comparison, sizeof(out->comparison));
	trial->slices = NULL;
	trial->slice_count = trial->slice_capacity = 0;
}

void finished_release(struct finished *one)
{
	summary_release(&one->summary);
	free(one->slices);
	free(one->unready);
}
