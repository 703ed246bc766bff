#include "origin/range.h"

#include <strings.h>

/* Digits from *at on, at most UINT64_MAX; false when there are none. */
static bool take_number(const char **at, const char *end, uint64_t *out)
{
	const char *first = *at;

	*out = 0;
	for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
		unsigned digit = (unsigned)(**at - '0');

		*out = *out > (UINT64_MAX - digit) / 10 ? UINT64_MAX
							: *out * 10 + digit;
	}
	return *at > first;
}

static enum range_kind part(uint64_t start, uint64_t last, uint64_t size,
			    struct range *out)
{
	if (start >= size) {
		*out = (struct range){ 0, 0 };
		return RANGE_UNSATISFIABLE;
	}
	out->start = start;
	out->length = (last < size ? last : size - 1) - start + 1;
	return RANGE_PART;
}

/* The range of "-n". It cannot be satisfied if n is 0 or the object is
 * empty. */
static enum range_kind suffix(uint64_t n, uint64_t size, struct range *out)
{
	if (!n)
		return part(size, size, size, out);
	return part(n < size ? size - n : 0, UINT64_MAX, size, out);
}

enum range_kind range_parse(const char *text, size_t len, uint64_t size,
			    struct range *out)
{
	const char *at, *end;
	uint64_t first, last = UINT64_MAX;
	bool has_first, has_last;

	*out = (struct range){ 0, size };
	if (len < 6 || strncasecmp(text, "bytes=", 6) != 0)
		return RANGE_NONE;
	at = text + 6;
	end = text + len;
	has_first = take_number(&at, end, &first);
	if (at == end || *at++ != '-')
		return RANGE_NONE;
	has_last = take_number(&at, end, &last);
	if (at != end || (!has_first && !has_last))
		return RANGE_NONE;
	if (!has_first)
		return suffix(last, size, out);
	if (has_last && last < first)
		return RANGE_NONE;
	return part(first, has_last ? last : UINT64_MAX, size, out);
}
