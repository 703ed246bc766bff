/* Files of run-parameterized-test, ours and pyasyncio-benchmark's. */
#include "fuzz.h"

#include "cli/sweep.h"

static void check_job(const struct options *job)
{
	const struct trial_spec *spec = &job->spec;

	must(job->library.count == 1 && job->library.at[0][0]);
	must(job->test.count == 1 && job->test.at[0][0]);
	must(spec->replicas >= 1 && spec->replicas <= 1024);
	must(spec->concurrency >= 1 && spec->concurrency <= 10000);
	must(isnan(spec->timeout_s) || (spec->timeout_s >= 0.05 &&
					spec->timeout_s <= TIMEOUT_MOST_S));
	must(isnan(spec->rate) || (spec->rate > 0 && spec->rate <= 1e9));
	must(spec->memory_limit_bytes >= 1048576);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct err err = { "" };
	struct options base;
	struct sweep sweep;
	int code;

	options_init(&base);
	code = sweep_parse(&sweep, (const char *)bytes, n, "sweep.yaml", &base,
			   &err);
	must_tell(code, &err);
	must(code == 0 || code == ERR_USAGE);
	must(code < 0 || (sweep.count && sweep.count <= SWEEP_JOBS_MAX));
	for (size_t i = 0; code == 0 && i < sweep.count; i++)
		check_job(&sweep.jobs[i]);
	sweep_release(&sweep);
	return 0;
}

#include "replay.h"
