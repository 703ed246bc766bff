#include "report/ranges.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "record/finding.h"

#define BETWEEN " to "
/* Of programs: they differ from text to text. */
#define NAMES FINDING_OTHERS_MOST

/* The digits of a number, with a point between. */
static size_t digits(const char *at)
{
	size_t n = strspn(at, "0123456789");

	if (n && at[n] == '.' && isdigit((unsigned char)at[n + 1]))
		n += 1 + strspn(at + n + 1, "0123456789");
	return n;
}

struct range {
	const char *low, *high; /* the same where it is one number */
	size_t low_length, high_length;
	size_t length; /* of all; 0: there is none here */
};

static struct range range_at(const char *at)
{
	struct range r = { .low = at, .high = at };
	size_t between = strlen(BETWEEN);

	r.low_length = r.high_length = r.length = digits(at);
	if (r.length && !strncmp(at + r.length, BETWEEN, between) &&
	    digits(at + r.length + between)) {
		r.high = at + r.length + between;
		r.high_length = digits(r.high);
		r.length += between + r.high_length;
	}
	return r;
}

static void add_joined(struct str *out, const struct range *a,
		       const struct range *b)
{
	const struct range *low = strtod(b->low, NULL) < strtod(a->low, NULL)
					  ? b : a;
	const struct range *high = strtod(b->high, NULL) > strtod(a->high, NULL)
					   ? b : a;

	str_add_n(out, low->low, low->low_length);
	if (low->low_length == high->high_length &&
	    !strncmp(low->low, high->high, low->low_length))
		return;
	str_add(out, BETWEEN);
	str_add_n(out, high->high, high->high_length);
}

/* Where the names begin; the end: there are none. */
static const char *names_of(const char *text)
{
	const char *names = strstr(text, NAMES);

	return names ? names : text + strlen(text);
}

/* What stands before the names. `out` may be NULL. */
static bool join(const char *a, const char *b, struct str *out)
{
	const char *a_end = names_of(a), *b_end = names_of(b);

	while (a < a_end && b < b_end) {
		struct range r = range_at(a), s = range_at(b);

		if (!r.length != !s.length || (!r.length && *a != *b))
			return false;
		if (out && r.length)
			add_joined(out, &r, &s);
		else if (out)
			str_add_char(out, *a);
		a += r.length ? r.length : 1;
		b += s.length ? s.length : 1;
	}
	return a == a_end && b == b_end;
}

bool ranges_same(const char *a, const char *b)
{
	return join(a, b, NULL);
}

char *ranges_join(const char *a, const char *b)
{
	struct str out = STR_INIT;

	join(a, b, &out);
	if (!strcmp(names_of(a), names_of(b)))
		str_add(&out, names_of(a));
	return str_detach(&out);
}
