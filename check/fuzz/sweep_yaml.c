/* Files of run-parameterized-test, ours and pyasyncio-benchmark's. */
#include "fuzz.h"

#include "cli/sweep.h"

static void check_job(const struct options *job)
{
	must(job->library.count == 1 && job->library.at[0][0]);
	must(job->test.count == 1 && job->test.at[0][0]);
	must(job->replicas >= 1 && job->replicas <= 1024);
	must(job->concurrency >= 1 && job->concurrency <= 10000);
	must(job->timeout == -1 ||
	     (job->timeout >= 0.05 && job->timeout <= TIMEOUT_MOST_S));
	must(job->rate >= 0 && job->rate <= 1e9);
	must(job->memory == 0 || job->memory >= 1048576);
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
