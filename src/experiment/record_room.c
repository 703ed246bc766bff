#include "experiment/record_room.h"

#include "record/record.h"

/* No process can be faster. null does nothing and has 410,000 on a virtual CPU
 * of 2026. The memory is sparse, so that unused room costs nothing. */
#define RECORDS_PER_SECOND 2000000.0

/* Fewer are not enough for a client that runs for 10 s, and nothing can be
 * measured. */
#define RECORDS_LEAST 100000

#define GIB (double)(1 << 30)

static uint64_t wanted_of(const struct trial_spec *spec, bool *by_number)
{
	double most = spec->timeout_s * RECORDS_PER_SECOND;

	if (most > (double)RECORDS_MOST)
		most = (double)RECORDS_MOST;
	*by_number = (double)spec->n_requests < most;
	return *by_number ? spec->n_requests : (uint64_t)most + 1024;
}

int record_room_check(uint64_t n_requests, bool timed, struct err *err)
{
	if (n_requests <= RECORDS_MOST || timed)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--n-requests is %llu: a replica keeps a record of %d "
		       "bytes of each operation, and at most %llu of them, "
		       "%.2f GiB: ask for fewer, give a --timeout, or share "
		       "them among --replicas",
		       (unsigned long long)n_requests, RECORD_BYTES,
		       RECORDS_MOST, (double)RECORDS_MOST * RECORD_BYTES / GIB);
}

int record_room(const struct trial_spec *spec, uint64_t room_bytes,
		uint64_t *capacity, struct err *err)
{
	bool by_number;
	uint64_t wanted = wanted_of(spec, &by_number);
	uint64_t fit = room_bytes / 2 / spec->replicas / RECORD_BYTES;

	*capacity = wanted < fit ? wanted : fit;
	if (wanted <= fit || (!by_number && fit >= RECORDS_LEAST))
		return 0;
	return err_set(err, ERR_USAGE,
		       "%llu operations of each replica (%llu) need %.2f GiB of "
		       "memory for their records, and %.2f GiB may be had, "
		       "half of which is left to the libraries: lower %s or "
		       "--replicas", (unsigned long long)wanted,
		       (unsigned long long)spec->replicas,
		       (double)wanted * (double)spec->replicas * RECORD_BYTES /
			       GIB,
		       (double)room_bytes / GIB,
		       by_number ? "--n-requests" : "--timeout");
}
