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

/* Digits within a name are no number: of "p99", "obstore@0.11.0". `begin` is that of
 * the text. */
static bool is_in_word(const char *begin, const char *at)
{
	if (at == begin)
		return false;
	if (isalnum((unsigned char)at[-1]) || at[-1] == '@')
		return true;
	return strchr("._-+/", at[-1]) && at - begin > 1 && at[-2] != ' ';
}

static struct range range_at(const char *begin, const char *at)
{
	struct range r = { .low = at, .high = at };
	size_t between = strlen(BETWEEN);

	if (is_in_word(begin, at))
		return r;
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

/* The texts up to their ends. `out` may be NULL. */
static bool join(const char *a, const char *a_end, const char *b,
		 const char *b_end, struct str *out)
{
	const char *a_begin = a, *b_begin = b;

	while (a < a_end && b < b_end) {
		struct range r = range_at(a_begin, a);
		struct range s = range_at(b_begin, b);

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

/* ---------------------------------------------------------------- names --- */

/* What stands in the names of one text: [seen, seen_end) "cc1 (pid 7) 0.50 s, ld
 * (pid 8) 0.10 s", and [unseen, unseen_end) "0.3 s by programs that …". */
struct named {
	const char *seen, *seen_end;
	const char *unseen, *unseen_end;
	bool of_block;
};

static struct named named_of(const char *names)
{
	const char *text = names + (*names ? strlen(NAMES) : 0);
	const char *end = strrchr(text, ')');
	const char *block = strstr(text, FINDING_OTHERS_BLOCK);
	const char *unseen = strstr(text, FINDING_OTHERS_UNSEEN);

	end = end ? end : text + strlen(text);
	if (!strstr(text, " (pid "))
		return (struct named){ end, end, text, end, false };
	return (struct named){
		.seen = text,
		.seen_end = block ? block : unseen ? unseen : end,
		.unseen = unseen ? unseen + strlen(FINDING_OTHERS_UNSEEN) : end,
		.unseen_end = end,
		.of_block = block,
	};
}

/* One program of a list; its end, and where its number begins. */
static const char *next_program(const char *at, const char *end,
				const char **number)
{
	const char *last = at;

	*number = NULL;
	while (last < end && strncmp(last, ", ", 2) != 0)
		if (*last++ == ')' && last < end)
			*number = last + 1;
	return last;
}

/* "cc1 (pid 7) " of `a` with the number of both; false: `b` has no such. */
static bool join_program(const char *a, const char *a_end, const char *number,
			 const struct named *b, struct str *out)
{
	size_t length = (size_t)(number - a);
	const char *at = b->seen, *end, *other;

	for (; at < b->seen_end; at = end + (end < b->seen_end ? 2 : 0)) {
		end = next_program(at, b->seen_end, &other);
		if (!other || (size_t)(other - at) != length ||
		    strncmp(at, a, length) != 0 ||
		    !join(number, a_end, other, end, NULL))
			continue;
		str_add_n(out, a, length);
		join(number, a_end, other, end, out);
		return true;
	}
	return false;
}

static void join_programs(const struct named *a, const struct named *b,
			  struct str *out)
{
	const char *at = a->seen, *end, *number;
	struct str one = STR_INIT;

	for (; at < a->seen_end; at = end + (end < a->seen_end ? 2 : 0)) {
		end = next_program(at, a->seen_end, &number);
		if (number && join_program(at, end, number, b, &one))
			str_add_item(out, one.buf);
		str_release(&one);
	}
	if (out->len && a->of_block)
		str_add(out, FINDING_OTHERS_BLOCK);
}

/* What is in both. */
static void join_names(const char *a_names, const char *b_names,
		       struct str *out)
{
	struct named a = named_of(a_names), b = named_of(b_names);
	struct str all = STR_INIT;

	if (a.of_block == b.of_block)
		join_programs(&a, &b, &all);
	if (a.unseen < a.unseen_end && b.unseen < b.unseen_end &&
	    join(a.unseen, a.unseen_end, b.unseen, b.unseen_end, NULL)) {
		if (all.len)
			str_add(&all, FINDING_OTHERS_UNSEEN);
		join(a.unseen, a.unseen_end, b.unseen, b.unseen_end, &all);
	}
	if (all.len)
		str_addf(out, "%s%s)", NAMES, all.buf);
	str_release(&all);
}

bool ranges_same(const char *a, const char *b)
{
	return join(a, names_of(a), b, names_of(b), NULL);
}

char *ranges_join(const char *a, const char *b)
{
	struct str out = STR_INIT;

	join(a, names_of(a), b, names_of(b), &out);
	if (!strcmp(names_of(a), names_of(b)))
		str_add(&out, names_of(a));
	else
		join_names(names_of(a), names_of(b), &out);
	return str_detach(&out);
}
