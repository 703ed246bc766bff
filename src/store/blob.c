#include "store/blob.h"

static void put(struct str *out, uint64_t value)
{
	while (value >= 0x80) {
		str_add_char(out, (char)(value | 0x80));
		value >>= 7;
	}
	str_add_char(out, (char)value);
}

void blob_encode(const struct histogram *h, struct str *out)
{
	unsigned last = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!h->count[i])
			continue;
		put(out, i + 1 - last);
		put(out, h->count[i]);
		last = i + 1;
	}
}

static bool take(const unsigned char **at, const unsigned char *end,
		 uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
		unsigned char byte = *(*at)++;

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

bool blob_decode(const void *bytes, size_t n, struct histogram *h)
{
	const unsigned char *at = bytes, *end = at + n;
	uint64_t bucket = 0, distance, count;

	while (at < end) {
		if (!take(&at, end, &distance) || !take(&at, end, &count))
			return false;
		if (!distance || distance > HISTOGRAM_BUCKETS - bucket ||
		    !count || count > UINT64_MAX - h->total)
			return false;
		bucket += distance;
		h->count[bucket - 1] = count;
		h->total += count;
	}
	return true;
}
