#include "origin/date.h"

#include <string.h>

#define DAY_SECONDS 86400
#define FIRST_SECOND (-62167219200LL) /* 0000-01-01 */
#define LAST_SECOND 253402300799LL    /* 9999-12-31T23:59:59 */

static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 first */
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct date {
	unsigned year, month, day; /* month and day from 1 */
	unsigned weekday;          /* 0: Thursday */
	unsigned hour, minute, second;
};

/* Days since 1970-01-01 of a day in the Gregorian calendar. Years begin in
 * March, so that the leap day is the last one and months have a regular
 * pattern of lengths; 400 years have 146,097 days. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
		(153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

/* The inverse of days_of(). */
static void date_of_days(int64_t number, struct date *out)
{
	int64_t z = number + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t d = z - era * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t day_of_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	out->day = (unsigned)(day_of_year - (153 * m + 2) / 5 + 1);
	out->month = (unsigned)(m < 10 ? m + 3 : m - 9);
	out->year = (unsigned)(y + era * 400 + (out->month <= 2));
}

static void date_split(int64_t seconds, struct date *out)
{
	int64_t day, rest;

	if (seconds < FIRST_SECOND)
		seconds = FIRST_SECOND;
	if (seconds > LAST_SECOND)
		seconds = LAST_SECOND;
	day = (seconds - FIRST_SECOND) / DAY_SECONDS +
	      FIRST_SECOND / DAY_SECONDS;
	rest = seconds - day * DAY_SECONDS;
	date_of_days(day, out);
	out->weekday = (unsigned)((day % 7 + 7) % 7);
	out->hour = (unsigned)(rest / 3600);
	out->minute = (unsigned)(rest / 60 % 60);
	out->second = (unsigned)(rest % 60);
}

static void two(char *to, unsigned value)
{
	to[0] = (char)('0' + value / 10);
	to[1] = (char)('0' + value % 10);
}

void date_http(int64_t seconds, char out[DATE_HTTP_LEN])
{
	struct date d;

	date_split(seconds, &d);
	memcpy(out, "Thu, 01 Jan 1970 00:00:00 GMT", DATE_HTTP_LEN);
	memcpy(out, days + (size_t)3 * d.weekday, 3);
	two(out + 5, d.day);
	memcpy(out + 8, months + (size_t)3 * (d.month - 1), 3);
	two(out + 12, d.year / 100);
	two(out + 14, d.year % 100);
	two(out + 17, d.hour);
	two(out + 20, d.minute);
	two(out + 23, d.second);
}

void date_iso(int64_t seconds, char out[DATE_ISO_LEN])
{
	struct date d;

	date_split(seconds, &d);
	memcpy(out, "1970-01-01T00:00:00.000Z", DATE_ISO_LEN);
	two(out, d.year / 100);
	two(out + 2, d.year % 100);
	two(out + 5, d.month);
	two(out + 8, d.day);
	two(out + 11, d.hour);
	two(out + 14, d.minute);
	two(out + 17, d.second);
}

/* Two digits, of which the first may be a space. */
static unsigned read_two(const char *at)
{
	unsigned high = at[0] == ' ' ? 0 : (unsigned)(at[0] - '0');

	return high * 10 + (unsigned)(at[1] - '0');
}

/* 1 to 12, or 0. */
static unsigned read_month(const char *at)
{
	for (unsigned m = 0; m < 12; m++)
		if (memcmp(at, months + (size_t)3 * m, 3) == 0)
			return m + 1;
	return 0;
}

/* Where a form has its fields. */
struct form {
	/* a: any byte, 0: a digit, _: a digit or a space, else itself. It
	 * stands behind the name of the weekday. */
	const char *rest;
	size_t day, month, year, time;
	bool short_year;
};

static const struct form imf = { ", 00 aaa 0000 00:00:00 GMT", 2, 5, 9, 14,
				 false };
static const struct form rfc850 = { ", 00-aaa-00 00:00:00 GMT", 2, 5, 9, 12,
				    true };
static const struct form asctime = { " aaa _0 00:00:00 0000", 5, 1, 17, 8,
				     false };

static bool fits(const char *text, size_t len, const char *form)
{
	if (len != strlen(form))
		return false;
	for (; *form; form++, text++) {
		bool digit = *text >= '0' && *text <= '9';

		if (*form == '0' ? !digit
		    : *form == '_' ? !digit && *text != ' '
				   : *form != 'a' && *form != *text)
			return false;
	}
	return true;
}

/* Takes the name of a weekday off the text: its 3 letters, or all of it. */
static bool take_weekday(const char **text, size_t *len, bool whole,
			 unsigned *out)
{
	static const char *const names[] = { "Thursday", "Friday", "Saturday",
					     "Sunday", "Monday", "Tuesday",
					     "Wednesday" };

	for (unsigned i = 0; i < 7; i++) {
		size_t n = whole ? strlen(names[i]) : 3;

		if (*len < n || memcmp(*text, names[i], n) != 0)
			continue;
		*text += n;
		*len -= n;
		*out = i;
		return true;
	}
	return false;
}

static int64_t seconds_of(const struct date *d)
{
	return days_of(d->year, d->month, d->day) * DAY_SECONDS +
	       d->hour * 3600 + d->minute * 60 + d->second;
}

/* The latest year with these two digits for which the date is not more than 50
 * years in the future (RFC 9110, 5.6.7). */
static void find_century(struct date *d, int64_t now)
{
	struct date limit;
	unsigned digits = d->year;

	date_split(now, &limit);
	limit.year += 50;
	d->year = limit.year / 100 * 100 + digits;
	if (d->year >= 100 && seconds_of(d) > seconds_of(&limit))
		d->year -= 100;
}

/* Whether the fields are those that the time has: the day of the week fits, and
 * the month has that day. */
static bool exists(const struct date *d)
{
	struct date again;

	date_split(seconds_of(d), &again);
	return again.year == d->year && again.month == d->month &&
	       again.day == d->day && again.weekday == d->weekday;
}

static bool read_form(const char *text, size_t len, const struct form *form,
		      int64_t now, struct date *d)
{
	if (!take_weekday(&text, &len, form->short_year, &d->weekday) ||
	    !fits(text, len, form->rest))
		return false;
	d->day = read_two(text + form->day);
	d->month = read_month(text + form->month);
	d->hour = read_two(text + form->time);
	d->minute = read_two(text + form->time + 3);
	d->second = read_two(text + form->time + 6);
	d->year = read_two(text + form->year);
	if (!d->month || d->day > 31 || d->hour > 23 || d->minute > 59 ||
	    d->second > 59)
		return false;
	if (form->short_year)
		find_century(d, now);
	else
		d->year = d->year * 100 + read_two(text + form->year + 2);
	return exists(d);
}

bool date_parse(const char *text, size_t len, int64_t now, int64_t *seconds)
{
	struct date d;

	if (!read_form(text, len, &imf, now, &d) &&
	    !read_form(text, len, &rfc850, now, &d) &&
	    !read_form(text, len, &asctime, now, &d))
		return false;
	*seconds = seconds_of(&d);
	return true;
}
