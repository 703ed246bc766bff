/* A histogram as it lies in the database, which anyone may have written. */
#include "fuzz.h"

#include "base/str.h"
#include "store/blob.h"

static uint64_t sum_of(const struct histogram *h)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum += h->count[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct histogram h, again;
	struct str blob = STR_INIT;

	histogram_init(&h);
	if (!blob_decode(bytes, n, &h))
		return 0;
	must(h.total == sum_of(&h));
	histogram_quantile_ns(&h, 0.5);
	/* What is read is what would be written. */
	blob_encode(&h, &blob);
	histogram_init(&again);
	must(blob_decode(blob.buf, blob.len, &again));
	must(memcmp(h.count, again.count, sizeof(h.count)) == 0);
	str_release(&blob);
	return 0;
}

#include "replay.h"
